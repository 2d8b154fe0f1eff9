import math

import msgspec
import pytest

from experiments.rules.horizon import DAY_US, horizon_of
from experiments.rules.results import NO_RESULTS, Arm, Growth, Snapshot

START = 100 * DAY_US


def found(*days, shares=(0.5, 0.5)):
    """New units of all variants on each day since the start, spread as intended."""
    counts = [[round(day * share) for day in days] for share in shares]
    arms = [
        Arm(name, name.upper(), sum(row), share)
        for name, row, share in zip("abc", counts, shares, strict=False)
    ]
    return Snapshot(1, arms, 0, 0.5, 0.95, [], growth=Growth(START, DAY_US, counts))


def horizon(snapshot, days, *, end=None, units=None):
    """What is left `days` after the start. end: in days after the start."""
    end_us = None if end is None else START + round(end * DAY_US)
    return horizon_of(end_us, units, snapshot, now_us=START + round(days * DAY_US))


def test_nothing_planned_is_never_open():
    assert horizon(found(100), 1).code == "unplanned"
    assert not horizon(found(100), 1).is_open


@pytest.mark.parametrize(
    ("now", "code", "days"),
    [
        (5, "time", 9),
        (5.01, "time", 8),
        (12.9, "time", 1),
        (13, "time", 1),
        (13.5, "today", 0),
        (14, "reached", 0),
    ],
)
def test_planned_time_comes_nearer(now, code, days):
    left = horizon(found(100), now, end=14)
    assert (left.code, left.days, left.is_open) == (code, days, code != "reached")


def test_forecast_is_what_lacks_over_the_rate_of_the_last_week():
    left = horizon(found(*[1000] * 3, *[100] * 7), 10, units=2000)
    # 1,850 of 2,000 in each, 50 a day each: three days; slowest (√350 - 0.8225)² / 7 a day.
    assert (left.code, left.days, left.per_day) == ("units", 3, 100.0)
    assert left.most_days == math.ceil(150 * 7 / (math.sqrt(350) - 0.8225) ** 2)


def test_bound_widens_as_fewer_were_seen():
    few, many = horizon(found(30), 1, units=300), horizon(found(3000), 1, units=30_000)
    assert (few.days, many.days) == (19, 19)
    assert few.most_days > many.most_days >= many.days


def test_the_smallest_share_decides():
    left = horizon(found(1000, 1000, shares=(0.9, 0.1)), 2, units=1000)
    assert (left.code, left.days, left.arm.name) == ("units", 8, "B")


@pytest.mark.parametrize(
    ("snapshot", "now"),
    [
        (found(1000), 0.5),  # not a whole day
        (found(18), 1),  # 9 in each
        (found(1000), 20),  # none within a week
        (msgspec.structs.replace(found(1000), growth=None), 2),
        (NO_RESULTS, 2),
    ],
)
def test_too_little_gives_no_forecast(snapshot, now):
    assert horizon(snapshot, now, units=10_000).code == "unknown"


def test_more_than_a_year_is_no_forecast():
    assert horizon(found(100), 1, units=1_000_000).code == "slow"


def test_planned_units_are_reached_when_the_last_variant_has_them():
    assert horizon(found(1000), 1, units=500).code == "reached"
    assert horizon(found(1000), 1, units=501).code == "units"


@pytest.mark.parametrize(
    ("units", "end", "code"),
    [
        (500, 14, "time"),  # the units are there
        (5000, 14, "time"),  # 9 days for the units, 13 for the time
        (5000, 5, "units"),
        (5000, 1, "units"),  # the time has passed
        (500, 1, "reached"),
        (9_000_000, 14, "slow"),
    ],
)
def test_of_two_the_later_one_is_told(units, end, code):
    assert horizon(found(1000), 1, units=units, end=end).code == code


def test_time_is_told_where_units_give_no_forecast():
    assert horizon(found(18), 1, units=10_000, end=14).code == "time"
    assert horizon(found(18), 1, units=10_000, end=1).code == "unknown"
