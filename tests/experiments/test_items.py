from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from experiments.rules.items import (
    EventItem,
    ExposureItem,
    RefusedItemError,
    decode_item,
    event_id_of,
    from_us,
    to_us,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def event(**changes):
    item = {"event_id": "e1", "unit": "u1", "name": "signup"}
    return msgspec.json.encode({**item, **changes})


def test_item_is_read_with_its_defaults():
    item = decode_item(event(), EventItem, NOW)
    assert item == EventItem(event_id="e1", unit="u1", name="signup", value=1.0, at=None)


@pytest.mark.parametrize(
    ("raw", "field", "words"),
    [
        (event(at="yesterday"), "at", "2026-01-31T12:00:00Z"),
        (event(at="2026-03-02"), "at", "2026-01-31T12:00:00Z"),
        (event(at="2026-03-02T09:00:00"), "at", "with its zone"),
        (event(at=17), "at", "with its zone"),
        (event(at=(NOW + timedelta(minutes=6)).isoformat()), "at", "in the future"),
        (event(at="1999-12-31T23:59:59Z"), "at", "before 2000"),
        (event(at="0001-01-01T00:00:00+23:00"), "at", "before 2000"),
        (event(at="9999-12-31T23:59:59-23:00"), "at", "in the future"),
        (event(unit="a\0b"), "unit", "NUL"),
        (event(unit=""), "unit", "length"),
        (event(unit="u" * 129), "unit", "length"),
        (event(unit=7), "unit", "in quotes"),
        (event(event_id="e" * 65), "event_id", "length"),
        (event(name="n" * 101), "name", "length"),
        (event(value=1e13), "value", "plain number"),
        (event(value="3"), "value", "plain number"),
        (event(value=True), "value", "plain number"),
        (event().replace(b'"signup"', b'"signup","value":1e400'), "value", "out of range"),
        (event(ts="2026"), "ts", "unknown field"),
        (b'{"event_id":"e1","unit":"u1"}', "name", "Add it"),
        (event(unit="?").replace(b"?", b"\\ud800"), "", "surrogate"),
        (event(unit="?").replace(b"?", b"\xff"), "", "UTF-8"),
        (b"3", "", "Expected `object`"),
    ],
)
def test_refused_item_names_the_field_and_the_remedy(raw, field, words):
    with pytest.raises(RefusedItemError) as refusal:
        decode_item(raw, EventItem, NOW)
    assert refusal.value.field == field
    assert words in refusal.value.detail


def test_exposure_needs_its_variant():
    raw = msgspec.json.encode({"event_id": "e1", "unit": "u1", "experiment": "x"})
    with pytest.raises(RefusedItemError) as refusal:
        decode_item(raw, ExposureItem, NOW)
    assert refusal.value.field == "variant"


def test_clock_a_little_ahead_is_accepted():
    raw = event(at=(NOW + timedelta(minutes=4)).isoformat())
    assert decode_item(raw, EventItem, NOW).at == NOW + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("raw", "event_id"),
    [(event(unit=7), "e1"), (b"[]", ""), (b'{"event_id": 7}', ""), (b'{"event_id":"\\ud800"}', "")],
)
def test_event_id_of_a_refused_item_is_read_as_far_as_possible(raw, event_id):
    assert event_id_of(raw) == event_id


def test_instants_are_whole_microseconds():
    at = NOW + timedelta(microseconds=1)
    assert to_us(at) == 1772442000000001
    assert from_us(to_us(at)) == at
    assert from_us(None) is None
