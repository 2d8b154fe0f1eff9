"""How do many values spread? Bars of counts, with marks such as the median on top.

`ui/_distribution.html` draws it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from courses.charts.axes import AXIS_PX, PLOT_PX, Tick, ValueAxis, nice_step, percent_of, px, value_ticks

MARK_PX = 15  # one line of text for each mark, so that close ones never share one
LABELS = 5


@dataclass(frozen=True, slots=True)
class Bin:
    """How many values lie above `low` and not above `high`."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class QuantileMark:
    """A line at a value: its words stand left of it, at a height of their own. style: its dash."""

    x: str
    text_y: str
    line_y: str
    label: str
    value: str
    style: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """A drawing of a distribution. boxes: (x, y, width, height). rows: (from, to, count)."""

    ident: str
    title: str
    description: str
    boxes: list[tuple[str, str, str, str]]
    marks: list[QuantileMark]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    rows: list[tuple[str, str, str]]
    bottom: str
    label_y: str
    height: str

    @property
    def is_empty(self) -> bool:
        return not self.rows


def distribution(
    title: str,
    bins: Sequence[Bin],
    *,
    ident: str,
    show: Callable[[float], str],
    quantiles: Sequence[tuple[str, float]] = (),
    is_log: bool = False,
) -> Distribution:
    """Return the drawing of adjoining `bins` in rising order, with up to four `quantiles` (label, value).

    is_log: equal factors take equal room; every value is above 0 then.
    """
    top = MARK_PX * len(quantiles) + 8
    scale = ValueAxis(
        value_ticks(max((one.count for one in bins), default=0), is_count=True), top, top + PLOT_PX
    )
    bends = math.log if is_log else float

    def x(value: float) -> float:
        first, last = bends(bins[0].low), bends(bins[-1].high)
        return min(max((bends(value) - first) / ((last - first) or 1.0), 0.0), 1.0)

    return Distribution(
        ident=ident,
        title=title,
        description=_described(bins, quantiles, show),
        boxes=[_box(x(one.low), x(one.high), scale.y(one.count), scale.bottom) for one in bins if one.count],
        marks=_marks(quantiles, x, show, top) if bins else [],
        x_ticks=[
            Tick(percent_of(x(value)), show(value), n % 2 == 1)
            for n, value in enumerate(_round_values(bins, is_log=is_log))
        ],
        y_ticks=scale.ticks(intcomma) if bins else [],
        rows=[(show(one.low), show(one.high), intcomma(one.count)) for one in bins if one.count],
        bottom=str(scale.bottom),
        label_y=str(scale.bottom + 16),
        height=str(scale.bottom + AXIS_PX),
    )


def _box(left: float, right: float, y: float, bottom: int) -> tuple[str, str, str, str]:
    gap = (right - left) * 0.06
    height = max(bottom - y, 1.5)
    return percent_of(left + gap), px(bottom - height), percent_of(right - left - 2 * gap), px(height)


def _marks(
    quantiles: Sequence[tuple[str, float]],
    x: Callable[[float], float],
    show: Callable[[float], str],
    top: int,
) -> list[QuantileMark]:
    """Return the marks. The lowest value has the lowest words, so no line crosses another's words."""
    styles = ("first", "second", "third", "fourth")
    ranked = sorted(quantiles, key=lambda pair: pair[1])
    found = []
    for place, ((label, value), style) in enumerate(zip(ranked, styles, strict=False)):
        y = top - 8 - MARK_PX * place
        found.append(QuantileMark(percent_of(x(value)), px(y - 2), px(y - 11), label, show(value), style))
    return found


def _round_values(bins: Sequence[Bin], *, is_log: bool) -> list[float]:
    """Return a few round values between the ends of `bins`."""
    if not bins:
        return []
    low, high = bins[0].low, bins[-1].high
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1) if is_log else range(0)
    for factors, every in (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2)):
        found = [10.0**n * factor for n in decades[::every] for factor in factors]
        inside = [value for value in found if low <= value <= high]
        if 2 <= len(inside) <= LABELS + 1:
            return inside
    step = nice_step(high - low, LABELS)
    return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _described(
    bins: Sequence[Bin], quantiles: Sequence[tuple[str, float]], show: Callable[[float], str]
) -> str:
    if not bins:
        return _("No values.")
    spread = _("%(n)s values between %(low)s and %(high)s.") % {
        "n": intcomma(sum(one.count for one in bins)),
        "low": show(bins[0].low),
        "high": show(bins[-1].high),
    }
    named = [
        _("%(label)s: %(value)s.") % {"label": label, "value": show(value)} for label, value in quantiles
    ]
    return " ".join([spread, *named])
