"""What do the pages need to know about pipelines? A fixed number of queries for any number of rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from courses.models import Course, Environment, User
from pipelines.models import CIServer, Deployment, Repository, RepositoryQuerySet, RepositoryState

STATES = {
    "failed": "red",
    "unreadable": "cannot be read",
    "warning": "passed with warnings",
    "running": "running",
    "unknown": "no verdict yet",
    "success": "green",
}
WARN_BEFORE = timedelta(days=14)


def repository_states(project_ids: Collection[int]) -> QuerySet[RepositoryState]:
    """Return the default branches of `project_ids` with their repositories: one query."""
    rows = RepositoryState.objects.filter(repository__project__in=project_ids).select_related("repository")
    # An overview of 1,000 teams reads these and nothing else; the rest would be most of its time.
    return rows.only("status", "detail", "since", "is_running", "repository__project", "repository__path")


def board(user: User, *, course: str) -> RepositoryQuerySet:
    """Return the repositories whose default branch `user` may watch, not-green first."""
    rows = Repository.objects.visible_to(user).filter(
        project__team__is_archived=False, project__team__course__is_archived=False
    )
    if course:
        rows = rows.filter(project__team__course__slug=course)
    return rows.not_green_first()


def in_state(rows: RepositoryQuerySet, state: str) -> RepositoryQuerySet:
    """Return those of the board's `rows` that are in `state`; all of them for an empty word."""
    if state == "running":
        return rows.filter(branch__is_running=True)
    return rows.filter(Q(("shown_state", state))) if state else rows


def state_counts(rows: RepositoryQuerySet) -> list[tuple[str, str, int]]:
    """Return (state, words, how many) of the board's `rows`, for the states there are."""
    unordered: Any = rows.order_by()  # the annotation is unknown to the type checker
    counted = dict(unordered.values_list("shown_state").annotate(Count("pk")))
    counted["running"] = unordered.filter(branch__is_running=True).count()
    return [(state, words, counted[state]) for state, words in STATES.items() if counted.get(state)]


def with_branches(rows: RepositoryQuerySet) -> RepositoryQuerySet:
    """Return `rows` with all that a line of the board shows."""
    return rows.select_related("project__team__course", "server", "branch__pipeline", "branch__latest")


def courses_on_board(user: User) -> QuerySet[Course]:
    """Return the courses that have repositories `user` may watch."""
    mine = Repository.objects.visible_to(user).filter(project__team__course=OuterRef("pk"))
    return Course.objects.filter(Exists(mine), is_archived=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a server that readers of its rows must know."""

    server: CIServer
    text: str
    tone: str
    is_editable: bool


def server_notices(user: User, *, now: datetime) -> list[Notice]:
    """Return what is wrong with the servers behind what `user` sees: refused, throttled, stale, expiring."""
    mine = Repository.objects.visible_to(user).filter(server=OuterRef("pk"))
    editable = set(CIServer.objects.editable_by(user).values_list("pk", flat=True))
    servers = CIServer.objects.filter(Q(pk__in=editable) | Exists(mine), course__is_archived=False)
    return [
        Notice(server, words, tone, server.pk in editable)
        for server in servers
        for words, tone in [_concern(server, now=now)]
        if words and (server.pk in editable or tone == "bad")
    ]


def server_notice(user: User, server: CIServer, *, now: datetime) -> list[Notice]:
    """Return what readers of one repository must know of its server: nothing, or one notice."""
    words, tone = _concern(server, now=now)
    is_editable = CIServer.objects.editable_by(user).filter(pk=server.pk).exists()
    return [Notice(server, words, tone, is_editable)] if words and tone == "bad" else []


def _concern(server: CIServer, *, now: datetime) -> tuple[str, str]:
    """Return what is wrong with `server` and how bad it is; empty words when nothing is."""
    name, kind = server.name, server.last_error_kind
    if not server.is_enabled:
        return f"“{name}” is not polled: polling is switched off.", "bad"
    if kind == "auth":
        return f"The token of “{name}” was refused: it is wrong, expired or revoked.", "bad"
    if kind:
        return f"“{name}” could not be read. {server.last_error}", "bad"
    if server.last_polled_at and server.is_stale(now):
        return f"“{name}” has not been read for a while: no worker is running, or it is behind.", "bad"
    expires_on = server.token_expires_on
    if expires_on and expires_on - now.date() <= WARN_BEFORE:
        return f"The token of “{name}” expires on {expires_on:%Y-%m-%d}.", "warn"
    return "", ""


def last_deployments(environment_ids: Collection[int]) -> dict[int, Deployment]:
    """Return by environment the version that arrived there last; those without one are missing."""
    newest = Deployment.objects.filter(environment=OuterRef("pk"), status=Deployment.Status.SUCCESS)
    lasts = Environment.objects.filter(pk__in=environment_ids).annotate(
        last=Subquery(newest.order_by("-at", "-pk").values("pk")[:1])
    )
    rows = Deployment.objects.filter(pk__in=lasts.values("last"))
    return {row.environment_id: row for row in rows}
