"""In how long steps is told how the units of an experiment came in?"""

MOST_SLOTS = 60
HOUR_US = 3_600_000_000
STEPS_US = tuple(int(hours * HOUR_US) for hours in (1 / 12, 0.25, 1, 3, 6, 12, 24, 48, 168, 672, 2688, 10752))


def slot_us_for(span_us: int) -> int:
    """Return the step that cuts a span (microseconds) into at most `MOST_SLOTS` parts."""
    return next((step for step in STEPS_US if span_us < step * MOST_SLOTS), STEPS_US[-1])
