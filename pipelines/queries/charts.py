"""What is drawn of a repository: how long its pipelines took, how they ended, what happened meanwhile?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from courses.charts.axes import TimeAxis
from courses.charts.lines import LineChart, Series, line_chart
from courses.charts.overlays import Overlay
from courses.charts.stacks import Part, StackedBars, stacked_bars
from courses.charts.words import words_of
from courses.models import Event
from courses.queries import events_over
from pipelines.models import Pipeline, Repository

LEAST = timedelta(hours=1)
MOST = timedelta(days=4000)
HOURLY = timedelta(days=7)  # up to this span a bar may stand for less than a day


@dataclass(frozen=True, slots=True)
class Charts:
    """The drawings of a repository's page. is_zoomed: whether the reader chose the span."""

    durations: LineChart
    outcomes: StackedBars
    overlay: Overlay
    is_zoomed: bool


def charts(
    repository: Repository, rows: Sequence[Pipeline], *, asked: Mapping[str, str], now: datetime, zone: tzinfo
) -> Charts | None:
    """Return the drawings of the branch's pipelines, newest first; None if there is nothing to draw.

    asked: the address, whose `from` and `to` choose a span. Two queries.
    """
    if not rows:
        return None
    chosen = _chosen(asked, now)
    start, end = chosen or (min(rows[-1].created_at, now - LEAST), now)
    axis = TimeAxis(start, end, zone)
    overlay = events_over(Event.objects.filter(project=repository.project_id), axis)
    inside = [row for row in reversed(rows) if start <= row.created_at <= end]
    return Charts(_durations(inside, axis, overlay), _outcomes(inside, axis, overlay), overlay, bool(chosen))


def _chosen(asked: Mapping[str, str], now: datetime) -> tuple[datetime, datetime] | None:
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

    def points(name: str) -> list[tuple[datetime, float | None]]:
        told = [(row.created_at, getattr(row, name)) for row in rows]
        return [(at, None if seconds is None else seconds / unit) for at, seconds in told]

    return line_chart(
        _("How long pipelines took"),
        [
            Series(_("took"), points("duration_s")),
            Series(_("waited"), points("queued_s")),
        ],
        ident="durations",
        axis=axis,
        max_gap=axis.end - axis.start,
        show=lambda value: words_of(timedelta(seconds=value * unit)),
        overlay=overlay,
    )


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
        step=timedelta(hours=1) if axis.end - axis.start <= HOURLY else timedelta(days=1),
        overlay=overlay,
    )
