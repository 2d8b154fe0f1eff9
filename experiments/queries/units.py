"""How did the units of an experiment come in: a chart for its page, a small line for the list?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import accumulate

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from courses.charts.axes import TimeAxis
from courses.charts.lines import STYLES, LineChart, Point, Series, line_chart
from courses.charts.overlays import Mark
from courses.charts.sparklines import Sparkline, sparkline
from courses.models import Event
from courses.queries import events_over
from courses.rules import ranges
from experiments.models import Experiment, Phase
from experiments.rules.growth import whole_steps
from experiments.rules.items import from_us, to_us
from experiments.rules.results import Growth, Snapshot
from experiments.wording.figures import count

LEAST_FILLED = 4  # a chart is drawn up to the planned end once a quarter of it is filled


@dataclass(frozen=True, slots=True)
class UnitsChart:
    """The drawing, and the span it is of. became: of the span that was asked for, see courses.rules.ranges.

    step: how far what was counted stands apart. is_zoomed: whether the span is a part of the phase.
    """

    chart: LineChart
    start: datetime
    end: datetime
    step: timedelta
    became: str
    is_zoomed: bool


def units_chart(
    experiment: Experiment,
    phase: Phase,
    snapshot: Snapshot,
    *,
    asked: tuple[ranges.Range, str],
    zone: tzinfo,
) -> UnitsChart | None:
    """Return how the units of each variant grew, under what happened to the project meanwhile.

    It ends with the phase, with the analysis that counted them, or with the planned end if that is near.
    None before anybody was counted, and for what was counted before its times were kept.
    asked: the span of the address, and what became of it. It is drawn in whole steps.
    """
    growth = snapshot.growth
    if growth is None or not any(any(row) for row in growth.counts):
        return None
    step, planned = timedelta(microseconds=growth.slot_us), experiment.planned_end_at
    start, end = _counted(experiment, phase, snapshot)
    last = _far_enough(start, end, planned)
    part, became = _part(asked, start, last, step)
    axis = TimeAxis(*(part or (start, last)), zone)
    grown = [(name, _grown(row, start, end, step, axis)) for name, row in _rows(snapshot, growth)]
    chart = line_chart(
        _("Units counted so far"),
        [Series(name, _inside(points, axis)) for name, points in grown],
        ident="units",
        axis=axis,
        max_gap=axis.end - axis.start,
        show=lambda value: count(round(value)),
        overlay=events_over(_meanwhile(experiment), axis, marks=_planned_end(planned)),
    )
    return UnitsChart(chart, axis.start, axis.end, step, became, part is not None)


def _counted(experiment: Experiment, phase: Phase, snapshot: Snapshot) -> tuple[datetime, datetime]:
    """Return from when to when units were counted."""
    newest = from_us(snapshot.last_event_us) or phase.started_at
    end = phase.stopped_at or experiment.result.computed_at or newest
    return phase.started_at, max(end, phase.started_at + timedelta(minutes=1))


def _part(
    asked: tuple[ranges.Range, str], start: datetime, end: datetime, step: timedelta
) -> tuple[tuple[datetime, datetime] | None, str]:
    """Return the part of the phase that was asked for, None for all of it, and what became of the wish."""
    span, became = asked
    if span.end is None:
        return None, became
    inside = ranges.within(span, start, end)
    if inside is None:
        return None, ranges.OUTSIDE
    return whole_steps(*inside, start=start, end=end, step=step), became


def _inside(points: list[Point], axis: TimeAxis) -> list[Point]:
    return [point for point in points if axis.start <= point[0] <= axis.end]


def _far_enough(start: datetime, end: datetime, planned: datetime | None) -> datetime:
    """Return where the chart ends: at the planned end if what was counted still fills a good part of it."""
    if planned and end < planned <= start + (end - start) * LEAST_FILLED:
        return planned
    return end


def _planned_end(planned: datetime | None) -> list[Mark]:
    return [Mark(planned, _("Planned end"), "experiment")] if planned else []


def _meanwhile(experiment: Experiment) -> QuerySet[Event]:
    """Return what happened to the project; of experiments only this one's phases."""
    of_others = Q(kind=Event.Kind.EXPERIMENT) & ~Q(dedupe_key__startswith=f"experiment:{experiment.pk}:")
    return Event.objects.filter(project=experiment.project_id).exclude(of_others)


def units_line(experiment: Experiment) -> Sparkline | None:
    """Return a small line of the new units of all variants, or None where nothing can be drawn.

    A step that was not over when they were counted would look like a collapse, so it is left out.
    """
    growth, result = experiment.snapshot.growth, getattr(experiment, "result", None)
    if growth is None or result is None or result.computed_at is None:
        return None
    full = max(0, to_us(result.computed_at) - growth.start_us) // growth.slot_us
    values = [sum(step) for step in zip(*growth.counts, strict=True)][:full]
    if len(values) < 2:
        return None
    words = {"most": count(max(values)), "last": count(values[-1])}
    label = _("New units over time: %(most)s at most, %(last)s in the last full step") % words
    return sparkline(values, label=label)


def _rows(snapshot: Snapshot, growth: Growth) -> Sequence[tuple[str, Sequence[int]]]:
    """Return the variants with their new units; all of them together where lines could not be told apart."""
    if len(snapshot.arms) <= len(STYLES):
        return [(arm.name, row) for arm, row in zip(snapshot.arms, growth.counts, strict=True)]
    return [(_("all variants"), [sum(step) for step in zip(*growth.counts, strict=True)])]


def _grown(
    row: Sequence[int], start: datetime, end: datetime, step: timedelta, axis: TimeAxis
) -> list[Point]:
    """Return how many units there were at the end of each step, from none at the start, and at the end.

    Since the newest unit their number is the same: so much is known at both ends of the `axis`, too.
    """
    totals = [0, *accumulate(row)]
    steps = [(start + step * place, float(total)) for place, total in enumerate(totals)]
    quiet = [(at, float(totals[-1])) for at in (axis.start, axis.end) if steps[-1][0] < at < end]
    return [*(point for point in steps if point[0] < end), *quiet, (end, float(totals[-1]))]
