from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import (
    GIVE_UP_AFTER,
    Comparison,
    Condition,
    Observation,
    Standing,
    State,
    Transition,
    advance,
    in_order,
    one_line,
    retry_at,
    several_lines,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TWICE = Condition(Comparison.AT_LEAST, 1.0, bad_in_a_row=2, good_in_a_row=2)


def seen(second, value, title="down"):
    at = START + timedelta(seconds=second)
    return Observation(signal="s", subject="x:1", project_id=1, value=value, at=at, title=title)


def run(values, condition=TWICE, standing=None):
    """Return the transitions that `values`, one a second, make."""
    standing, made = standing or Standing(), []
    for second, value in enumerate(values):
        standing, transition = advance(standing, seen(second, value), condition)
        if transition:
            made.append((second, transition))
    return standing, made


@pytest.mark.parametrize(
    ("values", "made"),
    [
        ([0, 0], []),
        ([1], [(0, Transition.STARTED)]),
        ([1, 1], [(0, Transition.STARTED), (1, Transition.FIRED)]),
        ([1, 0, 1], [(0, Transition.STARTED), (1, Transition.CLEARED), (2, Transition.STARTED)]),
        ([1, None, 1], [(0, Transition.STARTED), (2, Transition.FIRED)]),
        ([1, 1, 0], [(0, Transition.STARTED), (1, Transition.FIRED)]),
        ([1, 1, 0, 1, 0], [(0, Transition.STARTED), (1, Transition.FIRED)]),
        ([1, 1, 0, 0], [(0, Transition.STARTED), (1, Transition.FIRED), (3, Transition.RESOLVED)]),
        ([1, 1, 0, None, 0], [(0, Transition.STARTED), (1, Transition.FIRED), (4, Transition.RESOLVED)]),
        ([1, 1, None, float("nan"), float("inf")], [(0, Transition.STARTED), (1, Transition.FIRED)]),
    ],
)
def test_advance(values, made):
    assert run(values)[1] == made


def test_one_bad_value_fires_where_one_is_enough():
    standing, made = run([1], Condition(Comparison.AT_LEAST, 1.0))
    assert (standing.state, made) == (State.FIRING, [(0, Transition.FIRED)])


@pytest.mark.parametrize(
    ("comparison", "value", "is_bad"),
    [
        (Comparison.AT_LEAST, 1.0, True),
        (Comparison.AT_LEAST, 0.99, False),
        (Comparison.AT_MOST, 1.0, True),
        (Comparison.AT_MOST, 1.01, False),
        (Comparison.AT_MOST, None, None),
    ],
)
def test_verdict_counts_the_threshold_as_bad(comparison, value, is_bad):
    assert Condition(comparison, 1.0).verdict(value) is is_bad


figures = st.sampled_from([0.0, 1.0, None])
batches = st.lists(st.tuples(st.integers(0, 30), figures, st.sampled_from(["down", "dead"])), max_size=40)
conditions = st.builds(
    Condition,
    st.sampled_from(Comparison),
    st.sampled_from([0.0, 1.0]),
    st.integers(1, 4),
    st.integers(1, 4),
)


def judge(batch, condition, standing=None):
    standing, made = standing or Standing(), []
    for observation in in_order(batch, condition):
        standing, transition = advance(standing, observation, condition)
        made += [transition] if transition else []
    return standing, made


@given(batches, conditions)
def test_fired_and_resolved_take_turns(batch, condition):
    """Never two open alerts, and never an end without a beginning."""
    made = judge([seen(*row) for row in batch], condition)[1]
    opened = [move for move in made if move in (Transition.FIRED, Transition.RESOLVED)]
    assert opened == ([Transition.FIRED, Transition.RESOLVED] * len(opened))[: len(opened)]


@given(batches, conditions)
def test_silence_never_resolves(batch, condition):
    standing = Standing(State.FIRING, bad_count=1)
    after, made = judge([seen(second, None) for second, _, _ in batch], condition, standing)
    assert (after.state, made) == (State.FIRING, [])


@given(batches, conditions)
def test_replay_changes_nothing(batch, condition):
    rows = [seen(*row) for row in batch]
    standing, _ = judge(rows, condition)
    assert judge(rows, condition, standing) == (standing, [])


@given(batches, conditions, st.randoms(use_true_random=False))
def test_order_within_a_batch_is_irrelevant(batch, condition, random):
    rows = [seen(*row) for row in batch]
    shuffled = random.sample(rows, len(rows))
    assert judge(rows, condition) == judge(shuffled, condition)


@given(batches, conditions, st.integers(0, 30))
def test_a_restart_in_between_changes_nothing(batch, condition, cut):
    """Nothing but the standing is remembered, so judging in two parts is judging in one."""
    rows = [seen(*row) for row in batch]
    early = [row for row in rows if row.at < START + timedelta(seconds=cut)]
    late = [row for row in rows if row.at >= START + timedelta(seconds=cut)]
    half, first = judge(early, condition)
    end, second = judge(late, condition, half)
    assert (end, first + second) == judge(rows, condition)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (7, 640), (8, 900), (2000, 900)]
)
def test_retries_wait_twice_as_long_each_time_up_to_a_quarter_of_an_hour(attempts, seconds):
    assert retry_at(attempts, created_at=START, now=START, jitter=0.0) == START + timedelta(seconds=seconds)


def test_jitter_adds_a_quarter_at_most():
    assert retry_at(1, created_at=START, now=START, jitter=1.0) == START + timedelta(seconds=12.5)


def test_a_day_of_failures_is_enough():
    now = START + GIVE_UP_AFTER
    assert retry_at(3, created_at=START, now=now, jitter=0.0) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("Bcc:\r\n victim@example.org", "Bcc: victim@example.org"),
        ("nul\x00 and \x1b[31mred\x1b[0m", "nul and [31mred[0m"),
        ("lone \ud800 surrogate", "lone ? surrogate"),
        ("line\u2028separator", "line separator"),
        ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrs…"),
    ],
)
def test_one_line(text, line):
    assert one_line(text, 20 if len(text) == 26 else 100) == line


def test_several_lines_keeps_line_ends():
    assert several_lines("one\ntwo\x07\r\n", 100) == "one\ntwo"
