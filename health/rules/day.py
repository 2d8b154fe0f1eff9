"""How did the last day go, hour by hour? A line of `HOURS` letters, the newest hour last.

It stands in the state row of an environment, so that an overview of 1,000 teams reads no history.
Each letter is the worst that was seen in its hour.
"""

import re
from datetime import datetime
from functools import lru_cache

from health.rules.verdicts import DOWN, UP

HOURS = 24
HOUR_S = 3600
NOTHING = "-"  # nobody looked
LETTERS = {DOWN: "d", UP: "u"}
WORST = "du-"  # the first of them that was seen names the hour
HOUR_WIDTH = 2  # in units of a line that is 48 wide and 6 high; the style sheet draws its gap as a dash


def hour_of(at: datetime) -> int:
    """Return how many hours in UTC lie between 1970 and `at`."""
    return int(at.timestamp()) // HOUR_S


def advanced(line: str, until: int, hour: int) -> str:
    """Return `line`, whose last letter stands for the hour `until`, so that its last is `hour`."""
    line = line.rjust(HOURS, NOTHING)
    return (line + NOTHING * min(max(0, hour - until), HOURS))[-HOURS:]


def noted(line: str, until: int, at: datetime, status: str) -> str:
    """Return `line` with a status (up, down or unknown) seen at `at`, which is not before `until`."""
    line = advanced(line, until, hour_of(at))
    seen = LETTERS.get(status, NOTHING)
    return line[:-1] + min(line[-1], seen, key=WORST.index)


def joined(line: str, other: str) -> str:
    """Return the worse of two lines hour by hour; an empty line says nothing."""
    if not line or not other or line == other:
        return line or other
    return "".join(min(pair, key=WORST.index) for pair in zip(line, other, strict=True))


@lru_cache(maxsize=4096)
def day_paths(line: str) -> tuple[str, str]:
    """Return the paths of a day's hours that went well and that did not."""
    return _path(line, "u"), _path(line, "d")


def _path(line: str, letter: str) -> str:
    runs = re.finditer(f"{letter}+", line)
    return "".join(f"M{run.start() * HOUR_WIDTH} 3h{len(run[0]) * HOUR_WIDTH}" for run in runs)
