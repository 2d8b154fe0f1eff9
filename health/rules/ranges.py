"""How fine is what a reader sees of a span, and where does it begin?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from courses.rules.ranges import MOST, Range

MAX_POINTS = 300
NARROWEST = timedelta(minutes=1)  # of what has only just begun
# How long each table keeps its rows (services.retention), from the finest.
KEPT = {1: timedelta(days=7), 5: timedelta(days=30), 60: MOST}


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
