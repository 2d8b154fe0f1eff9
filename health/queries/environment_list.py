"""Which environments may this reader see, and which of them need a look first?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from courses.charts.lines import Sparkline, sparkline
from courses.models import Environment, User
from health.models import EnvironmentRollup, EnvironmentState
from health.rules import slots

PER_PAGE = 100
RANKS = {"down": 0, "unknown": 1, "up": 2}
HOURS = 24


@dataclass(frozen=True, slots=True)
class EnvironmentRow:
    """One line of the list."""

    environment: Environment
    state: EnvironmentState | None
    status: str
    is_stale: bool
    line: Sparkline


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
    if status in RANKS:
        found = found.filter(rank=RANKS[status])
    page = Paginator(found, PER_PAGE).get_page(page_number)
    lines = _lines([environment.pk for environment in page], now)
    return EnvironmentList(
        rows=[_row(environment, lines[environment.pk], now) for environment in page],
        page=page,
        counts=[(word, numbers.get(rank, 0)) for word, rank in RANKS.items()],
        total=sum(numbers.values()),
    )


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


def _row(environment: Environment, line: Sparkline, now: datetime) -> EnvironmentRow:
    state = getattr(environment, "health_state", None)
    if state is None:
        return EnvironmentRow(environment, None, "unknown", False, line)
    return EnvironmentRow(environment, state, state.status_at(now), state.is_stale(now), line)


def _lines(ids: Sequence[int], now: datetime) -> dict[int, Sparkline]:
    """Return the mean latency of each of the last 24 hours, by environment, from one query."""
    last = slots.floor_to(now, 60)
    hours = [last - timedelta(hours=n) for n in reversed(range(HOURS))]
    rows = EnvironmentRollup.objects.filter(
        environment_id__in=ids, step_minutes=60, at__gte=hours[0]
    ).values_list("environment_id", "at", "latency_ms_sum", "ok", "http_3xx", "http_4xx", "http_5xx")
    means = {(pk, at): total / sum(answers) for pk, at, total, *answers in rows if sum(answers)}
    return {
        pk: sparkline([means.get((pk, hour)) for hour in hours], label="Mean latency of the last 24 hours")
        for pk in ids
    }
