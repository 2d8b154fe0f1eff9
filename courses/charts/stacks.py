"""How many of each sort over time? Stacked bars, such as answers by class or jobs by state.

The parts of a bar differ by colour, filling and order. `ui/_stacked_bars.html` draws them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from courses.charts.axes import PLOT_PX, TimeAxis, ValueAxis, percent_of, px, value_ticks
from courses.charts.frames import Frame, frame
from courses.charts.overlays import Overlay

COLUMNS = 64
THIN = 0.003  # of the width: what is left of a bar that begins or ends outside is still seen
NO_OVERLAY = Overlay()

Box = tuple[str, str, str, str]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class Part:
    """One sort of things: how many at which instants. tone: good, bad, warn, busy or idle; use each once."""

    label: str
    tone: str
    counts: Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """A part: its total, its boxes and the words of each column, joined by |."""

    label: str
    tone: str
    total: str
    values: str
    boxes: list[Box]


@dataclass(frozen=True, slots=True)
class StackedBars:
    """A drawing of stacked bars, and its table, newest first."""

    frame: Frame
    parts: list[DrawnPart]
    rows: list[tuple[str, list[str]]]

    @property
    def is_empty(self) -> bool:
        return not self.rows


def stacked_bars(
    title: str,
    parts: Sequence[Part],
    *,
    ident: str,
    axis: TimeAxis,
    step: timedelta,
    show: Callable[[float], str] = intcomma,
    overlay: Overlay = NO_OVERLAY,
) -> StackedBars:
    """Return the drawing of `parts`, the first at the bottom, over the span of `axis`.

    step: how far the counts stand apart; a bar holds a whole number of steps, so that none is fuller
    only because more steps fall into it.
    """
    edges, width = _edges(axis, step)
    sums = [_sums(part, edges, width) for part in parts]
    totals = [sum(column) for column in zip(*sums, strict=True)]
    top = overlay.top_px
    scale = ValueAxis(value_ticks(max(totals, default=0), is_count=True), top, top + PLOT_PX)
    filled = [n for n, total in enumerate(totals) if total]
    return StackedBars(
        frame=frame(
            title,
            " ".join(_described(part, column, show) for part, column in zip(parts, sums, strict=True)),
            ident=ident,
            axis=axis,
            scale=scale,
            show=show,
            instants=[edges[n] for n in filled],
            lasting=width,
            gap=width / 2,
            overlay=overlay,
        ),
        parts=[
            DrawnPart(
                label=part.label,
                tone=part.tone,
                total=show(sum(sums[place])),
                values="|".join(show(sums[place][n]) for n in filled),
                boxes=_boxes(sums[: place + 1], edges, width, axis, scale),
            )
            for place, part in enumerate(parts)
        ],
        rows=[(axis.exactly(edges[n]), [show(column[n]) for column in sums]) for n in reversed(filled)],
    )


def _edges(axis: TimeAxis, step: timedelta) -> tuple[list[datetime], timedelta]:
    """Return where the columns begin, and their width."""
    width = step * math.ceil((axis.end - axis.start) / (step * (COLUMNS - 1)))
    first_s = axis.start.timestamp() // step.total_seconds() * step.total_seconds()
    first = datetime.fromtimestamp(first_s, UTC)
    return [first + width * n for n in range(math.ceil((axis.end - first) / width))], width


def _sums(part: Part, edges: Sequence[datetime], width: timedelta) -> list[float]:
    sums: list[float] = [0] * len(edges)
    for at, count in part.counts:
        place = (at - edges[0]) // width
        if 0 <= place < len(sums):
            sums[place] += count
    return sums


def _boxes(
    sums: Sequence[Sequence[float]],
    edges: Sequence[datetime],
    width: timedelta,
    axis: TimeAxis,
    scale: ValueAxis,
) -> list[Box]:
    """Return the boxes of the last of the `sums`, which stand on each other in every column."""
    columns = list(zip(*sums, strict=True))
    return [_box(n, column, edges, width, axis, scale) for n, column in enumerate(columns) if column[-1]]


def _box(
    column: int,
    below: Sequence[float],
    edges: Sequence[datetime],
    width: timedelta,
    axis: TimeAxis,
    scale: ValueAxis,
) -> Box:
    """Return the box of the last of the counts `below` that stand on each other."""
    left, right = axis.share(edges[column]), axis.share(edges[column] + width)
    gap, right = (right - left) * 0.1, max(right, left + THIN)
    y, base = scale.y(sum(below)), scale.y(sum(below[:-1]))
    height = max(base - y, 1.5)  # a single failure among thousands is still seen
    return percent_of(left + gap), px(base - height), percent_of(right - left - 2 * gap), px(height)


def _described(part: Part, column: Sequence[float], show: Callable[[float], str]) -> str:
    words = {"label": part.label, "total": show(sum(column)), "most": show(max(column, default=0))}
    return _("%(label)s: %(total)s, at most %(most)s at once.") % words
