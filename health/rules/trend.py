"""How fine and how long is the small line that a list shows of a measurement?"""

from datetime import datetime, timedelta

from health.rules.slots import floor_to

LONGEST = timedelta(hours=24)
POINTS = 3  # fewer are no line


def step_minutes(watched: timedelta) -> int:
    """Return the step of the points when measuring began `watched` ago: the coarsest that gives a line."""
    for step in (60, 5):
        if watched >= timedelta(minutes=step * POINTS):
            return step
    return 1


def instants(first: datetime, now: datetime, step: int, longest: timedelta = LONGEST) -> list[datetime]:
    """Return where the steps start, from the one of `first`, but at most `longest`, up to now."""
    size, last = timedelta(minutes=step), floor_to(now, step)
    oldest = max(floor_to(first, step), last - longest + size)
    return [oldest + size * n for n in range((last - oldest) // size + 1)]
