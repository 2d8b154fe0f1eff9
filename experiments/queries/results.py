"""What does a results page show beside the snapshot: how units came in, who did what, what waits?"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import accumulate

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from courses.charts.axes import TimeAxis
from courses.charts.lines import STYLES, LineChart, Series, line_chart
from courses.charts.overlays import Mark
from courses.charts.sparklines import Sparkline, sparkline
from courses.models import Event
from courses.queries import events_over
from experiments.models import Experiment, Exposure, MetricEvent, Phase, Result, Stream
from experiments.rules.items import from_us, to_us
from experiments.rules.results import Growth, Snapshot
from experiments.wording.figures import count

LEAST_FILLED = 4  # a chart is drawn up to the planned end once a quarter of it is filled


def waiting_since(experiment: Experiment, result: Result) -> datetime | None:
    """Return when the oldest event arrived that no analysis has counted, or None if all are."""
    stream = Stream.objects.filter(project_id=experiment.project_id).first()
    if stream is None or stream.last_batch <= result.watermark:
        return None
    instants = [
        model._default_manager.filter(project_id=experiment.project_id, batch=result.watermark + 1).aggregate(
            at=Min("received_us")
        )["at"]
        for model in (Exposure, MetricEvent)
    ]
    return from_us(min((us for us in instants if us is not None), default=None))


def history(experiment: Experiment) -> dict[str, Event]:
    """Return the timeline's entries of the start and the end, by `started` and `stopped`."""
    wanted = {
        f"experiment:{experiment.pk}:{phase.number}:{what}": what
        for phase in experiment.phases.all()
        for what in ("started", "stopped")
    }
    if not wanted:
        return {}
    rows = Event.objects.filter(dedupe_key__in=wanted).select_related("actor")
    return {wanted[row.dedupe_key or ""]: row for row in rows}


def units_chart(
    experiment: Experiment, phase: Phase, snapshot: Snapshot, *, zone: tzinfo
) -> LineChart | None:
    """Return how the units of each variant grew, under what happened to the project meanwhile.

    It ends with the phase, with the analysis that counted them, or with the planned end if that is near.
    None before anybody was counted, and for what was counted before its times were kept.
    """
    growth = snapshot.growth
    if growth is None or not any(any(row) for row in growth.counts):
        return None
    step = timedelta(microseconds=growth.slot_us)
    start, newest = phase.started_at, from_us(snapshot.last_event_us) or phase.started_at
    end = max(phase.stopped_at or experiment.result.computed_at or newest, start + timedelta(minutes=1))
    planned = experiment.planned_end_at
    axis = TimeAxis(start, _far_enough(start, end, planned), zone)
    return line_chart(
        _("Units counted so far"),
        [Series(name, _grown(row, start, end, step)) for name, row in _rows(snapshot, growth)],
        ident="units",
        axis=axis,
        max_gap=axis.end - axis.start,
        show=lambda value: count(round(value)),
        overlay=events_over(_meanwhile(experiment), axis, marks=_planned_end(planned)),
    )


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
    row: Sequence[int], start: datetime, end: datetime, step: timedelta
) -> list[tuple[datetime, float | None]]:
    """Return how many units there were at the end of each step, from none at the start, and at the end."""
    totals = [0, *accumulate(row)]
    steps = [(start + step * place, float(total)) for place, total in enumerate(totals)]
    return [*(point for point in steps if point[0] < end), (end, float(totals[-1]))]
