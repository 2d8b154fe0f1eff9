"""Which spans can a reader choose, how fine is what they see, and where does it begin?"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

MAX_POINTS = 300
LEAST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Range:
    """A span that ends now.

    table_minutes: the step of the table it is read from; 1 is the raw samples.
    step: how much one point of a chart stands for, a multiple of it.
    """

    name: str
    label: str
    span: timedelta

    @property
    def table_minutes(self) -> int:
        if self.span <= timedelta(hours=6):
            return 1
        return 5 if self.span <= timedelta(days=3) else 60

    @property
    def step(self) -> timedelta:
        table_step = timedelta(minutes=self.table_minutes)
        return table_step * -(-self.span // (table_step * MAX_POINTS))


RANGES = {
    name: Range(name, label, span)
    for name, label, span in (
        ("1h", "1 hour", timedelta(hours=1)),
        ("6h", "6 hours", timedelta(hours=6)),
        ("24h", "24 hours", timedelta(hours=24)),
        ("7d", "7 days", timedelta(days=7)),
        ("30d", "30 days", timedelta(days=30)),
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


@dataclass(frozen=True, slots=True)
class Window:
    """What a page shows of a span: all of it, or what there is since the first measurement.

    span: how long that is, and how fine. since: the first measurement, when the span is longer.
    """

    span: Range
    start: datetime
    end: datetime
    since: datetime | None

    @property
    def watched(self) -> timedelta:
        """How long there has been something to see."""
        return self.end - (self.since or self.start)

    def words(self, zone: tzinfo) -> str:
        """Return what the figures are of: `last 24 hours` or `since 09:12`."""
        return f"since {clock(self.since, self.end, zone)}" if self.since else f"last {self.span.label}"


def window(span: Range, first: datetime | None, now: datetime) -> Window:
    """Return what to show of `span` when `first` was the first measurement; None: there is none.

    An axis that begins long before the first measurement looks as if the measuring had failed.
    """
    if first is None or first <= now - span.span:
        return Window(span, now - span.span, now, None)
    held = min(span.span, max(now - first, LEAST))
    return Window(Range(span.name, span.label, held), now - held, now, first)


def clock(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Return an instant in the reader's zone, with the day when that is not today: `22 Nov 09:12`."""
    local = at.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if is_today else f"{local.day} {local:%b %H:%M}"
