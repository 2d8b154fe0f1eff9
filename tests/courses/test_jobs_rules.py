"""How fast, how long: tables without a database."""

import pytest

from courses.rules.jobs import pause_after, percent_done, rate_after, seconds_left


def test_the_first_measurement_is_the_rate():
    assert rate_after(None, count=50, seconds=2) == 25
    assert rate_after(None, count=0, seconds=2) is None, "looking before leaping is not slowness"


def test_after_ten_seconds_old_and_new_count_half():
    assert rate_after(100.0, count=0, seconds=10) == pytest.approx(50)
    assert rate_after(100.0, count=2000, seconds=10) == pytest.approx(150)


def test_many_short_steps_say_the_same_as_a_long_one():
    rate = 100.0
    for _ in range(10):
        rate = rate_after(rate, count=20, seconds=1)
    assert rate == pytest.approx(rate_after(100.0, count=200, seconds=10))


def test_no_time_no_measurement():
    assert rate_after(7.0, count=5, seconds=0) == 7.0
    assert rate_after(None, count=5, seconds=-1) is None


@pytest.mark.parametrize(
    ("done", "total", "rate", "left"),
    [
        (20, 100, 8.0, 10.0),
        (100, 100, 8.0, 0),
        (120, 100, 8.0, 0),
        (20, None, 8.0, None),
        (20, 100, None, None),
        (20, 100, 0.0, None),
        (0, 10**9, 1e-9, None),
    ],
)
def test_seconds_left(done, total, rate, left):
    assert seconds_left(done=done, total=total, rate=rate) == left


@pytest.mark.parametrize(
    ("done", "total", "percent"),
    [(0, 10, 0), (999, 1000, 99), (1000, 1000, 100), (5, 3, 100), (0, 0, 100), (3, None, None)],
)
def test_percent_done(done, total, percent):
    assert percent_done(done=done, total=total) == percent


def test_pauses_grow_and_end_growing():
    assert [pause_after(n) for n in (1, 2, 3, 10)] == [2, 4, 8, 60]
