"""When does an observation become an alert? Pure decisions, no database, no clock."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

RETRY_FIRST = timedelta(seconds=10)
RETRY_AT_MOST = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Observation:
    """One measured fact that an alert rule may judge.

    signal: dotted name of what was measured, `<app>.<thing>`, such as `health.environment.down`.
    subject: what it was measured on, stable for as long as that exists, such as `environment:12`.
    project_id: the project it belongs to; decides who sees the alert and who is told.
    value: the figure that rules compare with their threshold; None when nothing could be measured.
    at: when it was measured, UTC.
    title: the alert's first line, were it to fire, in words that stand alone: "study-timer production
        is down: 502 Bad Gateway".
    detail: further words for the message, may be empty. Bounded and shown as plain text.
    path: the page of the site that shows the subject, starting with `/`.
    """

    signal: str
    subject: str
    project_id: int
    value: float | None
    at: datetime
    title: str
    detail: str = ""
    path: str = ""


class Comparison(StrEnum):
    """Which side of the threshold is bad. The threshold itself is bad either way."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class State(StrEnum):
    """Where an alert stands. A subject nobody has to worry about is resolved."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Transition(StrEnum):
    """What an observation did. Only fired and resolved are told to people."""

    STARTED = "started"
    CLEARED = "cleared"
    FIRED = "fired"
    RESOLVED = "resolved"


# Signals that are 1 where it is bad and 0 where it is good. All others are figures.
YES_OR_NO = frozenset({"health.environment.down", "pipelines.default_branch.red"})


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule calls a value bad, and how many in a row it takes to fire and to resolve."""

    comparison: Comparison
    threshold: float
    bad_in_a_row: int = 1
    good_in_a_row: int = 1

    def verdict(self, value: float | None) -> bool | None:
        """Return whether `value` is bad, or None when there is no figure to judge."""
        if value is None or not math.isfinite(value):
            return None
        if self.comparison == Comparison.AT_LEAST:
            return value >= self.threshold
        return value <= self.threshold


@dataclass(frozen=True, slots=True)
class Standing:
    """What has to be remembered of a rule and a subject from one observation to the next."""

    state: State = State.RESOLVED
    bad_count: int = 0
    good_count: int = 0
    judged_at: datetime | None = None


def advance(
    standing: Standing, observation: Observation, condition: Condition
) -> tuple[Standing, Transition | None]:
    """Return where `observation` leaves the alert, and the transition it made, if any.

    An observation that is not newer than the last one judged changes nothing, so a batch may be
    replayed. One without a figure is noted and otherwise changes nothing: silence neither fires
    nor resolves.
    """
    if standing.judged_at is not None and observation.at <= standing.judged_at:
        return standing, None
    seen = replace(standing, judged_at=observation.at)
    is_bad = condition.verdict(observation.value)
    if is_bad is None:
        return seen, None
    if is_bad:
        return _after_bad(replace(seen, bad_count=seen.bad_count + 1, good_count=0), condition)
    return _after_good(replace(seen, bad_count=0, good_count=seen.good_count + 1), condition)


def _after_bad(seen: Standing, condition: Condition) -> tuple[Standing, Transition | None]:
    if seen.state == State.FIRING:
        return seen, None
    if seen.bad_count >= condition.bad_in_a_row:
        return replace(seen, state=State.FIRING), Transition.FIRED
    is_first = seen.state == State.RESOLVED
    return replace(seen, state=State.PENDING), Transition.STARTED if is_first else None


def _after_good(seen: Standing, condition: Condition) -> tuple[Standing, Transition | None]:
    quiet = Standing(judged_at=seen.judged_at)
    if seen.state == State.RESOLVED:
        return quiet, None
    if seen.state == State.PENDING:
        return quiet, Transition.CLEARED
    if seen.good_count >= condition.good_in_a_row:
        return quiet, Transition.RESOLVED
    return seen, None


def in_order(observations: Iterable[Observation], condition: Condition) -> list[Observation]:
    """Return the observations of one subject from old to new, one for each instant.

    Of those at the same instant the worst counts, in whatever order they came.
    """
    sign = 1 if condition.comparison == Comparison.AT_LEAST else -1

    def badness(seen: Observation) -> tuple[bool, float, str, str, str]:
        is_measured = condition.verdict(seen.value) is not None
        figure = sign * (seen.value or 0.0) if is_measured else 0.0
        return is_measured, figure, seen.title, seen.detail, seen.path

    worst: dict[datetime, Observation] = {}
    for seen in observations:
        known = worst.get(seen.at)
        if known is None or badness(seen) > badness(known):
            worst[seen.at] = seen
    return [worst[at] for at in sorted(worst)]


def retry_at(attempts: int, *, created_at: datetime, now: datetime, jitter: float) -> datetime | None:
    """Return when to try again after the `attempts`-th failure, or None to give up.

    jitter: 0 to 1, adds up to a quarter, so that what failed together does not return together.
    """
    if now - created_at >= GIVE_UP_AFTER:
        return None
    # The exponent is bounded: a day of failures must not overflow a timedelta.
    delay = min(RETRY_FIRST * (1 << min(attempts - 1, 10)), RETRY_AT_MOST)
    return now + delay * (1 + jitter / 4)


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line of at most `limit` characters that any database and header takes."""
    return several_lines(" ".join(text.split()), limit).replace("\n", " ")


def kind_of(signal: str) -> str:
    """Return which app `signal` comes from: health, pipelines or experiments."""
    return signal.partition(".")[0]


def several_lines(text: str, limit: int) -> str:
    """Return `text` without control characters other than line ends, cut to `limit` with an ellipsis."""
    sound = text.encode("utf-8", "replace").decode()
    kept = "".join(char for char in sound if char == "\n" or char.isprintable() or char == "\t").strip()
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
