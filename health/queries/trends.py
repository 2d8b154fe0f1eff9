"""Which small line does a list show?"""

from collections.abc import Sequence

from courses.charts.lines import Sparkline, sparkline
from courses.templatetags.ui import duration
from health.rules import trend


def trend_line(values: Sequence[float | None], step: int, *, what: str) -> Sparkline | None:
    """Return the line through `values`, `step` minutes apart; None for too few of them."""
    if sum(value is not None for value in values) < trend.POINTS:
        return None
    return sparkline(values, label=f"{what} of the last {duration(len(values) * step * 60)}")
