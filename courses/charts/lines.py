"""How do figures go over time? Line charts with bands and gaps.

`ui/_line_chart.html` draws them. Where nothing was measured there is no line.
Lines are drawn in a box of `ACROSS` by pixels that is stretched to the plot's width.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from courses.charts.axes import PLOT_PX, TimeAxis, ValueAxis, path_of, percent_of, px, value_ticks
from courses.charts.frames import Frame, frame
from courses.charts.overlays import Overlay

ACROSS = 1000
STYLES = ("first", "second", "third", "fourth")
TABLE_ROWS = 48
NO_OVERLAY = Overlay()

Point = tuple[datetime, float | None]
T = TypeVar("T", bound=tuple[Any, ...])  # an instant and what was measured then


@dataclass(frozen=True, slots=True)
class Series:
    """What one line shows. Points in order of time; None where nothing was measured: no line crosses it."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Band:
    """What lies between two lines, such as an interval: (at, low, high) in order of time.

    Where one of the two is None there is no band.
    """

    label: str
    points: Sequence[tuple[datetime, float | None, float | None]]


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
    """A drawing of lines. every: of how many instants a row of the table is the highest."""

    frame: Frame
    lines: list[Line]
    bands: list[DrawnBand]
    rows: list[tuple[str, list[str]]]
    every: int

    @property
    def is_empty(self) -> bool:
        return not self.rows


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
    values += [high for band in bands for _at, _low, high in band.points if high is not None]
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
        rows=[
            (axis.exactly(at), [one.get(at, "–") for one in found]) for at in _peaks(series, instants, every)
        ],
        every=every,
    )


def _peaks(series: Sequence[Series], instants: Sequence[datetime], every: int) -> list[datetime]:
    """Return of each `every` instants, the newest first, the one at which a line is highest."""
    measured = [(at, value) for one in series for at, value in one.points if value is not None]
    highest, newest = dict(sorted(measured, key=lambda point: point[1])), instants[::-1]
    return [max(newest[n : n + every], key=highest.__getitem__) for n in range(0, len(newest), every)]


def _line(
    one: Series,
    style: str,
    words: dict[datetime, str],
    instants: Sequence[datetime],
    max_gap: timedelta,
    axis: TimeAxis,
    scale: ValueAxis,
) -> Line:
    inside = [(at, value) for at, value in one.points if axis.start <= at <= axis.end]
    measured = [at for at, value in inside if value is not None]
    runs = [
        [(axis.share(at), scale.y(value)) for at, value in run if value is not None]
        for run in _runs(inside, max_gap)
    ]
    return Line(
        label=one.label,
        style=style,
        latest=words[measured[-1]] if measured else _("no data"),
        values="|".join(words.get(at, "") for at in instants),
        paths=[path_of([(x * ACROSS, y) for x, y in run]) for run in runs if len(run) > 1],
        dots=[(percent_of(run[0][0]), px(run[0][1])) for run in runs if len(run) == 1],
    )


def _band(band: Band, max_gap: timedelta, axis: TimeAxis, scale: ValueAxis) -> DrawnBand:
    inside = [point for point in band.points if axis.start <= point[0] <= axis.end]
    paths = []
    for run in _runs(inside, max_gap):
        over = [(axis.share(at) * ACROSS, scale.y(high)) for at, _low, high in run if high is not None]
        under = [(axis.share(at) * ACROSS, scale.y(low)) for at, low, _high in run if low is not None]
        paths.append(path_of([*over, *reversed(under)]))
    return DrawnBand(band.label, paths)


def _runs(points: Sequence[T], max_gap: timedelta) -> list[list[T]]:
    """Return `points` in runs: one ends at a point without a value, or before more than `max_gap`."""
    runs: list[list[T]] = [[]]
    for point in points:
        is_far = runs[-1] and point[0] - runs[-1][-1][0] > max_gap
        if is_far or None in point:
            runs.append([])
        if None not in point:
            runs[-1].append(point)
    return [run for run in runs if run]


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
