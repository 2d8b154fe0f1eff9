"""Which span an address asks for: tables of cases, no database."""

from datetime import UTC, datetime, timedelta

import pytest

from courses.rules import ranges

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


def after(minutes):
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "end", "began", "lasts", "became"),
    [
        ("2026-03-29T10:00Z", "2026-03-29T11:00Z", -120, 60, "taken"),
        ("2026-03-29T10:00", "2026-03-29T11:00:00.250", -120, 60 + 0.25 / 60, "taken"),
        ("2026-03-29T12:00+02:00", "2026-03-29T11:00Z", -120, 60, "taken"),
        ("2026-03-29T11:00Z", "2030-01-01T00:00Z", -60, 60, "taken"),
        ("2026-03-29T10:59Z", "2026-03-29T11:00Z", -65, 5, "widened"),
        ("2001-01-01T00:00Z", "2026-03-29T12:00Z", -400 * 1440, 400 * 1440, "cut"),
    ],
)
def test_a_span_is_asked_for_by_its_ends(start, end, began, lasts, became):
    span, said = ranges.asked({"from": start, "to": end, "range": "7d"}, first=NOW, now=NOW)
    assert (span.end - span.span, span.span, said) == (after(began), timedelta(minutes=lasts), became)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("yesterday", "2026-03-29T11:00Z"),
        ("2026-03-29T10:00Z", ""),
        ("", "2026-03-29T11:00Z"),
        ("2026-03-29T11:00Z", "2026-03-29T10:00Z"),
        ("2026-03-30T11:00Z", "2026-03-31T10:00Z"),
        ("0001-01-01T00:00+14:00", "2026-03-29T11:00Z"),
        ("0001-01-01T00:00Z", "0001-01-01T00:01Z"),
        ("1969-12-31T23:59Z", "2026-03-29T11:00Z"),
        ("2026-03-29T10:00Z", "9999-12-31T23:59-14:00"),
        ("\0", "2026-03-29T11:00Z"),
    ],
)
def test_ends_that_cannot_be_read_are_not_followed(start, end):
    asked = ranges.asked({"from": start, "to": end, "range": "7d"}, first=NOW, now=NOW)
    assert asked == (ranges.RANGES["7d"], "unreadable")


def test_a_span_without_ends_is_the_usual_one():
    assert ranges.asked({}, first=after(-1440), now=NOW) == (ranges.RANGES["24h"], "taken")


@pytest.mark.parametrize(
    ("watched", "name"), [(0, "1h"), (0.9, "1h"), (2, "6h"), (7, "24h"), (24 * 90, "24h"), (-1, "1h")]
)
def test_by_default_a_chart_spans_what_there_is_up_to_a_day(watched, name):
    assert ranges.chosen("", timedelta(hours=watched)).name == name


@pytest.mark.parametrize(
    ("low", "high", "inside"),
    [(-90, -60, (-90, -60)), (-600, -60, (-120, -60)), (-60, 600, (-60, 30)), (-600, 600, (-120, 30))],
)
def test_of_a_chosen_span_is_drawn_what_lies_inside(low, high, inside):
    span = ranges.Range("", timedelta(minutes=high - low), after(high))
    assert ranges.within(span, after(-120), after(30)) == tuple(map(after, inside))


@pytest.mark.parametrize(
    "span",
    [
        ranges.RANGES["1h"],
        ranges.Range("", timedelta(hours=1), after(-120)),
        ranges.Range("", timedelta(hours=1), after(90)),
    ],
)
def test_of_a_span_outside_and_of_one_that_nobody_chose_nothing_is_drawn(span):
    assert ranges.within(span, after(-120), after(30)) is None
