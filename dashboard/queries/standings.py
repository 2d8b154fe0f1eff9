"""How does every team stand? Read for a thousand teams at once: tuples from rows that hold the present."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.models import Alert
from alerts.rules import State
from courses.models import Team
from dashboard.rules import Concern, concern_of
from health.models import EnvironmentRollup, EnvironmentState, Status
from health.rules import day, slots
from pipelines.models import RepositoryState

ERRORS_OF = timedelta(hours=1)
STEP_MINUTES = 5

Since = tuple[datetime, str]  # since when, and what is the matter


@dataclass(slots=True)
class Standing:
    """What is known of a team now."""

    team_id: int
    name: str
    slug: str
    course_id: int
    concern: Concern = Concern.FINE
    places: list[str] = field(default_factory=list)
    builds: list[str] = field(default_factory=list)
    down: Since | None = None
    red: Since | None = None
    unknown: str = ""
    alert: Since | None = None
    firing: int = 0
    untaken_alert: int | None = None  # the most urgent one that nobody has acknowledged
    client_errors: int = 0
    server_errors: int = 0
    day: str = ""


def standings(teams: Collection[tuple[int, str, str, int]], *, now: datetime) -> list[Standing]:
    """Return how each of the `teams` (pk, name, slug, course) stands. Four queries."""
    found = {pk: Standing(pk, name, slug, course) for pk, name, slug, course in teams}
    _read_places(found, now)
    _read_branches(found)
    _read_alerts(found)
    _read_errors(found, now)
    for standing in found.values():
        standing.concern = concern_of(
            places=standing.places,
            builds=standing.builds,
            firing=standing.firing,
            server_errors=standing.server_errors,
            client_errors=standing.client_errors,
        )
    return list(found.values())


def _read_places(found: dict[int, Standing], now: datetime) -> None:
    rows = EnvironmentState.objects.filter(environment__project__team__in=found).order_by("environment__name")
    columns = ("status", "since", "fresh_until", "detail", "day", "day_until")
    this_hour = day.hour_of(now)
    for team_id, name, status, since, fresh_until, detail, line, until in rows.values_list(
        "environment__project__team_id", "environment__name", *columns
    ):
        standing = found[team_id]
        is_stale = fresh_until is not None and fresh_until < now
        believed = Status.UNKNOWN.value if is_stale else status
        standing.places.append(believed)
        if believed == Status.DOWN and (standing.down is None or since < standing.down[0]):
            standing.down = since, f"{name}: {detail}"
        elif believed == Status.UNKNOWN:
            standing.unknown = name if is_stale else f"{name}: {detail}"
        standing.day = day.joined(standing.day, day.advanced(line, until, this_hour))


def _read_branches(found: dict[int, Standing]) -> None:
    rows = RepositoryState.objects.filter(repository__project__team__in=found)
    for team_id, status, since, detail in rows.values_list(
        "repository__project__team_id", "status", "since", "detail"
    ):
        standing = found[team_id]
        standing.builds.append(status)
        if status == "failed" and since and (standing.red is None or since < standing.red[0]):
            standing.red = since, detail
        elif status == "unknown" and not standing.unknown:
            standing.unknown = detail


def _read_alerts(found: dict[int, Standing]) -> None:
    rows = Alert.objects.filter(state=State.FIRING, project__team__in=found).urgent_first()
    for pk, team_id, title, since, taken_at in rows.values_list(
        "pk", "project__team_id", "title", "pending_since", "acknowledged_at"
    ):
        standing = found[team_id]
        standing.firing += 1
        standing.alert = standing.alert or (since, title)
        if taken_at is None and standing.untaken_alert is None:
            standing.untaken_alert = pk


def _read_errors(found: dict[int, Standing], now: datetime) -> None:
    """Count the answers 4XX and 5XX of the last hour: of few teams, so they are not summed in the database."""
    rows = EnvironmentRollup.objects.filter(
        step_minutes=STEP_MINUTES,
        at__gte=slots.floor_to(now - ERRORS_OF, STEP_MINUTES),
        environment__project__team__in=found,
    )
    for team_id, client, server in rows.with_errors().values_list(
        "environment__project__team_id", "http_4xx", "http_5xx"
    ):
        found[team_id].client_errors += client
        found[team_id].server_errors += server
