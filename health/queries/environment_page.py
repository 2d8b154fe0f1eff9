"""How is one environment, and how was it over a span?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from courses.charts.bars import StatusBar
from courses.charts.distributions import Distribution
from courses.charts.lines import LineChart
from courses.charts.overlays import Overlay
from courses.charts.stacks import StackedBars
from courses.models import Environment
from health.models import (
    Check,
    CheckResult,
    EnvironmentRollup,
    EnvironmentSample,
    EnvironmentState,
    Transition,
)
from health.queries import environment_charts as charts
from health.queries.environment_charts import Counts
from health.rules import availability, histogram, slots
from health.rules.ranges import Range, Window, window
from health.wording import window_words

RESULTS_SHOWN = 20
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


@dataclass(frozen=True, slots=True)
class EnvironmentPage:
    """Everything the page of one environment shows, but for who looks at it.

    now: the instant that the state is of; window, period: what the figures are of, and that in words.
    percentiles: of all latencies, by name. overlay: what is drawn over the charts.
    """

    environment: Environment
    check: Check | None
    state: EnvironmentState | None
    now: datetime
    window: Window
    period: str
    availability: availability.Availability
    n: int
    expected: int
    percentiles: list[tuple[str, float | None]]
    classes: list[tuple[str, int]]
    overlay: Overlay
    bar: StatusBar
    latency: LineChart
    answers: StackedBars
    spread: Distribution
    results: list[CheckResult]

    @property
    def status(self) -> str:
        return self.state.status_at(self.now) if self.state else "unknown"

    @property
    def is_stale(self) -> bool:
        return bool(self.state and self.state.is_stale(self.now))

    @property
    def held(self) -> timedelta | None:
        """How long the status has held."""
        return self.now - self.state.since if self.state else None

    @property
    def silent(self) -> timedelta | None:
        """How long ago the last answer came."""
        last = self.state.last_checked_at if self.state else None
        return self.now - last if last else None


def environment_page(
    environment: Environment, *, span: Range, now: datetime, zone: tzinfo
) -> EnvironmentPage:
    """Return how `environment` is at `now` and was over `span`, times in the reader's `zone`."""
    check: Check | None = getattr(environment, "health_check", None)
    state: EnvironmentState | None = getattr(environment, "health_state", None)
    end = span.end or now
    changes = _changes(environment.pk, end - span.span, end)
    shown = window(span, _first_of(changes), now)
    rows = _rows(environment.pk, shown)
    watched = availability.spans(
        changes, shown.since or shown.start, end, state.fresh_until if state else None
    )
    n = sum(row.n for row in rows)
    axis = charts.axis_of(shown, zone)
    overlay = charts.overlay_of(environment, axis)
    whole = histogram.merge(row.histogram for row in rows)
    percentiles = [(f"p{share}", histogram.percentile(whole, share / 100)) for share in (50, 95, 99)]
    return EnvironmentPage(
        environment=environment,
        check=check,
        state=state,
        now=now,
        window=shown,
        period=window_words(shown, zone),
        availability=availability.availability(watched),
        n=n,
        expected=max(n, _expected(check, rows, shown)) if check else n,
        percentiles=percentiles,
        classes=[(label, sum(getattr(row, name) for row in rows)) for name, label in CLASSES],
        overlay=overlay,
        bar=charts.availability_bar(watched, shown, axis, overlay),
        latency=charts.latency_chart(check, rows, shown, axis, overlay),
        answers=charts.answers_chart(rows, shown, axis, overlay),
        spread=charts.latency_distribution(whole, percentiles),
        results=list(CheckResult.objects.filter(environment=environment).order_by("-at")[:RESULTS_SHOWN]),
    )


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
