from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.rules.assignment import BUCKETS, Flag, bucket_of, compile_choices, ranges_of
from experiments.rules.values import ValueRefusedError, differing_types, parse_value, value_text
from experiments.wording import value_problem


@pytest.mark.parametrize(
    ("unit", "bucket"),
    # GrowthBook SDK 1.8.0 (JavaScript) and 4.0.0 (Python), hash version 2.
    [("user-1", 5069), ("josé", 5849), ("用户1", 3311), ("😀", 5997)],
)
def test_bucket_is_that_of_the_growthbook_sdks(unit, bucket):
    assert bucket_of("exp-1", unit) == bucket


@pytest.mark.parametrize(
    ("weights", "ranges"),
    [
        ([1, 1], [(0, 5000), (5000, 10_000)]),
        ([1, 1, 1], [(0, 3333), (3333, 6667), (6667, 10_000)]),
        ([90, 10], [(0, 9000), (9000, 10_000)]),
        ([9999, 1], [(0, 9999), (9999, 10_000)]),
    ],
)
def test_ranges_follow_the_weights(weights, ranges):
    assert ranges_of(weights) == ranges


@given(st.lists(st.integers(1, 100), min_size=1, max_size=10))
def test_ranges_cover_every_bucket_once(weights):
    ranges = ranges_of(weights)
    assert [bucket for start, end in ranges for bucket in range(start, end)] == list(range(BUCKETS))


def test_a_share_below_one_bucket_is_refused():
    with pytest.raises(ValueError, match=r"0\.01 %"):
        ranges_of([10_000, 10_000, 1])


def test_split_stays_within_binomial_bounds_for_fixed_units():
    flag = Flag("f", 1, compile_choices([("a", "a"), ("b", "b")]), (5000, 10_000), "seed", 1)
    seen = Counter(flag.evaluate(f"unit-{n}")["variant"] for n in range(10_000))
    # Four standard deviations of a fair coin.
    assert abs(seen["a"] - 5000) < 4 * 50


def test_every_bucket_gets_the_variant_of_its_range():
    flag = Flag("f", 1, compile_choices([("a", 1), ("b", 2), ("c", 3)]), (1000, 4000, 10_000), "s", 1)
    for n in range(200):
        found = flag.evaluate(f"unit-{n}")
        bucket = found["metadata"]["bucket"]
        assert found["variant"] == ("a" if bucket < 1000 else "b" if bucket < 4000 else "c")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 2], [b"1", b"2"]),
        ([3, 2.5], [b"3.0", b"2.5"]),
        ([True, False], [b"true", b"false"]),
        ([{"b": 1}, {}], [b'{"b":1}', b"{}"]),
    ],
)
def test_numbers_of_one_flag_are_written_alike(values, texts):
    choices = compile_choices([(str(n), value) for n, value in enumerate(values)])
    assert [msgspec.json.encode(choice.value) for choice in choices] == texts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("blue", "blue"),
        ("true", True),
        ("3", 3),
        ("3.0", 3.0),
        ('"3"', "3"),
        ('{"a": [1]}', {"a": [1]}),
        ("007", "007"),
        ("-", "-"),
    ],
)
def test_value_reads_json_and_takes_other_words_as_text(text, value):
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)
    assert parse_value(value_text(value)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("null", "null or a list"),
        ("[1]", "null or a list"),
        ("{bad", "looks like JSON"),
        ('"\\ud800"', "looks like JSON"),
        ('{"a": "\\u0000"}', "NUL"),
        ("9007199254740993", "exact"),
        ("[" * 1500 + "]" * 1500, "looks like JSON"),
    ],
)
def test_value_that_flags_cannot_carry_is_refused(text, reason):
    with pytest.raises(ValueRefusedError) as caught:
        parse_value(text)
    assert reason in value_problem(caught.value)


def test_text_that_looks_like_json_is_shown_in_quotes():
    assert value_text("true") == '"true"'
    assert value_text("{bad") == '"{bad"'
    assert value_text("blue") == "blue"


def test_types_of_values_are_named_when_they_differ():
    assert differing_types(["a", "b"]) == []
    assert differing_types([1, 2.5]) == []
    assert differing_types([True, 1]) == ["boolean", "number"]
