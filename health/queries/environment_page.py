"""How is one environment, and how was it over a span?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db.models import Q

from courses.charts.bars import StatusBar, status_bar
from courses.charts.lines import LineChart, Mark, Series, line_chart
from courses.models import Environment, Event
from courses.templatetags.ui import ms
from health.models import (
    Check,
    CheckResult,
    EnvironmentRollup,
    EnvironmentSample,
    EnvironmentState,
    Transition,
)
from health.rules import availability, histogram, slots
from health.rules.ranges import Range, Window, window

RESULTS_SHOWN = 20
MARKS_SHOWN = 30
TRANSITIONS_READ = 5000
CLASSES = [
    ("ok", "Answered with 2XX"),
    ("http_3xx", "3XX, not followed"),
    ("http_4xx", "4XX client errors"),
    ("http_5xx", "5XX server errors"),
    ("timeout", "No answer in time"),
    ("dns", "Name not resolved"),
    ("tls", "TLS failed"),
    ("other", "No connection, or no valid HTTP"),
]
Counts = EnvironmentSample | EnvironmentRollup


@dataclass(frozen=True, slots=True)
class EnvironmentPage:
    """Everything the page of one environment shows, but for who looks at it.

    held: how long the status has held. silent: how long ago the last answer came.
    window, period: what the figures are of, and that in words.
    """

    environment: Environment
    check: Check | None
    state: EnvironmentState | None
    status: str
    is_stale: bool
    held: timedelta | None
    silent: timedelta | None
    window: Window
    period: str
    availability: availability.Availability
    n: int
    expected: int
    p50: float | None
    p95: float | None
    p99: float | None
    classes: list[tuple[str, int]]
    latency: LineChart
    bar: StatusBar
    results: list[CheckResult]


def environment_page(
    environment: Environment, *, span: Range, now: datetime, zone: tzinfo
) -> EnvironmentPage:
    """Return how `environment` is at `now` and was over `span`, times in the reader's `zone`."""
    check: Check | None = getattr(environment, "health_check", None)
    state: EnvironmentState | None = getattr(environment, "health_state", None)
    changes = _changes(environment.pk, now - span.span, now)
    shown = window(span, _first_of(changes), now)
    rows = _rows(environment.pk, shown)
    fresh_until = state.fresh_until if state else None
    watched = availability.spans(changes, shown.since or shown.start, now, fresh_until)
    n = sum(row.n for row in rows)
    p50, p95, p99 = _percentiles(rows)
    return EnvironmentPage(
        environment=environment,
        check=check,
        state=state,
        status=state.status_at(now) if state else "unknown",
        is_stale=bool(state and state.is_stale(now)),
        held=now - state.since if state else None,
        silent=now - state.last_checked_at if state and state.last_checked_at else None,
        window=shown,
        period=shown.words(zone),
        availability=availability.availability(watched),
        n=n,
        expected=max(n, _expected(check, rows, shown)) if check else n,
        p50=p50,
        p95=p95,
        p99=p99,
        classes=[(label, sum(getattr(row, name) for row in rows)) for name, label in CLASSES],
        latency=_latency_chart(environment, check, rows, shown, zone),
        bar=_bar(availability.spans(changes, shown.start, now, fresh_until), shown, zone),
        results=list(CheckResult.objects.filter(environment=environment).order_by("-at")[:RESULTS_SHOWN]),
    )


def _percentiles(
    rows: Sequence[Counts],
) -> tuple[float | None, float | None, float | None]:
    """Return the latency that a half, 95 % and 99 % of all answers kept within, in ms."""
    whole = histogram.merge(row.histogram for row in rows)
    return (
        histogram.percentile(whole, 0.5),
        histogram.percentile(whole, 0.95),
        histogram.percentile(whole, 0.99),
    )


def _bar(parts: list[availability.Span], shown: Window, zone: tzinfo) -> StatusBar:
    return status_bar(
        f"Availability, {shown.words(zone)}",
        [(part.status, part.start, part.end) for part in parts],
        ident="availability",
        start=shown.start,
        end=shown.end,
        zone=zone,
    )


def _rows(environment_id: int, shown: Window) -> list[EnvironmentSample] | list[EnvironmentRollup]:
    span = shown.span
    since = slots.floor_to(shown.start, span.table_minutes)
    if span.table_minutes == 1:
        samples = EnvironmentSample.objects.filter(environment_id=environment_id, at__gte=since)
        return list(samples.order_by("at"))
    rollups = EnvironmentRollup.objects.filter(environment_id=environment_id, at__gte=since)
    return list(rollups.filter(step_minutes=span.table_minutes).order_by("at"))


def _changes(environment_id: int, start: datetime, now: datetime) -> list[tuple[datetime, str]]:
    """Return the changes of status since `start`, oldest first, after the one that held then."""
    rows = Transition.objects.filter(environment_id=environment_id, at__lte=now)
    newest = rows.order_by("-at", "-pk").values_list("at", "to_status")
    within = list(newest.filter(at__gt=start)[:TRANSITIONS_READ])
    before = list(newest.filter(at__lte=start)[:1])
    return [*before, *reversed(within)]


def _first_of(changes: Sequence[tuple[datetime, str]]) -> datetime | None:
    """Return the oldest change: every place begins with one, from unknown, at its first answer."""
    return changes[0][0] if changes and len(changes) < TRANSITIONS_READ else None


def _expected(check: Check, rows: Iterable[Counts], shown: Window) -> int:
    """Return how many answers should have come. Rows remember the interval of their own time."""
    step = timedelta(minutes=shown.span.table_minutes)
    since = max(shown.since or shown.start, check.created_at)
    as_now = slots.slots_between(check.pk, check.interval_s, since, shown.end)
    return as_now + sum(
        row.expected - slots.slots_between(check.pk, check.interval_s, row.at, row.at + step) for row in rows
    )


def _latency_chart(
    environment: Environment,
    check: Check | None,
    rows: Iterable[Counts],
    shown: Window,
    zone: tzinfo,
) -> LineChart:
    folded: dict[datetime, list[dict[str, int]]] = {}
    span, start = shown.span, shown.start
    step_minutes = int(span.step / timedelta(minutes=1))
    for row in rows:
        if row.histogram:
            folded.setdefault(max(slots.floor_to(row.at, step_minutes), start), []).append(row.histogram)
    merged = [(at, histogram.merge(parts)) for at, parts in folded.items()]
    interval = timedelta(seconds=check.interval_s if check else 0)
    return line_chart(
        "Latency",
        [
            Series("p50", [(at, histogram.percentile(counts, 0.5)) for at, counts in merged]),
            Series("p95", [(at, histogram.percentile(counts, 0.95)) for at, counts in merged]),
        ],
        ident="latency",
        start=start,
        end=shown.end,
        max_gap=max(span.step, interval) * 2,
        show=ms,
        zone=zone,
        marks=_marks(environment, start, shown.end),
    )


def _marks(environment: Environment, start: datetime, now: datetime) -> list[Mark]:
    told = Event.objects.filter(
        Q(environment=environment) | Q(environment=None, project=environment.project_id),
        kind__in=[Event.Kind.DEPLOYMENT, Event.Kind.EXPERIMENT, Event.Kind.INCIDENT],
        at__gte=start,
        at__lte=now,
    )
    rows = told.latest_first().values_list("at", "title", "tone")[:MARKS_SHOWN]
    return [Mark(at, title, tone) for at, title, tone in reversed(rows)]
