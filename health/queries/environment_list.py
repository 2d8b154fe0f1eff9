"""Which environments may this reader see, and which of them need a look first?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from courses.charts.lines import Sparkline
from courses.models import Environment, User
from health.models import EnvironmentRollup, EnvironmentSample, EnvironmentState
from health.queries.trends import trend_line
from health.rules import slots, trend

PER_PAGE = 100
RANKS = {"down": 0, "unknown": 1, "up": 2}


@dataclass(frozen=True, slots=True)
class EnvironmentRow:
    """One line of the list. line: None until three points make one."""

    environment: Environment
    state: EnvironmentState | None
    status: str
    is_stale: bool
    line: Sparkline | None


@dataclass(frozen=True, slots=True)
class EnvironmentList:
    """A page of the list and how many there are in each state."""

    rows: list[EnvironmentRow]
    page: Page[Environment]
    counts: list[tuple[str, int]]
    total: int


def environment_list(
    user: User, *, status: str, text: str, page_number: str, now: datetime
) -> EnvironmentList:
    """Return what `user` may see, problems first, narrowed to a status and to a text in a name."""
    found = _ranked(user, text, now)
    numbers = {row["rank"]: row["n"] for row in found.order_by().values("rank").annotate(n=Count("pk"))}
    page = Paginator(_in_status(found, status), PER_PAGE).get_page(page_number)
    lines = _lines(page, now)
    return EnvironmentList(
        rows=[_row(environment, lines[environment.pk], now) for environment in page],
        page=page,
        counts=[(word, numbers.get(rank, 0)) for word, rank in RANKS.items()],
        total=sum(numbers.values()),
    )


def environments(user: User, *, status: str, text: str, now: datetime) -> QuerySet[Any]:
    """Return all that the list shows, page by page."""
    return _in_status(_ranked(user, text, now), status)


def _in_status(found: QuerySet[Any], status: str) -> QuerySet[Any]:
    return found.filter(rank=RANKS[status]) if status in RANKS else found


def _ranked(user: User, text: str, now: datetime) -> QuerySet[Any]:
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
    if text:
        named = Q(name__icontains=text) | Q(project__name__icontains=text)
        found = found.filter(named | Q(project__team__name__icontains=text))
    return found


def _row(environment: Environment, line: Sparkline | None, now: datetime) -> EnvironmentRow:
    state = getattr(environment, "health_state", None)
    if state is None:
        return EnvironmentRow(environment, None, "unknown", False, line)
    return EnvironmentRow(environment, state, state.status_at(now), state.is_stale(now), line)


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
            lines[pk] = trend_line([means.get((pk, at)) for at in instants], step, what="Mean latency")
    return lines


def _means(ids: Sequence[int], step: int, since: datetime) -> dict[tuple[int, datetime], float]:
    """Return the mean latency by environment and start of the step."""
    rows: QuerySet[Any] = EnvironmentSample.objects.all()
    if step > 1:
        rows = EnvironmentRollup.objects.filter(step_minutes=step)
    found = rows.filter(environment_id__in=ids, at__gte=slots.floor_to(since, step)).values_list(
        "environment_id", "at", "latency_ms_sum", "ok", "http_3xx", "http_4xx", "http_5xx"
    )
    return {(pk, at): total / sum(answers) for pk, at, total, *answers in found if sum(answers)}
