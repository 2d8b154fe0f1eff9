"""Which spans can a reader choose, how fine is what they see, and where does it begin?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_POINTS = 300
LEAST = timedelta(minutes=5)
NARROWEST = timedelta(minutes=1)  # of what has only just begun
MOST = timedelta(days=400)
# How long each table keeps its rows (services.retention), from the finest.
KEPT = {1: timedelta(days=7), 5: timedelta(days=30), 60: MOST}

# What became of a span that was asked for by its ends.
TAKEN, UNREADABLE, WIDENED, CUT = "taken", "unreadable", "widened", "cut"


@dataclass(frozen=True, slots=True)
class Range:
    """A span to look at. name: one of `RANGES`, or empty when its ends were chosen.

    end: None for a span that ends now.
    """

    name: str
    span: timedelta
    end: datetime | None = None


RANGES = {
    name: Range(name, span)
    for name, span in (
        ("1h", timedelta(hours=1)),
        ("6h", timedelta(hours=6)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("30d", timedelta(days=30)),
    )
}
DEFAULT = "24h"


def chosen(name: str, watched: timedelta) -> Range:
    """Return the range of that name. For any other text: a day, or less when that holds it all.

    watched: how long there has been something to show.
    """
    if name in RANGES:
        return RANGES[name]
    fitting = (row for row in RANGES.values() if row.span >= min(watched, RANGES[DEFAULT].span))
    return next(fitting)


def asked(query: Mapping[str, str], *, first: datetime, now: datetime) -> tuple[Range, str]:
    """Return the range that a page's address asks for, and what became of its `from` and `to`.

    They are ISO instants, in UTC unless they say otherwise. What cannot be read is not followed; a span
    that is too short or too long keeps its end. first: since when there is something to show.
    """
    usual = chosen(query.get("range", ""), now - first)
    if not query.get("from") and not query.get("to"):
        return usual, TAKEN
    start, end = _instant(query.get("from", "")), _instant(query.get("to", ""))
    if start is None or end is None or start >= min(end, now):
        return usual, UNREADABLE
    end = min(end, now)
    span = min(max(end - start, LEAST), MOST)
    became = TAKEN if span == end - start else WIDENED if span == LEAST else CUT
    return Range("", span, end), became


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Window:
    """What a page shows of a span: all of it, or what there is since the first measurement.

    asked: the range that was chosen. since: the first measurement, when the span is longer.
    table_minutes: the step of the table it is read from; 1 is the raw samples.
    """

    asked: Range
    start: datetime
    end: datetime
    since: datetime | None
    table_minutes: int

    @property
    def span(self) -> timedelta:
        return self.end - self.start

    @property
    def step(self) -> timedelta:
        """How much one point of a chart stands for, a multiple of the table's step."""
        table_step = timedelta(minutes=self.table_minutes)
        # One less, because a step that the span begins in is one more.
        return table_step * -(-self.span // (table_step * (MAX_POINTS - 1)))

    @property
    def watched(self) -> timedelta:
        """How long there was something to see."""
        return self.end - (self.since or self.start)


def window(span: Range, first: datetime | None, now: datetime) -> Window:
    """Return what to show of `span` when `first` was the first measurement; None: there is none.

    An axis that begins long before the first measurement looks as if the measuring had failed, so a
    span that ends now begins there. One that was chosen by its ends is shown as it was chosen.
    """
    end = span.end or now
    start, since = end - span.span, None
    if first is not None and first > start:
        since = min(first, end)
        start = start if span.end else end - min(span.span, max(end - first, NARROWEST))
    return Window(span, start, end, since, _table_minutes(end - start, now - start))


def _table_minutes(span: timedelta, age: timedelta) -> int:
    """Return the finest table that is fine enough for `span` and still holds what is `age` old."""
    fitting = 1 if span <= timedelta(hours=6) else 5 if span <= timedelta(days=3) else 60
    return next((step for step, kept in KEPT.items() if step >= fitting and age <= kept), 60)
