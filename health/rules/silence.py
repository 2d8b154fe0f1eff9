"""When did a machine say nothing?"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise


def silences(steps: Iterable[datetime], step: timedelta, limit: timedelta) -> list[tuple[datetime, datetime]]:
    """Return from when to when no reading came, oldest first, where that was for `limit` or longer.

    steps: where those that hold a reading begin, oldest first; step: how long each is. A reading stood
    anywhere in its step, so a silence was up to one step longer at either end than what is returned.
    """
    gaps = [(before + step, after) for before, after in pairwise(steps)]
    return [(start, end) for start, end in gaps if end - start >= limit]
