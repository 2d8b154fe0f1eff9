"""How does every team stand? Read for a thousand teams at once: tuples from rows that hold the present."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from alerts.models import Alert
from alerts.rules import State
from dashboard.rules import concern_of
from dashboard.standing import AlertNow, BuildNow, PlaceNow, Standing
from health.models import EnvironmentRollup, EnvironmentState, Status
from health.rules import day, slots
from pipelines.models import CIServer, Deployment, RepositoryState
from pipelines.models.deployments import SHORT

ERRORS_OF = timedelta(hours=1)
STEP_MINUTES = 5
# of a CI server: whether it is read any more
POLLED = ("is_enabled", "last_error_kind", "last_polled_at", "next_poll_at", "not_before", "poll_interval_s")
Values = Sequence[Any]


def standings(teams: Iterable[tuple[Any, ...]], *, now: datetime) -> list[Standing]:
    """Return how each of the `teams` stands, named by the first fields of `Standing`. Four queries."""
    found = {team[0]: Standing(*team) for team in teams}
    _read_places(found, now)
    _read_branches(found, now)
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
    this_hour = day.hour_of(now)
    for team, place, state, lately, version in _places_of(found):
        status, *known = state
        fresh_until, heard_at, line, until = lately
        is_stale = fresh_until is not None and fresh_until < now
        believed = Status.UNKNOWN.value if is_stale else status
        silence = (heard_at, status) if is_stale else (None, "")
        one = found[team]
        row = (*place, believed, *known, *_version(*version), *silence)
        one.places.append(PlaceNow(*row))
        one.day = day.joined(one.day, day.advanced(line, until, this_hour))


def _places_of(found: Collection[int]) -> Iterator[tuple[int, Values, Values, Values, Values]]:
    """Give for each environment its team, itself, its state, its last day, and what was deployed there."""
    arrived = Deployment.objects.filter(environment=OuterRef("environment_id")).order_by("-at", "-pk")
    there = arrived.filter(status=Deployment.Status.SUCCESS)
    rows = EnvironmentState.objects.filter(environment__project__team__in=found).annotate(
        sha=Subquery(there.values("sha")[:1]),
        deployed_at=Subquery(there.values("at")[:1]),
        tried_at=Subquery(arrived.values("at")[:1]),
    )
    place = ("environment_id", "environment__project_id", "environment__name")
    state = ("status", "since", "last_latency_ms", "detail")
    lately = ("fresh_until", "last_checked_at", "day", "day_until")
    version = ("sha", "deployed_at", "tried_at")
    columns = ("environment__project__team_id", *place, *state, *lately, *version)
    for team, *row in rows.order_by("environment__name", "pk").values_list(*columns):
        yield team, row[:3], row[3:7], row[7:11], row[11:]


def _version(
    sha: str | None, deployed_at: datetime | None, tried_at: datetime | None
) -> tuple[str, datetime | None, datetime | None]:
    """Return the commit, when it arrived, and when a newer one failed to arrive."""
    has_failed = tried_at is not None and (deployed_at is None or tried_at > deployed_at)
    return (sha or "")[:SHORT], deployed_at, tried_at if has_failed else None


def _read_branches(found: dict[int, Standing], now: datetime) -> None:
    unread: dict[Values, bool] = {}  # by what is known of a server: few stand behind a thousand teams
    rows = RepositoryState.objects.filter(repository__project__team__in=found).order_by("pk")
    branch = ("repository__project__team_id", "repository_id", "repository__project_id")
    verdict = ("status", "since", "detail")
    pipeline = ("pipeline__iid", "pipeline__sha", "pipeline__finished_at")
    server = [f"repository__server__{name}" for name in POLLED]
    columns = (*branch, *verdict, *pipeline, "repository__read_at", *server)
    for team, *row in rows.values_list(*columns):
        (*build, number, sha, ended_at, read_at), polled = row[: -len(POLLED)], tuple(row[-len(POLLED) :])
        if polled not in unread:
            unread[polled] = CIServer(**dict(zip(POLLED, polled, strict=True))).is_unread(now)
        last = read_at if unread[polled] else None
        known = (*build, number, (sha or "")[:SHORT], ended_at, last)
        found[team].builds.append(BuildNow(*known))


def _read_alerts(found: dict[int, Standing]) -> None:
    rows = Alert.objects.filter(state=State.FIRING, project__team__in=found).urgent_first()
    columns = ("project__team_id", "pk", "title", "pending_since", "acknowledged_at", "rule__severity")
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
