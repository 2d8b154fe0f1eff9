"""How do figures go over time? Line charts with bands and gaps, and sparklines.

`ui/_line_chart.html` and `ui/_sparkline.html` draw them. Where nothing was measured there is no line.
Lines are drawn in a box of `ACROSS` by pixels that is stretched to the plot's width.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from django.utils.translation import gettext as _

from courses.charts.axes import PLOT_PX, TimeAxis, ValueAxis, percent_of, px, value_ticks
from courses.charts.frames import Frame, frame
from courses.charts.overlays import Overlay

ACROSS = 1000
STYLES = ("first", "second", "third", "fourth")
TABLE_ROWS = 48
NO_OVERLAY = Overlay()

Point = tuple[datetime, float | None]
Placed = tuple[float, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Series:
    """What one line shows. Points in order of time; None where nothing was measured."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two lines, such as an interval: (at, low, high) in order of time."""

    label: str
    points: Sequence[tuple[datetime, float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `paths` are values of `points` attributes, `dots` are lone points (x, y).

    values: the words at each instant of the chart, joined by |, empty where nothing was measured.
    """

    label: str
    style: str
    latest: str
    values: str
    paths: list[str]
    dots: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DrawnBand:
    """A band: `paths` are values of `points` attributes of polygons."""

    label: str
    paths: list[str]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A drawing of lines. every: how many instants one row of the table stands for."""

    frame: Frame
    lines: list[Line]
    bands: list[DrawnBand]
    rows: list[tuple[str, list[str]]]
    every: int

    @property
    def is_empty(self) -> bool:
        return not self.rows


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A small line without axes, 100 × 24."""

    label: str
    paths: list[str]
    dots: list[tuple[str, str]]


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    ident: str,
    axis: TimeAxis,
    max_gap: timedelta,
    show: Callable[[float], str],
    ceiling: float | None = None,
    bands: Sequence[Band] = (),
    overlay: Overlay = NO_OVERLAY,
) -> LineChart:
    """Return the drawing of up to four `series` over the span of `axis`.

    max_gap: the longest time between two points that a line may cross.
    show: words for a value, such as `ui.ms`; used for ticks, the latest values and the table.
    ceiling: the top of the scale, such as 100 for percentages; None: what the data needs.
    """
    values = [value for one in series for _at, value in one.points if value is not None]
    values += [high for band in bands for _at, _low, high in band.points]
    top = overlay.top_px
    scale = ValueAxis(value_ticks(max(values, default=0.0), ceiling), top, top + PLOT_PX)
    found = [{at: show(value) for at, value in one.points if value is not None} for one in series]
    instants = sorted({at for words in found for at in words if axis.start <= at <= axis.end})
    every = -(-len(instants) // TABLE_ROWS) or 1
    return LineChart(
        frame=frame(
            title,
            " ".join(_described(one, show) for one in series),
            ident=ident,
            axis=axis,
            scale=scale,
            show=show,
            instants=instants,
            gap=max_gap,
            overlay=overlay,
        ),
        lines=[
            _line(one, style, words, instants, max_gap, axis, scale)
            for one, style, words in zip(series, STYLES, found, strict=False)
        ],
        bands=[_band(band, max_gap, axis, scale) for band in bands],
        rows=[(axis.words(at), [one.get(at, "–") for one in found]) for at in instants[::-1][::every]],
        every=every,
    )


def sparkline(values: Sequence[float | None], *, label: str) -> Sparkline:
    """Return a small line through evenly spaced `values`, with gaps where one is None."""
    largest = max((value for value in values if value is not None), default=0.0) or 1.0
    last = max(len(values) - 1, 1)
    points = [
        (2 + 96 * n / last, None if value is None else 22 - 20 * value / largest)
        for n, value in enumerate(values)
    ]
    runs: list[list[Placed]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    dots = [(px(run[0][0]), px(run[0][1])) for run in runs if len(run) == 1]
    return Sparkline(label, [_path(run) for run in runs if len(run) > 1], dots)


def _line(
    one: Series,
    style: str,
    words: dict[datetime, str],
    instants: Sequence[datetime],
    max_gap: timedelta,
    axis: TimeAxis,
    scale: ValueAxis,
) -> Line:
    measured = [(at, value) for at, value in one.points if value is not None and axis.start <= at <= axis.end]
    runs = [
        [(axis.share(at), scale.y(value)) for at, value in run]
        for run in _runs(measured, [at for at, _value in measured], max_gap)
    ]
    return Line(
        label=one.label,
        style=style,
        latest=words[measured[-1][0]] if measured else _("no data"),
        values="|".join(words.get(at, "") for at in instants),
        paths=[_path([(x * ACROSS, y) for x, y in run]) for run in runs if len(run) > 1],
        dots=[(percent_of(run[0][0]), px(run[0][1])) for run in runs if len(run) == 1],
    )


def _band(band: Band, max_gap: timedelta, axis: TimeAxis, scale: ValueAxis) -> DrawnBand:
    inside = [point for point in band.points if axis.start <= point[0] <= axis.end]
    paths = []
    for run in _runs(inside, [at for at, _low, _high in inside], max_gap):
        xs = [axis.share(at) * ACROSS for at, _low, _high in run]
        over = [(x, scale.y(high)) for x, (_at, _low, high) in zip(xs, run, strict=True)]
        under = [(x, scale.y(low)) for x, (_at, low, _high) in zip(xs, run, strict=True)]
        paths.append(_path([*over, *reversed(under)]))
    return DrawnBand(band.label, paths)


def _runs(points: Sequence[T], instants: Sequence[datetime], max_gap: timedelta) -> list[list[T]]:
    """Return `points` in runs, a new one wherever more than `max_gap` is missing."""
    runs = [[points[0]]] if points else []
    for (before, at), point in zip(pairwise(instants), points[1:], strict=True):
        if at - before > max_gap:
            runs.append([])
        runs[-1].append(point)
    return runs


def _path(run: Sequence[Placed]) -> str:
    return " ".join(f"{px(x)},{px(y)}" for x, y in run)


def _described(series: Series, show: Callable[[float], str]) -> str:
    values = [value for _at, value in series.points if value is not None]
    if not values:
        return _("%(label)s: no data.") % {"label": series.label}
    return _("%(label)s: %(last)s at the end, between %(low)s and %(high)s.") % {
        "label": series.label,
        "last": show(values[-1]),
        "low": show(min(values)),
        "high": show(max(values)),
    }
