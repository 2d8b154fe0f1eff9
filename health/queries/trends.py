"""Which small line does a list show?"""

from collections.abc import Sequence

from courses.charts.sparklines import Sparkline, sparkline
from courses.templatetags.ui import duration
from health.rules import trend


def trend_line(values: Sequence[float | None], step: int, *, words: str) -> Sparkline | None:
    """Return the line through `values`, `step` minutes apart; None for too few of them.

    words: what it is of, with `%(span)s` where its span stands.
    """
    if sum(value is not None for value in values) < trend.POINTS:
        return None
    return sparkline(values, label=words % {"span": duration(len(values) * step * 60)})
