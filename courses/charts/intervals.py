"""Where on a plot of intervals does everything go? One row for each interval, around a zero line.

Positions across are percentages of the width, so the text keeps its size on every screen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROW_PX = 44
AXIS_PX = 26
TICKS = 5
MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its interval. text: the same in words. tone: good, bad or idle."""

    label: str
    text: str
    low: float
    value: float
    high: float
    tone: str = "idle"


@dataclass(frozen=True, slots=True)
class Row:
    """A drawn interval: percentages across, pixels down.

    band_top, band_end: between them the lines of the axis are drawn, and not through the words above.
    """

    label: str
    text: str
    tone: str
    low: str
    value: str
    high: str
    text_y: int
    line_y: int
    band_top: int
    band_end: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis. anchor: which end of its text stands there."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class IntervalChart:
    """A plot, ready for `ui/_interval_chart.html`."""

    title: str
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    zero: str
    height: int
    axis_y: int
    label_y: int


def interval_chart(
    title: str, intervals: Sequence[Interval], *, label: Callable[[float, int], str]
) -> IntervalChart | None:
    """Return the plot of `intervals`, or None without any.

    label: turns a value of the axis and its number of decimals into words.
    """
    if not intervals:
        return None
    low = min(0.0, *(row.low for row in intervals))
    high = max(0.0, *(row.high for row in intervals))
    margin = (high - low or 1.0) * MARGIN
    low, high = low - margin, high + margin

    def across(value: float) -> float:
        return (value - low) / (high - low) * 100

    step = nice_step((high - low) / TICKS)
    digits = max(0, -math.floor(math.log10(step)))
    marks = [step * count for count in range(math.ceil(low / step), math.floor(high / step) + 1)]
    axis_y = ROW_PX * len(intervals)
    return IntervalChart(
        title=title,
        rows=tuple(_row(one, place, across) for place, one in enumerate(intervals)),
        ticks=tuple(_tick(across(mark), label(mark, digits)) for mark in marks),
        zero=f"{across(0.0):.2f}%",
        height=axis_y + AXIS_PX,
        axis_y=axis_y,
        label_y=axis_y + 16,
    )


def _row(interval: Interval, place: int, across: Callable[[float], float]) -> Row:
    return Row(
        label=interval.label,
        text=interval.text,
        tone=interval.tone,
        low=f"{across(interval.low):.2f}%",
        value=f"{across(interval.value):.2f}%",
        high=f"{across(interval.high):.2f}%",
        text_y=14 + ROW_PX * place,
        line_y=31 + ROW_PX * place,
        band_top=20 + ROW_PX * place,
        band_end=42 + ROW_PX * place,
    )


def _tick(x: float, label: str) -> Tick:
    anchor = "start" if x < 5 else "end" if x > 95 else "middle"
    return Tick(f"{x:.2f}%", label, anchor)


def nice_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
