"""How does a little app behave at a given time? Pure: the same answer for the same clock.

Nothing here remembers or rolls dice of its own, so every start of the demo shows the same
outages at the same times, and a test can ask about any moment.
"""

import math
import random
from dataclasses import dataclass
from enum import StrEnum

PERIOD_S = 480.0  # short enough that a newcomer sees an outage begin and end within ten minutes
WAVE_S = 600.0
LONGEST_S = 4.0


class Fault(StrEnum):
    """What an app does in place of its work."""

    BAD_GATEWAY = "answers with 502"
    SERVER_ERROR = "answers with 500"
    NOT_LISTENING = "does not listen"


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch of each period, in seconds from the period's start, `until_s` excluded."""

    from_s: float
    until_s: float
    fault: Fault


@dataclass(frozen=True, slots=True)
class Character:
    """How fast an app answers and when it fails.

    usual_ms: the median latency.
    spread: the standard deviation of the latency's logarithm; 0 is perfectly even.
    wave: how far the median swings up and down within ten minutes, as a share of itself.
    """

    usual_ms: float
    spread: float = 0.2
    wave: float = 0.0
    outages: tuple[Outage, ...] = ()

    def latency_s(self, now: float) -> float:
        """Return how long an answer begun at `now` (Unix time) takes, at most `LONGEST_S`."""
        median = self.usual_ms * (1 + self.wave * math.sin(2 * math.pi * now / WAVE_S))
        draw = random.Random(f"{self.usual_ms} {now:.2f}").gauss(0, self.spread)
        return min(median * math.exp(draw) / 1000, LONGEST_S)

    def fault(self, now: float) -> Fault | None:
        """Return what is wrong at `now` (Unix time), or None."""
        into = now % PERIOD_S
        return next((o.fault for o in self.outages if o.from_s <= into < o.until_s), None)
