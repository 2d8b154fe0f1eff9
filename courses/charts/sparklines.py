"""How did a figure go lately, small enough to stand in a line of a table?

`ui/_sparkline.html` draws it. Where nothing was measured there is no line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from courses.charts.axes import Placed, path_of, px


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A small line without axes, 100 × 24."""

    label: str
    paths: list[str]
    dots: list[tuple[str, str]]


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
    return Sparkline(label, [path_of(run) for run in runs if len(run) > 1], dots)
