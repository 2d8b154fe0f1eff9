"""How is one environment, and how was it over a span?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from courses.models import Environment
from courses.rules.ranges import Range
from health.models import (
    Check,
    CheckResult,
    EnvironmentRollup,
    EnvironmentSample,
    EnvironmentState,
    Transition,
)
from health.queries.environment_charts import Counts, EnvironmentCharts, environment_charts
from health.queries.outages import Outage, last_outages
from health.queries.standing import Standing, standing
from health.rules import availability, histogram, slots
from health.rules.ranges import Window, window
from health.wording import window_label

RESULTS_SHOWN = 20
TRANSITIONS_READ = 5000
ENOUGH = 20  # good answers: fewer have no slowest twentieth


@dataclass(frozen=True, slots=True)
class EnvironmentPage:
    """What the page of one environment shows that changes by itself.

    window, period: what the figures are of, and that in words. percentiles: of good answers, by name.
    is_unseen: nobody ever could look, although it was tried.
    """

    state: EnvironmentState | None
    standing: Standing
    window: Window
    period: str
    availability: availability.Availability
    n: int
    expected: int
    percentiles: list[tuple[str, float | None]]
    charts: EnvironmentCharts
    is_unseen: bool
    outages: list[Outage]
    results: list[CheckResult]


def environment_page(
    environment: Environment, *, span: Range, now: datetime, zone: tzinfo
) -> EnvironmentPage:
    """Return how `environment` is at `now` and was over `span`, times in the reader's `zone`."""
    check: Check | None = getattr(environment, "health_check", None)
    state: EnvironmentState | None = getattr(environment, "health_state", None)
    end = span.end or now
    changes = _changes(environment.pk, end - span.span, end)
    shown = window(span, _first_of(changes) or (check.created_at if check else None), now)
    rows = _rows(environment.pk, shown)
    watched = availability.spans(
        changes, shown.since or shown.start, end, state.fresh_until if state else None
    )
    n = sum(row.n for row in rows)
    whole = histogram.merge(row.latencies for row in rows)
    percentiles = _percentiles(whole)
    seen_until = state.fresh_until if state and state.is_stale(now) else None
    return EnvironmentPage(
        state=state,
        standing=standing(environment, check, state, now=now),
        window=shown,
        period=window_label(shown, zone),
        availability=availability.availability(watched),
        n=n,
        expected=max(n, _expected(check, rows, shown)) if check else n,
        percentiles=percentiles,
        charts=environment_charts(
            environment,
            check,
            rows=rows,
            watched=watched,
            latencies=whole,
            percentiles=percentiles,
            shown=shown,
            zone=zone,
        ),
        is_unseen=bool(state and state.detail and not changes and _is_unseen(environment.pk)),
        outages=last_outages(environment.pk, watched_until=seen_until),
        results=list(CheckResult.objects.filter(environment=environment).order_by("-at")[:RESULTS_SHOWN]),
    )


def _percentiles(whole: histogram.Histogram) -> list[tuple[str, float | None]]:
    """Return the latency that a half, 95 % and 99 % of all good answers kept within, in ms."""
    shares = [(_("p50"), 0.5), (_("p95"), 0.95), (_("p99"), 0.99)]
    told = shares if sum(whole.values()) >= ENOUGH else shares[:1]
    return [(label, histogram.percentile(whole, share)) for label, share in told]


def _is_unseen(environment_id: int) -> bool:
    return not Transition.objects.filter(environment_id=environment_id).exists()


def _rows(environment_id: int, shown: Window) -> list[EnvironmentSample] | list[EnvironmentRollup]:
    since = slots.floor_to(shown.start, shown.table_minutes)
    here = {"environment_id": environment_id, "at__gte": since, "at__lte": shown.end}
    if shown.table_minutes == 1:
        return list(EnvironmentSample.objects.filter(**here).order_by("at"))
    return list(EnvironmentRollup.objects.filter(**here, step_minutes=shown.table_minutes).order_by("at"))


def _changes(environment_id: int, start: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """Return the changes of status since `start`, oldest first, after the one that held then."""
    rows = Transition.objects.filter(environment_id=environment_id, at__lte=end)
    newest = rows.order_by("-at", "-pk").values_list("at", "to_status")
    within = list(newest.filter(at__gt=start)[:TRANSITIONS_READ])
    before = list(newest.filter(at__lte=start)[:1])
    return [*before, *reversed(within)]


def _first_of(changes: Sequence[tuple[datetime, str]]) -> datetime | None:
    """Return the oldest change: every place begins with one, from unknown, at its first answer."""
    return changes[0][0] if changes and len(changes) < TRANSITIONS_READ else None


def _expected(check: Check, rows: Iterable[Counts], shown: Window) -> int:
    """Return how many answers should have come. Rows remember the interval of their own time."""
    step = timedelta(minutes=shown.table_minutes)
    since = max(shown.since or shown.start, check.created_at)
    as_now = slots.slots_between(check.pk, check.interval_s, since, shown.end)
    return as_now + sum(
        row.expected - slots.slots_between(check.pk, check.interval_s, row.at, row.at + step) for row in rows
    )
