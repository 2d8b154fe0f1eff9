"""Which spans can a reader choose, and how fine is what they see?"""

from dataclasses import dataclass
from datetime import timedelta

MAX_POINTS = 300


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
