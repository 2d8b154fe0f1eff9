"""What is drawn of an environment: its latency and answers, when it was up, and what happened meanwhile?"""

from collections.abc import Iterable, Sequence
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


def axis_of(shown: Window, zone: tzinfo) -> TimeAxis:
    """Return the axis that all charts of a page share."""
    return TimeAxis(shown.start, shown.end, zone)


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
    between = [
        (at, low, high) for (at, low), (_at, high) in zip(half, most, strict=True) if low is not None and high
    ]
    return line_chart(
        _("Latency"),
        [Series("p50", half), Series("p95", most)],
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


def latency_distribution(
    whole: histogram.Histogram, percentiles: Iterable[tuple[str, float | None]]
) -> Distribution:
    """Return how the latencies of all answers spread."""
    return distribution(
        _("How the latencies spread"),
        [Bin(*part) for part in histogram.bins(whole)],
        ident="spread",
        show=ms,
        quantiles=[(label, value) for label, value in percentiles if value is not None],
        is_log=True,
    )


def _merged(rows: Iterable[Counts], shown: Window) -> list[tuple[datetime, histogram.Histogram]]:
    """Return the latencies of each step of the chart that has any."""
    step_minutes = int(shown.step / timedelta(minutes=1))
    folded: dict[datetime, list[histogram.Histogram]] = {}
    for row in rows:
        if row.histogram:
            at = max(slots.floor_to(row.at, step_minutes), shown.start)
            folded.setdefault(at, []).append(row.histogram)
    return [(at, histogram.merge(parts)) for at, parts in folded.items()]
