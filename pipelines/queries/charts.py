"""What is drawn of a repository: how long its pipelines took, how they ended, what happened meanwhile?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from statistics import median
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from courses.charts.axes import TimeAxis
from courses.charts.lines import LineChart, Series, line_chart
from courses.charts.overlays import Overlay
from courses.charts.stacks import Part, StackedBars, stacked_bars
from courses.charts.words import words_of
from courses.models import Event
from courses.queries import events_over
from pipelines.models import Pipeline, Repository

LEAST = timedelta(minutes=10)
MOST = timedelta(days=4000)
MOST_POINTS = 240
# Up to each span a bar stands for a multiple of the step beside it, and for days in longer ones.
STEPS = [
    (timedelta(hours=2), timedelta(minutes=1)),
    (timedelta(hours=12), timedelta(minutes=5)),
    (timedelta(days=1), timedelta(minutes=30)),
    (timedelta(days=7), timedelta(hours=1)),
]


@dataclass(frozen=True, slots=True)
class Charts:
    """The drawings of a repository's page.

    is_zoomed: whether the reader chose the span. everything: the query of the address that shows all
    there is; empty where nothing is left out.
    """

    durations: LineChart
    outcomes: StackedBars
    overlay: Overlay
    is_zoomed: bool
    everything: str


def charts(
    repository: Repository,
    rows: Sequence[Pipeline],
    *,
    span: tuple[datetime, datetime] | None,
    first_at: datetime | None,
    now: datetime,
    zone: tzinfo,
) -> Charts | None:
    """Return the drawings of the branch's pipelines, newest first; None if there is nothing to draw.

    span: what the reader chose. first_at: how far back more could be shown. Two queries.
    """
    if not rows and not span:
        return None
    start, end = span or (min(rows[-1].created_at, now - LEAST), now)
    axis = TimeAxis(start, end, zone)
    overlay = events_over(Event.objects.filter(project=repository.project_id), axis)
    inside = rows[::-1]
    everything = (
        urlencode({"from": first_at.isoformat(), "to": now.isoformat("T", "minutes")}) if first_at else ""
    )
    drawn = _durations(inside, axis, overlay), _outcomes(inside, axis, overlay)
    return Charts(*drawn, overlay, bool(span), everything)


def chosen_span(asked: Mapping[str, str], now: datetime) -> tuple[datetime, datetime] | None:
    """Return the span that `from` and `to` of an address name; None if they name none."""
    try:
        start, end = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
        start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
        is_sane = now - MOST < start < end <= now + MOST and end - start >= timedelta(minutes=1)
        return (start, end) if is_sane else None
    except (KeyError, ValueError, OverflowError):
        return None


def _durations(rows: Sequence[Pipeline], axis: TimeAxis, overlay: Overlay) -> LineChart:
    longest = max((row.duration_s or 0 for row in rows), default=0)
    unit = next((unit for unit in (3600, 60) if longest > 2 * unit), 1)  # so that ticks are round

    def points(name: str) -> list[tuple[datetime, float]]:
        told = [(row.created_at, getattr(row, name)) for row in rows]
        return _thinned([(at, seconds / unit) for at, seconds in told if seconds is not None], axis)

    is_thinned = len(rows) > MOST_POINTS
    return line_chart(
        _("How long pipelines took"),
        [
            Series(_("took, median") if is_thinned else _("took"), points("duration_s")),
            Series(_("waited, median") if is_thinned else _("waited"), points("queued_s")),
        ],
        ident="durations",
        axis=axis,
        max_gap=axis.end - axis.start,
        show=lambda value: words_of(timedelta(seconds=value * unit)),
        overlay=overlay,
    )


def _thinned(points: list[tuple[datetime, float]], axis: TimeAxis) -> list[tuple[datetime, float]]:
    """Return the medians of equal spans where there are more points than a screen has room for."""
    if len(points) <= MOST_POINTS:
        return points
    width = (axis.end - axis.start) / MOST_POINTS
    found = []
    for _place, group in groupby(points, key=lambda point: (point[0] - axis.start) // width):
        together = list(group)
        found.append((together[0][0], median(value for _at, value in together)))
    return found


def _outcomes(rows: Sequence[Pipeline], axis: TimeAxis, overlay: Overlay) -> StackedBars:
    def counts(*states: str) -> list[tuple[datetime, float]]:
        return [(row.created_at, 1) for row in rows if row.shown_state in states]

    known = ("success", "warning", "failed")
    others = {row.shown_state for row in rows} - {*known}
    return stacked_bars(
        _("How pipelines ended"),
        [
            Part(_("passed"), "good", counts("success")),
            Part(_("with warnings"), "warn", counts("warning")),
            Part(_("failed"), "bad", counts("failed")),
            Part(_("without a verdict"), "idle", counts(*others)),
        ],
        ident="outcomes",
        axis=axis,
        step=_step(axis.end - axis.start),
        overlay=overlay,
    )


def _step(span: timedelta) -> timedelta:
    return next((step for longest, step in STEPS if span <= longest), timedelta(days=1))
