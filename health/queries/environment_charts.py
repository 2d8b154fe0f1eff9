"""What is drawn of an environment: its latency and answers, when it was up, and what happened meanwhile?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db.models import Q
from django.utils.translation import gettext as _

from courses.charts.axes import TimeAxis
from courses.charts.bars import StatusBar, status_bar
from courses.charts.distributions import Bin, Distribution, distribution
from courses.charts.lines import Band, LineChart, Series, line_chart
from courses.charts.overlays import Overlay
from courses.charts.stacks import Part, StackedBars, stacked_bars
from courses.models import Environment, Event
from courses.queries import events_over
from courses.templatetags.ui import ms
from health.models import Check, EnvironmentRollup, EnvironmentSample
from health.rules import availability, histogram, slots
from health.rules.ranges import Window
from health.wording import window_words

Counts = EnvironmentSample | EnvironmentRollup
Percentiles = Sequence[tuple[str, float | None]]


@dataclass(frozen=True, slots=True)
class EnvironmentCharts:
    """The drawings of a page, and what is drawn over all of them that have time as their axis."""

    overlay: Overlay
    bar: StatusBar
    latency: LineChart
    answers: StackedBars
    spread: Distribution


def environment_charts(
    environment: Environment,
    check: Check | None,
    *,
    rows: Sequence[Counts],
    watched: Sequence[availability.Span],
    latencies: histogram.Histogram,
    percentiles: Percentiles,
    shown: Window,
    zone: tzinfo,
) -> EnvironmentCharts:
    """Return the drawings of what `shown` spans, times in the reader's `zone`."""
    axis = TimeAxis(shown.start, shown.end, zone)
    overlay = overlay_of(environment, axis)
    return EnvironmentCharts(
        overlay=overlay,
        bar=availability_bar(watched, shown, axis, overlay),
        latency=latency_chart(check, rows, shown, axis, overlay),
        answers=answers_chart(rows, shown, axis, overlay),
        spread=latency_distribution(latencies, percentiles),
    )


def overlay_of(environment: Environment, axis: TimeAxis) -> Overlay:
    """Return what happened to the environment and its project, to be drawn over every chart."""
    its_own = Q(environment=environment) | Q(environment=None, project=environment.project_id)
    return events_over(Event.objects.filter(its_own), axis)


def availability_bar(
    parts: Iterable[availability.Span], shown: Window, axis: TimeAxis, overlay: Overlay
) -> StatusBar:
    """Return the bar of what held when. What came before the first check was not missed."""
    return status_bar(
        _("Availability, %(period)s") % {"period": window_words(shown, axis.zone)},
        [(part.status, part.start, part.end) for part in parts],
        ident="availability",
        axis=axis,
        since=shown.since,
        overlay=overlay,
    )


def latency_chart(
    check: Check | None, rows: Iterable[Counts], shown: Window, axis: TimeAxis, overlay: Overlay
) -> LineChart:
    """Return the lines of p50 and p95, with what lies between."""
    merged = _merged(rows, shown)
    interval = timedelta(seconds=check.interval_s if check else 0)
    half = [(at, histogram.percentile(counts, 0.5)) for at, counts in merged]
    most = [(at, histogram.percentile(counts, 0.95)) for at, counts in merged]
    between = [(at, low, high) for (at, low), (_at, high) in zip(half, most, strict=True)]
    return line_chart(
        _("Latency"),
        [Series(_("p50"), half), Series(_("p95"), most)],
        bands=[Band(_("p50 to p95"), between)],
        ident="latency",
        axis=axis,
        max_gap=max(shown.step, interval) * 2,
        show=ms,
        overlay=overlay,
    )


def answers_chart(rows: Sequence[Counts], shown: Window, axis: TimeAxis, overlay: Overlay) -> StackedBars:
    """Return the bars of answers by class, from the good ones up."""

    def counts(*names: str) -> list[tuple[datetime, float]]:
        return [(row.at, sum(getattr(row, name) for name in names)) for row in rows]

    return stacked_bars(
        _("Answers by class"),
        [
            Part(_("2XX"), "good", counts("ok")),
            Part(_("3XX"), "idle", counts("http_3xx")),
            Part(_("4XX"), "warn", counts("http_4xx")),
            Part(_("5XX"), "bad", counts("http_5xx")),
            Part(_("no answer"), "busy", counts("timeout", "dns", "tls", "other")),
        ],
        ident="answers",
        axis=axis,
        step=timedelta(minutes=shown.table_minutes),
        overlay=overlay,
    )


def latency_distribution(latencies: histogram.Histogram, percentiles: Percentiles) -> Distribution:
    """Return how the latencies of all good answers spread."""
    return distribution(
        _("How the latencies spread"),
        [Bin(*part) for part in histogram.bins(latencies)],
        ident="spread",
        show=ms,
        quantiles=[(label, value) for label, value in percentiles if value is not None],
        is_log=True,
    )


def _merged(rows: Iterable[Counts], shown: Window) -> list[tuple[datetime, histogram.Histogram]]:
    """Return the latencies of each step of the chart that was asked in; none where nothing succeeded."""
    step_minutes = int(shown.step / timedelta(minutes=1))
    folded: dict[datetime, list[histogram.Histogram]] = {}
    for row in rows:
        if row.n:
            at = max(slots.floor_to(row.at, step_minutes), shown.start)
            folded.setdefault(at, []).append(row.latencies)
    return [(at, histogram.merge(parts)) for at, parts in folded.items()]
