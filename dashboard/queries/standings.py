"""How does every team stand? Read for a thousand teams at once: tuples from rows that hold the present."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from alerts.models import Alert
from alerts.rules import State
from dashboard.rules import Concern, concern_of
from health.models import EnvironmentRollup, EnvironmentState, Status
from health.rules import day, slots
from pipelines.models import Deployment, RepositoryState
from pipelines.models.deployments import SHORT

ERRORS_OF = timedelta(hours=1)
STEP_MINUTES = 5
GREEN = ("success", "warning")


class PlaceNow(NamedTuple):
    """An environment as it is believed now. pk: of the environment.

    sha, deployed_at: the version that arrived last; failed_at: when a newer one failed to, or None.
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


class BuildNow(NamedTuple):
    """A default branch by its last pipeline with a verdict. pk: of the repository.

    since: since when it is of this colour, None while it has no verdict. ended_at: of the pipeline.
    """

    pk: int
    project_id: int
    status: str
    since: datetime | None
    detail: str
    number: int | None = None
    sha: str = ""
    ended_at: datetime | None = None


class AlertNow(NamedTuple):
    """An alert that fires."""

    pk: int
    title: str
    since: datetime
    taken_at: datetime | None


@dataclass(slots=True)
class Standing:
    """What is known of a team now. day: the worst of its environments hour by hour, see health.rules.day."""

    team_id: int
    name: str
    slug: str
    course_id: int
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
    def unknown(self) -> str:
        """What is not known, in the words of the app that could not look."""
        rows: Iterable[PlaceNow | BuildNow] = (*self.places, *self.builds)
        return next((row.detail for row in rows if row.status == Status.UNKNOWN and row.detail), "")


def standings(teams: Collection[tuple[int, str, str, int]], *, now: datetime) -> list[Standing]:
    """Return how each of the `teams` (pk, name, slug, course) stands. Four queries."""
    found = {pk: Standing(pk, name, slug, course) for pk, name, slug, course in teams}
    _read_places(found, now)
    _read_branches(found)
    _read_alerts(found)
    _read_errors(found, now)
    for one in found.values():
        one.concern = concern_of(
            places=[place.status for place in one.places],
            builds=[build.status for build in one.builds],
            firing=len(one.alerts),
            has_failed_deployment=bool(one.failed_deployments),
            server_errors=one.server_errors,
            client_errors=one.client_errors,
        )
    return list(found.values())


def _read_places(found: dict[int, Standing], now: datetime) -> None:
    arrived = Deployment.objects.filter(environment=OuterRef("environment_id")).order_by("-at", "-pk")
    there = arrived.filter(status=Deployment.Status.SUCCESS)
    rows = EnvironmentState.objects.filter(environment__project__team__in=found).annotate(
        sha=Subquery(there.values("sha")[:1]),
        deployed_at=Subquery(there.values("at")[:1]),
        tried_at=Subquery(arrived.values("at")[:1]),
    )
    place = (
        "environment__project__team_id",
        "environment_id",
        "environment__project_id",
        "environment__name",
    )
    state = ("status", "since", "last_latency_ms", "detail", "fresh_until", "day", "day_until")
    this_hour = day.hour_of(now)
    for (
        team,
        pk,
        project,
        name,
        status,
        since,
        latency_ms,
        detail,
        fresh_until,
        line,
        until,
        *version,
    ) in rows.order_by("environment__name", "pk").values_list(
        *place, *state, "sha", "deployed_at", "tried_at"
    ):
        is_stale = fresh_until is not None and fresh_until < now
        believed = Status.UNKNOWN.value if is_stale else status
        one = found[team]
        one.places.append(
            PlaceNow(pk, project, name, believed, since, latency_ms, detail, *_version(*version))
        )
        one.day = day.joined(one.day, day.advanced(line, until, this_hour))


def _version(
    sha: str | None, deployed_at: datetime | None, tried_at: datetime | None
) -> tuple[str, datetime | None, datetime | None]:
    """Return the commit, when it arrived, and when a newer one failed to arrive."""
    has_failed = tried_at is not None and (deployed_at is None or tried_at > deployed_at)
    return (sha or "")[:SHORT], deployed_at, tried_at if has_failed else None


def _read_branches(found: dict[int, Standing]) -> None:
    rows = RepositoryState.objects.filter(repository__project__team__in=found).order_by("pk")
    branch = ("repository__project__team_id", "repository_id", "repository__project_id")
    verdict = ("status", "since", "detail")
    pipeline = ("pipeline__remote_id", "pipeline__sha", "pipeline__finished_at")
    for team, pk, project, status, since, detail, number, sha, ended_at in rows.values_list(
        *branch, *verdict, *pipeline
    ):
        version = (sha or "")[:SHORT]
        found[team].builds.append(BuildNow(pk, project, status, since, detail, number, version, ended_at))


def _read_alerts(found: dict[int, Standing]) -> None:
    rows = Alert.objects.filter(state=State.FIRING, project__team__in=found).urgent_first()
    columns = ("project__team_id", "pk", "title", "pending_since", "acknowledged_at")
    for team, *alert in rows.values_list(*columns):
        found[team].alerts.append(AlertNow(*alert))


def _read_errors(found: dict[int, Standing], now: datetime) -> None:
    """Count the answers 4XX and 5XX of the last hour. Few teams have any, so no database sums them."""
    rows = EnvironmentRollup.objects.with_errors().filter(
        step_minutes=STEP_MINUTES,
        at__gte=slots.floor_to(now - ERRORS_OF, STEP_MINUTES),
        environment__project__team__in=found,
    )
    for team, client, server in rows.values_list("environment__project__team_id", "http_4xx", "http_5xx"):
        found[team].client_errors += client
        found[team].server_errors += server
