"""How do figures go over time? Line charts and sparklines.

A chart is a description of a drawing in the units of its view box; `ui/_line_chart.html` and
`ui/_sparkline.html` draw it. Where nothing was measured there is no line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from courses.charts.axes import Tick, tick_across, time_ticks, value_ticks

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 62, 632, 12, 172
STYLES = ("first", "second", "third", "fourth")
TABLE_ROWS = 48

Point = tuple[datetime, float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """What one line shows. Points in order of time; None where nothing was measured."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, drawn across the chart. tone: good, bad or neutral."""

    at: datetime
    label: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A mark with its place."""

    x: float
    at: datetime
    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `paths` are values of `points` attributes, `dots` are lone points."""

    label: str
    style: str
    latest: str
    paths: list[str]
    dots: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A drawing of `WIDTH` × `HEIGHT`. `ident` is unique on its page."""

    ident: str
    title: str
    description: str
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    marks: list[PlacedMark]
    rows: list[tuple[datetime, list[str]]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM

    @property
    def is_empty(self) -> bool:
        return not self.rows


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A small line without axes, 100 × 24."""

    label: str
    paths: list[str]
    dots: list[tuple[float, float]]


def _segments(
    points: Sequence[Point], max_gap: timedelta, place: Callable[[datetime, float], tuple[float, float]]
) -> tuple[list[str], list[tuple[float, float]]]:
    """Return the polylines and lone dots of `points`, broken where more than `max_gap` is missing."""
    measured = [(at, value) for at, value in points if value is not None]
    runs = [measured[:1]] if measured else []
    for (before, _), point in pairwise(measured):
        if point[0] - before > max_gap:
            runs.append([])
        runs[-1].append(point)
    placed = [[place(at, value) for at, value in run] for run in runs]
    paths = [" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in placed if len(run) > 1]
    return paths, [(round(run[0][0], 1), round(run[0][1], 1)) for run in placed if len(run) == 1]


def _latest(series: Series, show: Callable[[float], str]) -> str:
    values = [value for _, value in series.points if value is not None]
    return show(values[-1]) if values else "no data"


def _described(series: Series, show: Callable[[float], str]) -> str:
    values = [value for _, value in series.points if value is not None]
    if not values:
        return f"{series.label}: no data."
    return (
        f"{series.label}: {show(values[-1])} at the end, between {show(min(values))} and {show(max(values))}."
    )


def _table(series: Sequence[Series], show: Callable[[float], str]) -> list[tuple[datetime, list[str]]]:
    """Return at most `TABLE_ROWS` rows, newest first, evenly picked from the instants measured."""
    values = [{at: value for at, value in one.points if value is not None} for one in series]
    instants = sorted({at for found in values for at in found}, reverse=True)
    every = -(-len(instants) // TABLE_ROWS) or 1
    return [(at, [show(found[at]) if at in found else "–" for found in values]) for at in instants[::every]]


def _placed(mark: Mark, x: float) -> PlacedMark:
    return PlacedMark(round(x, 1), mark.at, mark.label, mark.tone)


def line_chart(
    title: str,
    series: Sequence[Series],
    *,
    ident: str,
    start: datetime,
    end: datetime,
    max_gap: timedelta,
    show: Callable[[float], str],
    zone: tzinfo,
    ceiling: float | None = None,
    marks: Sequence[Mark] = (),
) -> LineChart:
    """Return the drawing of up to four `series` between `start` and `end`.

    max_gap: the longest time between two points that a line may cross.
    show: words for a value, such as `ui.ms`; used for ticks, the latest values and the table.
    ceiling: the top of the scale, such as 100 for percentages; None: what the data needs.
    """
    values = [value for one in series for _, value in one.points if value is not None]
    levels = value_ticks(max(values, default=0.0), ceiling)

    def x_of(at: datetime) -> float:
        return LEFT + (RIGHT - LEFT) * ((at - start) / (end - start))

    def y_of(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(value / levels[-1], 1.0)

    def place(at: datetime, value: float) -> tuple[float, float]:
        return x_of(at), y_of(value)

    return LineChart(
        ident=ident,
        title=title,
        description=" ".join(_described(one, show) for one in series),
        lines=[
            Line(one.label, style, _latest(one, show), *_segments(one.points, max_gap, place))
            for one, style in zip(series, STYLES, strict=False)
        ],
        x_ticks=[tick_across(x_of(at), label, right=RIGHT) for at, label in time_ticks(start, end, zone)],
        y_ticks=[Tick(round(y_of(level), 1), show(level)) for level in levels],
        marks=[_placed(mark, x_of(mark.at)) for mark in marks if start <= mark.at <= end],
        rows=_table(series, show),
    )


def sparkline(values: Sequence[float | None], *, label: str) -> Sparkline:
    """Return a small line through evenly spaced `values`, with gaps where one is None."""
    largest = max((value for value in values if value is not None), default=0.0) or 1.0
    zero = datetime(2000, 1, 1)  # noqa: DTZ001 - only distances count
    points = [(zero + timedelta(seconds=n), value) for n, value in enumerate(values)]
    last = max(len(values) - 1, 1)
    paths, dots = _segments(
        points,
        timedelta(seconds=1),
        lambda at, value: (2 + 96 * (at - zero).total_seconds() / last, 22 - 20 * value / largest),
    )
    return Sparkline(label, paths, dots)
