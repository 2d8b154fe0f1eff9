"""What of the timeline is drawn over a chart: which two entries are the ends of one range?

Entries that workers write carry a key `<app>:<what>:…:<state>`, such as `alert:7:fired`: the first two
words name the thread, and one word says whether the thread opens or closes there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from courses.charts.overlays import SHAPES, Mark, Range

PAIRED = ("incident", "alert", "experiment", "pipeline")
OPENERS = {"down", "unknown", "fired", "started", "red"}
CLOSERS = {"up", "resolved", "stopped", "green"}


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the timeline, as far as a chart needs it. key: empty for entries people write."""

    at: datetime
    kind: str
    tone: str
    title: str
    url: str
    key: str


def marks_and_ranges(happenings: Iterable[Happening]) -> list[Mark | Range]:
    """Return what to draw, from entries in order of time.

    An entry that opens a thread which is open already ends the range before and begins one. What
    closes nothing is a mark. An entry about a paired kind without a key, such as who acknowledged an
    alert, is no happening of its own and left out.
    """
    found: list[Mark | Range] = []
    open_at: dict[str, int] = {}
    for one in happenings:
        if one.kind not in SHAPES or (one.kind in PAIRED and not one.key):
            continue
        words = one.key.split(":")
        thread, states = ":".join([one.kind, *words[:2]]), set(words[2:])
        place = open_at.pop(thread, None) if states & (OPENERS | CLOSERS) else None
        if place is not None and isinstance(before := found[place], Range):
            found[place] = _closed(before, one.at)
        if one.kind in PAIRED and states & OPENERS:
            open_at[thread] = len(found)
            found.append(Range(one.at, None, one.title, one.kind, one.tone, one.url))
        elif place is None:
            found.append(Mark(one.at, one.title, one.kind, one.tone, one.url))
    return found


def _closed(one: Range, at: datetime) -> Range:
    """Return the range, ended at `at`; one that ended at once still lasted a moment."""
    return replace(one, until=max(at, one.at + timedelta(seconds=1)))
