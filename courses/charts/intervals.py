"""Where on a plot of intervals does everything go? One row for each interval, around a zero line.

The words of a row stand above its drawing, so that a long name wraps and nothing is written over.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from courses.charts.axes import Tick, nice_step, percent_of

TICKS = 5
FACTORS = (1, 2, 5, 10)  # a step has one digit, so its labels need no second decimal
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
    """A drawn interval: places across, and its ends in words for the table."""

    label: str
    text: str
    tone: str
    low: str
    value: str
    high: str
    words: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class IntervalChart:
    """A plot, ready for `ui/_interval_chart.html`. `ident` is unique on its page."""

    ident: str
    title: str
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    zero: str


def interval_chart(
    title: str, intervals: Sequence[Interval], *, ident: str, label: Callable[[float, int], str]
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

    def across(value: float) -> str:
        return percent_of((value - low) / (high - low))

    step = nice_step(high - low, TICKS, FACTORS)
    digits = max(0, -math.floor(math.log10(step)))
    marks = [step * count for count in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return IntervalChart(
        ident=ident,
        title=title,
        rows=tuple(_row(one, across, lambda value: label(value, digits + 1)) for one in intervals),
        ticks=tuple(_tick(mark, across(mark), label(mark, digits), step) for mark in marks),
        zero=across(0.0),
    )


def _row(interval: Interval, across: Callable[[float], str], show: Callable[[float], str]) -> Row:
    ends = interval.low, interval.value, interval.high
    low, value, high = (across(end) for end in ends)
    first, middle, last = (show(end) for end in ends)
    return Row(interval.label, interval.text, interval.tone, low, value, high, (first, middle, last))


def _tick(mark: float, x: str, label: str, step: float) -> Tick:
    """Return a tick. On a narrow screen zero keeps its label and every second from there."""
    return Tick(x, label, round(mark / step) % 2 == 1)
