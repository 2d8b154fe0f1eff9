"""What stands around the data of a chart over time? Its name, axes, and what happened meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from courses.charts.axes import AXIS_PX, Tick, TimeAxis, ValueAxis
from courses.charts.overlays import Overlay


@dataclass(frozen=True, slots=True)
class Frame:
    """The paper of a chart. `ident` is unique on its page; all coordinates are text.

    start, end, instants: seconds since 1970, for the cursor; instants: of the data.
    times: the instants in words. gap: how many seconds off an instant still counts as that one.
    """

    ident: str
    title: str
    description: str
    start: str
    end: str
    instants: str
    times: str
    gap: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    overlay: Overlay
    top: str
    plot: str
    bottom: str
    label_y: str
    height: str


def frame(
    title: str,
    description: str,
    *,
    ident: str,
    axis: TimeAxis,
    scale: ValueAxis,
    show: Callable[[float], str] | None,
    instants: Sequence[datetime],
    lasting: timedelta = timedelta(),
    gap: timedelta,
    overlay: Overlay,
) -> Frame:
    """Return the paper around a plot of the heights of `scale`.

    show: words for a value; None: no labels. instants: where the data begin; lasting: how long each is.
    gap: how far off an instant still counts as that one.
    """
    return Frame(
        ident=ident,
        title=title,
        description=description,
        start=f"{axis.start.timestamp():.0f}",
        end=f"{axis.end.timestamp():.0f}",
        instants=" ".join(f"{(at + lasting / 2).timestamp():.0f}" for at in instants),
        times="|".join(axis.words(at) for at in instants),
        gap=f"{gap.total_seconds():.0f}",
        x_ticks=axis.ticks(),
        y_ticks=scale.ticks(show) if show else [],
        overlay=overlay,
        top=str(scale.top),
        plot=str(scale.bottom - scale.top),
        bottom=str(scale.bottom),
        label_y=str(scale.bottom + 16),
        height=str(scale.bottom + AXIS_PX),
    )
