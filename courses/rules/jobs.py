"""How fast does a job go, and how long will it take? Pure."""

import math

HALF_LIFE_S = 10.0
LONGEST_WAIT_S = 60


def rate_after(rate: float | None, *, count: float, seconds: float) -> float | None:
    """Return the rate per second after `count` more were done in `seconds`.

    rate: before, None while nothing was done: the time before the first result tells nothing. Old
    measurements count half after 10 s, so the figure neither jumps nor clings to a slow start.
    """
    if seconds <= 0:
        return rate
    latest = count / seconds
    if not rate:
        return latest or None
    return latest + (rate - latest) * math.pow(0.5, seconds / HALF_LIFE_S)


def seconds_left(*, done: int, total: int | None, rate: float | None) -> float | None:
    """Return how long the rest takes at `rate` per second, or None while nobody can tell."""
    if total is None or not rate or rate < 1e-6:
        return None
    return max(0, total - done) / rate


def percent_done(*, done: int, total: int | None) -> int | None:
    """Return the whole percents done, 0 to 100: 100 only when all is; None when the total is unknown."""
    if total is None:
        return None
    return 100 if done >= total else 100 * done // total


def pause_after(attempts: int) -> int:
    """Return the seconds to leave a job alone whose last `attempts` turns, at least one, came to nothing."""
    return int(min(2**attempts, LONGEST_WAIT_S))
