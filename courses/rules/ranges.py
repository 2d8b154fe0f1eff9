"""Which span of its charts does a page's address ask for, and what became of the wish?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LEAST = timedelta(minutes=5)
MOST = timedelta(days=400)
FIRST_YEAR = 1970  # far enough from the first day of all that a span and a zone can be taken off

# What became of a span that was asked for by its ends.
TAKEN, UNREADABLE, WIDENED, CUT, OUTSIDE = "taken", "unreadable", "widened", "cut", "outside"


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
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= FIRST_YEAR else None


def within(span: Range, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    """Return what of a span that was chosen by its ends lies between two others; None: nothing."""
    if span.end is None:
        return None
    low, high = max(span.end - span.span, start), min(span.end, end)
    return (low, high) if low < high else None
