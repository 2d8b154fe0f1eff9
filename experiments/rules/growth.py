"""In how long steps is told how the units of an experiment came in?"""

from datetime import datetime, timedelta

MOST_SLOTS = 60
A_SECOND = timedelta(seconds=1)
HOUR_US = 3_600_000_000
STEPS_US = tuple(int(hours * HOUR_US) for hours in (1 / 12, 0.25, 1, 3, 6, 12, 24, 48, 168, 672, 2688, 10752))


def slot_us_for(span_us: int) -> int:
    """Return the step that cuts a span (microseconds) into at most `MOST_SLOTS` parts."""
    return next((step for step in STEPS_US if span_us < step * MOST_SLOTS), STEPS_US[-1])


def whole_steps(
    low: datetime, high: datetime, *, start: datetime, end: datetime, step: timedelta
) -> tuple[datetime, datetime]:
    """Return the least span of whole steps that holds `low` to `high`: the first begins at `start`.

    Between two steps nobody knows how many units there were, so a chart begins and ends with one.
    """
    # Addresses tell whole seconds: one that was rounded across the end of a step does not mean the next.
    if high - low > 2 * A_SECOND:
        low, high = low + A_SECOND, high - A_SECOND
    last = start + step * -((start - high) // step)
    return start + step * ((low - start) // step), min(last, end)
