"""What held when? A bar of columns over time, each split by how long each status held.

Down is drawn on top, hatched and full width, so that a minute of it shows in a month; what nobody
watched is a thin column. `ui/_status_bar.html` draws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from courses.charts.axes import TimeAxis, ValueAxis, percent_of, px
from courses.charts.frames import Frame, frame
from courses.charts.overlays import Overlay
from courses.charts.words import words_of

HEIGHT_PX = 36
COLUMNS = 64
LEAST = 5.0  # the least height of any time down
TABLE_ROWS = 48
STATUSES = ("up", "down", "unknown")
NO_OVERLAY = Overlay()

StatusSpan = tuple[str, datetime, datetime]
Held = dict[str, timedelta]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that stands for a status: up, down or unknown."""

    status: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class StatusBar:
    """A drawing with its summary. values: the words of each column, joined by |.

    rows: the statuses as (status, its word, since when, how long), newest first, at most `TABLE_ROWS`;
    left_out: how many older ones there are.
    """

    frame: Frame
    boxes: list[Box]
    values: str
    rows: list[tuple[str, str, datetime, str]]
    left_out: int


def status_bar(
    title: str,
    spans: Sequence[StatusSpan],
    *,
    ident: str,
    axis: TimeAxis,
    since: datetime | None = None,
    overlay: Overlay = NO_OVERLAY,
) -> StatusBar:
    """Return the drawing of adjoining (status, from, to) over the span of `axis`.

    Time that no span covers counts as not watched; the summary leaves out what was before `since`.
    """
    step, top = (axis.end - axis.start) / COLUMNS, overlay.top_px
    edges = [axis.start + step * n for n in range(COLUMNS)]
    columns = [_held(spans, first, first + step) for first in edges]
    summary = capfirst(_told(_held(spans, since or axis.start, axis.end)))
    newest = sorted(spans, key=lambda span: span[1], reverse=True)[:TABLE_ROWS]
    return StatusBar(
        frame=frame(
            title,
            summary,
            ident=ident,
            axis=axis,
            scale=ValueAxis([0, 1], top, top + HEIGHT_PX),
            show=None,
            instants=edges,
            lasting=step,
            gap=step,
            overlay=overlay,
        ),
        boxes=[box for n, held in enumerate(columns) for box in _boxes(held, n / COLUMNS, top)],
        values="|".join(_told(held) for held in columns),
        rows=[
            (status, status_words(status), first, words_of(last - first)) for status, first, last in newest
        ],
        left_out=len(spans) - len(newest),
    )


def status_words(status: str) -> str:
    """Return the word for a status."""
    return {"up": _("up"), "down": _("down"), "unknown": _("not watched")}[status]


def _held(spans: Sequence[StatusSpan], start: datetime, end: datetime) -> Held:
    held = dict.fromkeys(STATUSES, timedelta())
    for status, first, last in spans:
        if first < end and last > start:
            held[status] += min(last, end) - max(first, start)
    held["unknown"] += (end - start) - sum(held.values(), timedelta())
    return held


def _told(held: Held) -> str:
    return ", ".join(f"{status_words(status)} {words_of(span)}" for status, span in held.items() if span)


def _boxes(held: Held, x: float, top: int) -> list[Box]:
    total, width = sum(held.values(), timedelta()), 1 / COLUMNS
    heights = {status: HEIGHT_PX * (span / total) for status, span in held.items() if span}
    if "down" in heights:
        heights["down"] = max(heights["down"], LEAST)
        scale = HEIGHT_PX / sum(heights.values())
        heights = {status: height * scale for status, height in heights.items()}
    boxes, y = [], float(top)
    for status in ("down", "unknown", "up"):
        height = heights.get(status, 0.0)
        slim = width * (0.35 if status == "unknown" else 0.1)
        if height:
            across = percent_of(x + slim), percent_of(width - 2 * slim)
            boxes.append(Box(status, across[0], px(y), across[1], px(height)))
        y += height
    return boxes
