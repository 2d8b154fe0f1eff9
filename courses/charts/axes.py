"""Where do the ticks of a chart stand, and what do they say?"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MAX_TIME_TICKS = 7
LABEL_HALF = 16  # half a clock time's width, in the units of the drawing
STEPS = [timedelta(minutes=minutes) for minutes in (1, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720)]
DAYS = (1, 2, 7, 14, 28, 56, 112, 364)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, in the units of the drawing, and its label.

    anchor: which part of the label stands there; at the right edge its end, so that none sticks out.
    """

    position: float
    label: str
    anchor: str = "middle"


def tick_across(x: float, label: str, *, right: float) -> Tick:
    """Return a tick at `x` of an axis that ends at `right`."""
    return Tick(round(x, 1), label, "end" if x > right - LABEL_HALF else "middle")


def nice_step(largest: float, steps: int = 4) -> float:
    """Return the round number that goes into `largest` at most `steps` times, a little over included."""
    if largest <= 0:
        return 1.0 / steps
    rough = largest / steps
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough * 0.999)


def value_ticks(largest: float, ceiling: float | None = None) -> list[float]:
    """Return the values to mark, from 0 to at least `largest`, or to `ceiling` where one is given."""
    if ceiling is not None:
        return [ceiling * quarter / 4 for quarter in range(5)]
    step = nice_step(largest)
    return [step * n for n in range(math.ceil(largest / step * 0.999 if largest > 0 else 4) + 1)]


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
    return [(at, f"{day.day} {day:%b}") for day in dates if (at := _midnight(day, zone)) <= end]


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Return when `day` begins, in UTC: two times of one zone subtract as if clocks never change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _clock(at: datetime, zone: tzinfo) -> tuple[datetime, str]:
    local = at.astimezone(zone)
    return at, f"{local.day} {local:%b}" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
