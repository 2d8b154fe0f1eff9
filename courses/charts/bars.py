"""What held when? A bar of columns over time, each split by how long each status held.

Down is drawn on top and full width, so that a minute of it shows in a month; what nobody
watched is a thin column. `ui/_status_bar.html` draws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from courses.charts.axes import Tick, tick_across, time_ticks

WIDTH, HEIGHT = 640, 62
TOP, BOTTOM = 2, 40
COLUMNS = 64
LEAST = 5.0  # the least height of any time down
WORDS = {"up": "up", "down": "down", "unknown": "not watched"}

StatusSpan = tuple[str, datetime, datetime]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that stands for a status: up, down or unknown."""

    status: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One slice of time: its boxes, and the same in words."""

    title: str
    boxes: list[Box]


@dataclass(frozen=True, slots=True)
class StatusBar:
    """A drawing of `WIDTH` × `HEIGHT` with its summary. `ident` is unique on its page."""

    ident: str
    title: str
    summary: str
    columns: list[Column]
    ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT


def words_of(span: timedelta) -> str:
    """Return a span in its two largest units: `3 h 12 min`."""
    seconds = round(span.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _held(spans: Sequence[StatusSpan], start: datetime, end: datetime) -> dict[str, timedelta]:
    held = dict.fromkeys(WORDS, timedelta())
    for status, first, last in spans:
        if first < end and last > start:
            held[status] += min(last, end) - max(first, start)
    return held


def _told(held: dict[str, timedelta]) -> str:
    return ", ".join(f"{WORDS[status]} {words_of(span)}" for status, span in held.items() if span)


def _boxes(held: dict[str, timedelta], x: float, width: float) -> list[Box]:
    total = sum(held.values(), timedelta())
    full = float(BOTTOM - TOP)
    heights = {status: full * (span / total) for status, span in held.items() if span}
    if "down" in heights:
        heights["down"] = max(heights["down"], LEAST)
        scale = full / sum(heights.values())
        heights = {status: height * scale for status, height in heights.items()}
    boxes, y = [], float(TOP)
    for status in ("down", "unknown", "up"):
        height = heights.get(status, 0.0)
        slim = width / 3 if status == "unknown" else 0.0
        if height:
            boxes.append(
                Box(status, round(x + slim, 1), round(y, 1), round(width - 2 * slim, 1), round(height, 1))
            )
        y += height
    return boxes


def status_bar(
    title: str,
    spans: Sequence[StatusSpan],
    *,
    ident: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    since: datetime | None = None,
) -> StatusBar:
    """Return the drawing of adjoining (status, from, to) between `start` and `end`.

    The reader's zone words the times. Time that no span covers counts as not watched; the summary
    leaves out what was before `since`.
    """
    step, width = (end - start) / COLUMNS, WIDTH / COLUMNS
    edges = [start + step * n for n in range(COLUMNS)]
    columns = []
    for n, first in enumerate(edges):
        held = _held(spans, first, first + step)
        held["unknown"] += step - sum(held.values(), timedelta())
        local, until = first.astimezone(zone), (first + step).astimezone(zone)
        label = f"{local.day} {local:%b %H:%M} to {until:%H:%M}: {_told(held)}"
        columns.append(Column(label, _boxes(held, n * width, width - 1.5)))
    told_from = since or start
    held = _held(spans, told_from, end)
    held["unknown"] += (end - told_from) - sum(held.values(), timedelta())
    ticks = [
        tick_across(WIDTH * ((at - start) / (end - start)), text, right=WIDTH)
        for at, text in time_ticks(start, end, zone)
    ]
    return StatusBar(ident, title, _told(held).capitalize(), columns, ticks)
