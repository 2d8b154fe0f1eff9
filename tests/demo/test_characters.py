"""When is a little app fast, slow or broken?"""

import pytest

from demo.apps import APPS
from demo.characters import LONGEST_S, PERIOD_S, Character, Fault, Outage

BROKEN = Character(60, outages=(Outage(300, 360, Fault.BAD_GATEWAY), Outage(360, 420, Fault.NOT_LISTENING)))


@pytest.mark.parametrize(
    ("into_s", "fault"),
    [
        (0, None),
        (299.9, None),
        (300, Fault.BAD_GATEWAY),
        (359.9, Fault.BAD_GATEWAY),
        (360, Fault.NOT_LISTENING),
        (419.9, Fault.NOT_LISTENING),
        (420, None),
    ],
)
@pytest.mark.parametrize("period", [0, 1, 3_700_000])
def test_faults_come_at_the_same_place_of_every_period(into_s, fault, period):
    assert BROKEN.fault(period * PERIOD_S + into_s) == fault


def test_an_outage_begins_and_ends_within_ten_minutes_of_any_start():
    outages = [(o.from_s, o.until_s) for spec in APPS for o in spec.character.outages]
    assert PERIOD_S + max(until - start for start, until in outages) <= 600
    assert all(0 <= start < until <= PERIOD_S for start, until in outages)


def test_latency_is_the_same_for_the_same_clock_and_bounded():
    jittery = Character(180, 0.7, 0.5)
    seconds = [jittery.latency_s(float(now)) for now in range(2000)]
    assert seconds == [jittery.latency_s(float(now)) for now in range(2000)]
    assert min(seconds) > 0
    assert max(seconds) <= LONGEST_S


def test_characters_differ_as_they_are_told():
    by_name = {spec.name: spec.character for spec in APPS}
    medians = {
        name: sorted(character.latency_s(float(now)) for now in range(999))[499]
        for name, character in by_name.items()
    }
    assert medians["Mensa Menu"] < 0.05
    assert medians["Lecture Notes"] > 1
    assert by_name["Lecture Notes"].outages == ()
