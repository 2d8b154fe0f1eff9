"""Which environments may this reader see, and which of them need a look first?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from courses.charts.sparklines import Sparkline
from courses.filters import Filters, narrowed
from courses.models import Environment, User
from health.models import EnvironmentRollup, EnvironmentSample, EnvironmentState
from health.queries.trends import trend_line
from health.rules import day, slots, trend
from health.wording import day_words

PER_PAGE = 50
NAMED = ("name", "project__name", "project__team__name")
RANKS = {"down": 0, "unknown": 1, "up": 2}


@dataclass(frozen=True, slots=True)
class EnvironmentRow:
    """One line of the list. held: how long its status has.

    seen, down: the last 24 hours as paths, and in words. line: None until three points make one.
    """

    environment: Environment
    state: EnvironmentState | None
    status: str
    is_stale: bool
    held: timedelta | None
    seen: str
    down: str
    day_words: str
    line: Sparkline | None


@dataclass(frozen=True, slots=True)
class EnvironmentList:
    """A page of the list, how many there are in each state, and in all.

    silent: how long ago anything was asked, when no status of those found is fresh any more.
    """

    rows: list[EnvironmentRow]
    page: Page[Environment]
    counts: list[tuple[str, int]]
    total: int
    silent: timedelta | None


def environment_list(user: User, filters: Filters, *, page_number: str, now: datetime) -> EnvironmentList:
    """Return what `user` may see, problems first. The counts are those of every state."""
    found = _ranked(user, filters, now)
    by_rank = found.order_by().values("rank")
    counted = list(
        by_rank.annotate(
            n=Count("pk"),
            fresh=Count("pk", filter=Q(health_state__fresh_until__gte=now)),
            newest=Max("health_state__last_checked_at"),
        )
    )
    numbers = {row["rank"]: row["n"] for row in counted}
    asked = [row["newest"] for row in counted if row["newest"]]
    is_silent = bool(asked) and not any(row["fresh"] for row in counted)
    page = Paginator(_in_state(found, filters.state), PER_PAGE).get_page(page_number)
    lines = _lines(page, now)
    return EnvironmentList(
        rows=[_row(environment, lines[environment.pk], now) for environment in page],
        page=page,
        counts=[(word, numbers.get(rank, 0)) for word, rank in RANKS.items()],
        total=sum(numbers.values()),
        silent=now - max(asked) if is_silent else None,
    )


def environments(user: User, filters: Filters, *, now: datetime) -> QuerySet[Any]:
    """Return all that the list shows, page by page."""
    return _in_state(_ranked(user, filters, now), filters.state)


def _in_state(found: QuerySet[Any], state: str) -> QuerySet[Any]:
    return found.filter(rank=RANKS[state]) if state in RANKS else found


def _ranked(user: User, filters: Filters, now: datetime) -> QuerySet[Any]:
    fresh = Q(health_state__fresh_until__gte=now)
    rank = Case(
        When(fresh, health_state__status="down", then=Value(RANKS["down"])),
        When(fresh, health_state__status="up", then=Value(RANKS["up"])),
        default=Value(RANKS["unknown"]),
        output_field=IntegerField(),
    )
    found = (
        Environment.objects.visible_to(user)
        .filter(project__team__is_archived=False, project__team__course__is_archived=False)
        .select_related("project__team__course", "health_state", "health_check")
        .annotate(rank=rank)
        .order_by("rank", "project__team__name", "project__name", "name", "pk")
    )
    return narrowed(found, filters, user=user, team="project__team__", named=NAMED)


def _row(environment: Environment, line: Sparkline | None, now: datetime) -> EnvironmentRow:
    state: EnvironmentState | None = getattr(environment, "health_state", None)
    hours = day.advanced(state.day, state.day_until, day.hour_of(now)) if state else ""
    seen, down = day.day_paths(hours)
    return EnvironmentRow(
        environment=environment,
        state=state,
        status=state.status_at(now) if state else "unknown",
        is_stale=bool(state and state.is_stale(now)),
        held=now - state.since if state and not state.is_stale(now) else None,
        seen=seen,
        down=down,
        day_words=day_words(hours),
        line=line,
    )


def _lines(page: Iterable[Environment], now: datetime) -> dict[int, Sparkline | None]:
    """Return the mean latency since the check was made, at most a day, by environment.

    One query for each step that is needed; None where there are too few points for a line.
    """
    begun = {row.pk: row.health_check.created_at for row in page if hasattr(row, "health_check")}
    by_step: dict[int, list[int]] = {}
    for pk, first in begun.items():
        by_step.setdefault(trend.step_minutes(now - first), []).append(pk)
    lines: dict[int, Sparkline | None] = dict.fromkeys([row.pk for row in page])
    for step, ids in by_step.items():
        means = _means(ids, step, now - trend.LONGEST)
        for pk in ids:
            instants = trend.instants(begun[pk], now, step)
            lines[pk] = trend_line(
                [means.get((pk, at)) for at in instants], step, words=_("Mean latency of the last %(span)s")
            )
    return lines


def _means(ids: Sequence[int], step: int, since: datetime) -> dict[tuple[int, datetime], float]:
    """Return the mean latency by environment and start of the step."""
    rows: QuerySet[Any] = EnvironmentSample.objects.all()
    if step > 1:
        rows = EnvironmentRollup.objects.filter(step_minutes=step)
    found = rows.filter(environment_id__in=ids, at__gte=slots.floor_to(since, step)).values_list(
        "environment_id", "at", "latency_ms_sum", "ok", "http_3xx"
    )
    return {(pk, at): total / sum(answers) for pk, at, total, *answers in found if sum(answers)}
