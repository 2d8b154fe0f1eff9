"""What is known of a team now? Small rows, of which an overview holds thousands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from alerts.models import Rule
from alerts.rules import State
from alerts.wording import tone_of
from dashboard.rules import Concern
from health.models import Status

GREEN = ("success", "warning")


class PlaceNow(NamedTuple):
    """An environment as it is believed now. pk: of the environment.

    sha, deployed_at: the version that arrived last; failed_at: when a newer one failed to, or None.
    silent_since: when it was heard of last, if that is too long ago to be believed; was: its status then.
    """

    pk: int
    project_id: int
    name: str
    status: str
    since: datetime
    latency_ms: float | None
    detail: str
    sha: str = ""
    deployed_at: datetime | None = None
    failed_at: datetime | None = None
    silent_since: datetime | None = None
    was: str = ""

    @property
    def was_words(self) -> str:
        return str(Status(self.was).label)


class BuildNow(NamedTuple):
    """A default branch by its last pipeline with a verdict. pk: of the repository.

    since: since when it is of this colour, None while it has no verdict. ended_at: of the pipeline.
    read_at: when it was read last, if its server is not read any more.
    """

    pk: int
    project_id: int
    status: str
    since: datetime | None
    detail: str
    number: int | None = None
    sha: str = ""
    ended_at: datetime | None = None
    read_at: datetime | None = None


class AlertNow(NamedTuple):
    """An alert that fires."""

    pk: int
    title: str
    since: datetime
    taken_at: datetime | None
    severity: str

    @property
    def tone(self) -> str:
        return tone_of(State.FIRING, self.severity)

    @property
    def severity_words(self) -> str:
        return str(Rule.Severity(self.severity).label)


@dataclass(slots=True)
class Standing:
    """What is known of a team now. day: the worst of its environments hour by hour, see health.rules.day.

    may_edit, is_watched: whether the reader may acknowledge its alerts, and has it on their watch list.
    """

    team_id: int
    name: str
    slug: str
    course_id: int
    may_edit: bool = False
    is_watched: bool = False
    concern: Concern = Concern.FINE
    places: list[PlaceNow] = field(default_factory=list)
    builds: list[BuildNow] = field(default_factory=list)
    alerts: list[AlertNow] = field(default_factory=list)
    client_errors: int = 0
    server_errors: int = 0
    day: str = ""

    @property
    def untaken(self) -> AlertNow | None:
        """The most urgent alert that nobody has acknowledged."""
        return next((alert for alert in self.alerts if alert.taken_at is None), None)

    @property
    def down(self) -> list[PlaceNow]:
        """The environments that are down, the longest first."""
        found = [place for place in self.places if place.status == Status.DOWN]
        return sorted(found, key=lambda place: place.since)

    @property
    def red(self) -> list[BuildNow]:
        """The default branches that fail."""
        return [build for build in self.builds if build.status == "failed"]

    @property
    def failed_deployments(self) -> list[PlaceNow]:
        """The environments into which the newest version failed to come."""
        return [place for place in self.places if place.failed_at]

    def newer_than(self, place: PlaceNow) -> str:
        """Return the newest green commit of the place's project that is not there; empty if none is known."""
        for build in self.builds:
            if build.project_id == place.project_id and build.status in GREEN and build.sha and place.sha:
                return "" if build.sha.startswith(place.sha) or place.sha.startswith(build.sha) else build.sha
        return ""

    @property
    def arrivals(self) -> list[tuple[PlaceNow, str]]:
        """Each environment with the commit that waits to be deployed there."""
        return [(place, self.newer_than(place)) for place in self.places]

    @property
    def unknown(self) -> PlaceNow | BuildNow | None:
        """The first of which is known why nothing is known."""
        rows: Iterable[PlaceNow | BuildNow] = (*self.places, *self.builds)
        return next((row for row in rows if row.status == Status.UNKNOWN and row.detail), None)
