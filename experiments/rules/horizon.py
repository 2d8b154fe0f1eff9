"""How far is an experiment from its planned end?

Its figures hold for one look, and the plan says when that look is.
"""

import math
from dataclasses import dataclass

from experiments.rules.results import Arm, Snapshot

DAY_US = 86_400_000_000
# A whole week, so that quiet days count as they come.
LOOK_BACK_US = 7 * DAY_US
# From less nobody can say how fast units come in.
LEAST_SPAN_DAYS = 1.0
LEAST_UNITS = 10.0
LONGEST_DAYS = 365
ONE_SIDED_95 = 1.645


@dataclass(frozen=True, slots=True)
class Horizon:
    """What is left until the planned end.

    code: unplanned; reached; time or today (a day or more, or less, until the planned time); units (a
    forecast of when the planned units are there); slow (not within a year); unknown (too few came
    to say when). days, most_days: whole days, rounded down until a time, up in a forecast.
    per_day: units of all variants.
    arm, units: the variant that lacks most and how many it should have.
    """

    code: str
    days: int = 0
    most_days: int = 0
    per_day: float = 0.0
    arm: Arm | None = None
    units: int = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a planned end that has not come."""
        return self.code not in ("unplanned", "reached")


UNPLANNED = Horizon("unplanned")
REACHED = Horizon("reached")


def horizon_of(end_us: int | None, units: int | None, snapshot: Snapshot, *, now_us: int) -> Horizon:
    """Return what is left at `now_us` until the planned time and the planned units of every variant.

    With both the end is reached when both are: units bring the precision, whole weeks bring every kind of
    day. Of two that are open the later one is told.
    """
    if end_us is None and units is None:
        return UNPLANNED
    wait_us = max(0, end_us - now_us) if end_us is not None else 0
    by_time = Horizon("time" if wait_us >= DAY_US else "today", days=wait_us // DAY_US)
    by_units = _until_units(units, snapshot, now_us) if units is not None else REACHED
    if not by_units.is_open:
        return by_time if wait_us else REACHED
    if not wait_us or by_units.code == "slow":
        return by_units
    return by_units if by_units.days >= by_time.days else by_time


def _until_units(units: int, snapshot: Snapshot, now_us: int) -> Horizon:
    lacking = [arm for arm in snapshot.arms if arm.units < units]
    if snapshot.arms and not lacking:
        return REACHED
    arm = min(lacking, key=lambda one: one.units, default=None)
    counted, span_days = _recent(snapshot, now_us)
    least = min((counted * one.share for one in lacking), default=0.0)
    if span_days < LEAST_SPAN_DAYS or least < LEAST_UNITS:
        return Horizon("unknown", arm=arm, units=units)
    waits = [_days(units - one.units, counted * one.share, span_days) for one in lacking]
    days, most_days = (max(column) for column in zip(*waits, strict=True))
    code = "units" if days <= LONGEST_DAYS else "slow"
    return Horizon(code, days, most_days, counted / span_days, arm, units)


def _recent(snapshot: Snapshot, now_us: int) -> tuple[int, float]:
    """Return how many units came in lately, and in how many days: from the step a week ago until now."""
    growth = snapshot.growth
    if growth is None:
        return 0, 0.0
    first = max(0, now_us - LOOK_BACK_US - growth.start_us) // growth.slot_us
    since = growth.start_us + first * growth.slot_us
    return sum(sum(row[first:]) for row in growth.counts), (now_us - since) / DAY_US


def _days(missing: int, counted: float, span_days: float) -> tuple[int, int]:
    """Return the days until `missing` units have come: at the rate seen, and at its lower 95 % bound.

    The count is taken as Poisson; its square root varies by a half whatever its size (Anscombe,
    Biometrika 35 (1948), 246-254). The bound knows nothing of holidays or a change of traffic.
    """
    slowest = (math.sqrt(counted) - ONE_SIDED_95 / 2) ** 2
    return math.ceil(missing * span_days / counted), math.ceil(missing * span_days / slowest)
