"""Where do the ticks of a chart stand, and what do they say?

Places across are percentages of the plot's width as text, so that a drawing fits every screen while
its words keep their size; places down are pixels.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language

PLOT_PX = 150
AXIS_PX = 24
MAX_TIME_TICKS = 7
ROOM = 80  # characters of labels that fit below the narrowest plot of a desktop
LABEL_GAP = 3
STEPS = [timedelta(minutes=minutes) for minutes in (1, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720)]
DAYS = (1, 2, 7, 14, 28, 56, 112, 364)
ROUND = (1, 2, 2.5, 5, 10)
SMALLEST = 1e-300  # below it a float has no power of ten to be rounded to

Placed = tuple[float, float]


def percent_of(share: float) -> str:
    """Return a share (0 to 1) of the width as a coordinate: `12.5%`."""
    return f"{round(share * 100, 2):g}%"


def px(value: float) -> str:
    """Return pixels as a coordinate."""
    return f"{round(value, 1):g}"


def path_of(run: Sequence[Placed]) -> str:
    """Return places as the value of a `points` attribute."""
    return " ".join(f"{px(x)},{px(y)}" for x, y in run)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and its label. is_minor: a narrow screen leaves the label out."""

    position: str
    label: str
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """What a chart spans, and the reader's zone, which words the times."""

    start: datetime
    end: datetime
    zone: tzinfo

    def share(self, at: datetime) -> float:
        """Return where `at` stands: 0 at the start, 1 at the end, no further."""
        return min(max((at - self.start) / (self.end - self.start), 0.0), 1.0)

    def x(self, at: datetime) -> str:
        return percent_of(self.share(at))

    def words(self, at: datetime) -> str:
        """Return an instant in the reader's zone: `28 Mar 13:05`, with the year where the span meets two."""
        years = {end.astimezone(self.zone).year for end in (self.start, self.end)}
        form = "SHORT_DATETIME_FORMAT" if len(years) == 1 else "DATETIME_FORMAT"
        return _worded(at, self.zone, get_language(), form)

    def exactly(self, at: datetime) -> str:
        """Return an instant of which there is but one: `28 Mar 2026, 13:05`.

        With how far the clocks are ahead where they change within the span: an hour may come twice.
        """
        words = _worded(at, self.zone, get_language(), "DATETIME_FORMAT")
        zones = {zone_words(end, self.zone) for end in (self.start, self.end)}
        return words if len(zones) == 1 else f"{words} {zone_words(at, self.zone)}"

    def zoned(self, at: datetime) -> str:
        """Return the same with the zone, for where nothing else tells it: `28 Mar 13:05 UTC+1`."""
        return f"{self.words(at)} {zone_words(at, self.zone)}"

    def ticks(self) -> list[Tick]:
        """Return the ticks. Where labels are left out, those of midnights stay: they name the day."""
        found = time_ticks(self.start, self.end, self.zone)
        widest = max((len(label) for _at, label in found), default=0) + LABEL_GAP
        every = -(-len(found) // max(1, ROOM // widest))
        midnight = next((n for n, (at, _label) in enumerate(found) if is_midnight(at, self.zone)), 0)
        kept = [(n - midnight, at, label) for n, (at, label) in enumerate(found)]
        return [Tick(self.x(at), label, n // every % 2 == 1) for n, at, label in kept if n % every == 0]


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """Values from 0 up, between two heights in pixels."""

    levels: list[float]
    top: int
    bottom: int

    def y(self, value: float) -> float:
        share = min(max(value / self.levels[-1], 0.0), 1.0)
        return self.bottom - (self.bottom - self.top) * share

    def ticks(self, show: Callable[[float], str]) -> list[Tick]:
        return [Tick(px(self.y(level)), show(level)) for level in self.levels]


@lru_cache(maxsize=4096)  # the charts of a page share their instants, and so does its next refresh
def _worded(at: datetime, zone: tzinfo, language: str | None, form: str) -> str:
    return date_format(at.astimezone(zone), form)


def zone_words(at: datetime, zone: tzinfo) -> str:
    """Return how far the clocks of `zone` are ahead then, alike in every language: `UTC`, `UTC+5:30`."""
    minutes = round((at.astimezone(zone).utcoffset() or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return "UTC" + (f"{sign}{hours}" if minutes else "") + (f":{rest:02}" if rest else "")


def nice_step(largest: float, steps: int = 4, factors: Sequence[float] = ROUND) -> float:
    """Return the round number that goes into `largest` at most `steps` times, a little over included.

    factors: what a power of ten may be multiplied by, rising to 10.
    """
    rough = largest / steps
    if rough < SMALLEST:
        return 1.0 / steps
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(factor * magnitude for factor in factors if factor * magnitude >= rough * 0.999)


def value_ticks(largest: float, ceiling: float | None = None, *, is_count: bool = False) -> list[float]:
    """Return the values to mark, from 0 to at least `largest`, or to `ceiling` where one is given.

    is_count: only whole numbers are marked.
    """
    if ceiling is not None:
        return [ceiling * quarter / 4 for quarter in range(5)]
    step = math.ceil(nice_step(largest)) if is_count else nice_step(largest)
    fallback = 1 if is_count else 4
    return [step * n for n in range(math.ceil(largest / step * 0.999 if largest > 0 else fallback) + 1)]


def time_ticks(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[datetime, str]]:
    """Return (instant, label) of round clock times in the reader's zone, `MAX_TIME_TICKS` at most."""
    span = end - start
    today = start.astimezone(zone).date()
    midnight = _midnight(today, zone)
    for step in STEPS:
        if span / step <= MAX_TIME_TICKS:
            first = midnight + step * math.ceil((start - midnight) / step)
            count = int((end - first) / step) + 1
            return [_clock(first + step * n, zone) for n in range(count)]
    days = next((days for days in DAYS if span / timedelta(days=days) <= MAX_TIME_TICKS), DAYS[-1])
    # Dates are counted on the calendar: a day of 23 or 25 hours is still one.
    dates = [today + timedelta(days=n) for n in range(1, span.days + 2, days)]
    return [
        (at, date_format(day, "MONTH_DAY_FORMAT")) for day in dates if (at := _midnight(day, zone)) <= end
    ]


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Return when `day` begins, in UTC: two times of one zone subtract as if clocks never change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _clock(at: datetime, zone: tzinfo) -> tuple[datetime, str]:
    words = "MONTH_DAY_FORMAT" if is_midnight(at, zone) else "TIME_FORMAT"
    return at, date_format(at.astimezone(zone), words)


def is_midnight(at: datetime, zone: tzinfo) -> bool:
    """Whether a day begins `at` that instant in `zone`."""
    local = at.astimezone(zone)
    return (local.hour, local.minute) == (0, 0)
