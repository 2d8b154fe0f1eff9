"""What rules, alerts and messages say."""

from datetime import timedelta

import pytest

from alerts import wording
from alerts.rules import YES_OR_NO, Comparison, Condition, State

DOWN, RED, RATIO = "health.environment.down", "pipelines.default_branch.red", "experiments.sample_ratio"
OTHER = "experiments.other"
AT_LEAST, AT_MOST = Comparison.AT_LEAST, Comparison.AT_MOST


def test_every_signal_without_figure_has_words():
    assert set(wording.CONDITIONS) == YES_OR_NO


@pytest.mark.parametrize(
    ("condition", "signal", "words"),
    [
        (Condition(AT_LEAST, 1.0, 2), DOWN, "a check fails, 2 times in a row"),
        (Condition(AT_LEAST, 1.0), RED, "the default branch is red"),
        (Condition(AT_MOST, 0.001), RATIO, "the split’s p-value is at most 0.001"),
        (Condition(AT_LEAST, 90.0, 3), OTHER, "the value is at least 90, 3 times in a row"),
    ],
)
def test_a_condition_in_words(condition, signal, words):
    assert wording.fires_when(condition, signal) == words


@pytest.mark.parametrize(
    ("comparison", "signal", "value", "words"),
    [
        (AT_LEAST, DOWN, 1.0, "bad"),
        (AT_LEAST, DOWN, 0.0, "good"),
        (AT_LEAST, DOWN, None, "nothing could be measured"),
        (AT_LEAST, OTHER, 0.25, "0.25, bad from 1 upwards"),
        (AT_MOST, OTHER, 0.25, "0.25, bad from 1 downwards"),
    ],
)
def test_a_value_is_told_against_its_threshold(comparison, signal, value, words):
    assert wording.reading(Condition(comparison, 1.0), signal, value) == words


STARTING = "It may be starting: 1 of 3 bad measurements in a row."


@pytest.mark.parametrize(
    ("state", "is_taken", "taker", "told"),
    [
        (State.FIRING, False, "", "Critical, firing for 12 min. Nobody has acknowledged it."),
        (State.FIRING, True, "Ada", "Critical, firing for 12 min, acknowledged by Ada."),
        (State.FIRING, True, "", "Critical, firing for 12 min, acknowledged by somebody who left."),
        (State.PENDING, False, "", STARTING),
        (State.PENDING, True, "Ada", f"{STARTING} Acknowledged by Ada."),
        (State.RESOLVED, True, "Ada", "It is over and lasted 12 min."),
    ],
)
def test_how_an_alert_stands_in_one_sentence(state, is_taken, taker, told):
    span = timedelta(minutes=12)
    assert (
        wording.headline(state, span=span, bad=(1, 3), is_taken=is_taken, taker=taker, severity="Critical")
        == told
    )


@pytest.mark.parametrize(
    ("state", "tone"), [(State.FIRING, "warn"), (State.PENDING, "busy"), (State.RESOLVED, "good")]
)
def test_the_severity_gives_the_tone_while_an_alert_fires(state, tone):
    assert wording.tone_of(state, "warning") == tone


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        (DOWN, "Open the address."),
        (RED, "Open the last pipeline"),
        (RATIO, "Do not read its results."),
        (OTHER, "Do not read its results."),
        ("other.x", "See when it began"),
    ],
)
def test_the_page_says_what_to_do_first(signal, words):
    assert wording.first_step(signal).startswith(words)


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        (DOWN, "See the environment"),
        (RED, "See the repository"),
        (RATIO, "See the experiment"),
        ("other.x", "Look at it"),
    ],
)
def test_the_link_says_where_it_leads(signal, words):
    assert wording.place_of(signal) == words


@pytest.mark.parametrize(
    ("title", "step"),
    [
        ("Firing: a: b", ("bad", "firing", "a: b")),
        ("Firing, warning: a: b", ("warn", "firing", "a: b")),
        ("No longer acknowledged: x", ("warn", "taken back", "x")),
        ("Noted: x", ("warn", "noted", "x")),
    ],
)
def test_the_timelines_words_about_an_alert(title, step):
    assert wording.step_of(title, "warn") == step


@pytest.mark.parametrize(
    ("state", "is_filed", "has_failed", "told"),
    [
        ("sent", False, False, ("good", "sent")),
        ("sent", True, True, ("idle", "filed")),
        ("dead", True, True, ("bad", "failed")),
        ("dropped", False, True, ("idle", "not sent")),
        ("pending", False, False, ("busy", "on its way")),
        ("pending", False, True, ("warn", "failed so far")),
    ],
)
def test_the_outcome_of_a_message(state, is_filed, has_failed, told):
    assert wording.outcome(state, is_filed=is_filed, has_failed=has_failed) == told


@pytest.mark.parametrize(
    ("transition", "is_filed", "words"),
    [
        ("fired", False, "“Tutors” was told that it began"),
        ("resolved", False, "“Tutors” was told that it is over"),
        ("fired", True, "The mail to “Tutors” that it began was written to a file"),
        ("resolved", True, "The mail to “Tutors” that it is over was written to a file"),
    ],
)
def test_who_was_told_what(transition, is_filed, words):
    assert wording.told(transition, "Tutors", is_filed=is_filed) == words


@pytest.mark.parametrize(
    ("kind", "target", "words"),
    [
        ("email", "a@example.org", "1 mail address"),
        ("email", "a@example.org\nb@example.org", "2 mail addresses"),
        ("apprise", "discord://id/token", "discord://…"),
        ("email", "", "unreadable: enter it again"),
    ],
)
def test_where_a_channel_sends_without_its_secret(kind, target, words):
    assert wording.sends_to(kind, target) == words
