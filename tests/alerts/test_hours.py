"""When is it quiet, and when is a digest due? Over midnight, over days, and when clocks change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.hours import QuietHours, next_hour

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = range(7)
WEEKEND = (5, 6)


def quiet(begins, ends, days=EVERY_DAY, zone=BERLIN):
    return QuietHours(time.fromisoformat(begins), time.fromisoformat(ends), days, zone)


def local(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        (quiet("22:00", "07:00"), "2026-06-01T21:59", None),
        (quiet("22:00", "07:00"), "2026-06-01T22:00", "2026-06-02T07:00"),
        (quiet("22:00", "07:00"), "2026-06-02T06:59", "2026-06-02T07:00"),
        (quiet("22:00", "07:00"), "2026-06-02T07:00", None),
        (quiet("12:00", "13:00"), "2026-06-01T12:30", "2026-06-01T13:00"),
        (quiet("12:00", "13:00"), "2026-06-01T13:30", None),
        # 2026-06-06 is a Saturday
        (quiet("22:00", "07:00", WEEKEND), "2026-06-06T02:00", None),
        (quiet("22:00", "07:00", WEEKEND), "2026-06-08T02:00", "2026-06-08T07:00"),
        (quiet("00:00", "00:00", WEEKEND), "2026-06-06T10:00", "2026-06-08T00:00"),
        (quiet("20:00", "20:00", WEEKEND), "2026-06-06T21:00", "2026-06-08T20:00"),
        # never ending quiet ends after a week
        (quiet("00:00", "00:00"), "2026-06-01T10:00", "2026-06-08T00:00"),
        # clocks go from 02:00 to 03:00 on 2026-03-29
        (quiet("22:00", "07:00"), "2026-03-28T23:00", "2026-03-29T07:00"),
        (quiet("22:00", "02:30"), "2026-03-29T01:30", "2026-03-29T03:30"),
        (quiet("02:15", "02:45"), "2026-03-29T01:50", None),
        # clocks go from 03:00 back to 02:00 on 2026-10-25
        (quiet("22:00", "07:00"), "2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_quiet_hours_end(hours, at, until):
    assert hours.until(local(at)) == (until and local(until))


def test_quiet_that_ends_in_an_hour_that_comes_twice_ends_at_the_second():
    hours = quiet("22:00", "02:30")
    assert hours.until(local("2026-10-25T02:45", fold=0)) == local("2026-10-25T02:30", fold=1)
    assert hours.until(local("2026-10-25T02:30", fold=1)) is None


def test_quiet_without_days_is_none():
    assert quiet("22:00", "07:00", ()).until(local("2026-06-01T23:00")) is None


@pytest.mark.parametrize(
    ("after", "hour", "due"),
    [
        ("2026-06-01T07:59", 8, "2026-06-01T08:00"),
        ("2026-06-01T08:00", 8, "2026-06-02T08:00"),
        ("2026-06-30T23:30", 0, "2026-07-01T00:00"),
        ("2026-03-29T01:00", 2, "2026-03-29T03:00"),
        ("2026-03-29T03:00", 2, "2026-03-30T02:00"),
        ("2026-10-24T12:00", 2, "2026-10-25T02:00"),
        ("2026-10-25T02:00", 2, "2026-10-26T02:00"),
    ],
)
def test_an_hour_comes_once_a_day(after, hour, due):
    assert next_hour(local(after), hour=hour, zone=BERLIN) == local(due)
