from datetime import timedelta

import pytest

from experiments.rules.growth import HOUR_US, MOST_SLOTS, STEPS_US, slot_us_for, whole_steps
from tests.experiments.conftest import NOW
from tests.experiments.test_results import analyse, exposure, ingest


@pytest.mark.parametrize(
    ("hours", "step_hours"), [(0, 1 / 12), (4.9, 1 / 12), (5, 0.25), (24, 1), (60, 3), (24 * 14, 6)]
)
def test_step_is_round_and_steps_are_few(hours, step_hours):
    assert slot_us_for(int(hours * HOUR_US)) == step_hours * HOUR_US
    assert hours / step_hours < MOST_SLOTS


def test_a_span_without_end_takes_the_longest_step():
    assert slot_us_for(2**62) == STEPS_US[-1]


@pytest.mark.parametrize(
    ("low", "high", "drawn"),
    [
        (3600, 7200, (1, 2)),
        (3599, 7201, (1, 2)),  # the seconds of an address are rounded
        (3601, 7199, (1, 2)),
        (3590, 7210, (0, 2.5)),
        (4000, 4300, (1, 2)),
        (0, 0.5, (0, 1)),
        (8999.5, 9000, (2, 2.5)),
        (0, 9000, (0, 2.5)),
    ],
)
def test_a_part_is_drawn_in_whole_steps_up_to_the_end(low, high, drawn):
    start = NOW + timedelta(microseconds=600_000)
    first, last = whole_steps(
        start + timedelta(seconds=low),
        start + timedelta(seconds=high),
        start=start,
        end=start + timedelta(hours=2.5),
        step=timedelta(hours=1),
    )
    assert ((first - start) / timedelta(hours=1), (last - start) / timedelta(hours=1)) == drawn


def test_growth_counts_new_units_of_each_variant(running):
    ingest(
        running,
        exposure("x1", "u1", "a"),
        exposure("x2", "u2", "b", minute=6),
        exposure("x3", "u3", "b", minute=7),
        exposure("x4", "u1", "a", minute=30),
        exposure("x5", "u5", "a", minute=30),
    )
    growth = analyse(running).growth
    assert growth.slot_us == 300_000_000
    assert growth.counts == [[1, 0, 0, 0, 0, 0, 1], [0, 2, 0, 0, 0, 0, 0]]


def test_growth_leaves_out_who_met_several_variants(running):
    ingest(running, exposure("x1", "u1", "a"), exposure("x2", "u1", "b"), exposure("x3", "u2", "a"))
    assert analyse(running).growth.counts == [[1], [0]]


def test_growth_puts_what_a_late_clock_reports_at_the_start(running):
    ingest(running, exposure("x1", "u1", minute=-4))
    assert analyse(running).growth.counts == [[1], [0]]


def test_growth_keeps_to_its_length_however_long_it_runs(running):
    late = NOW + timedelta(days=400)
    ingest(running, exposure("x1", "u1"), exposure("x2", "u2", minute=60 * 24 * 399), now=late)
    growth = analyse(running, now=late).growth
    assert sum(growth.counts[0]) == 2
    assert len(growth.counts[0]) <= MOST_SLOTS
