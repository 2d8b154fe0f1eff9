"""What do the results mean, in words a reader can act on?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.rules.results import Comparison, MetricResult, Snapshot

SPLIT_IS_OFF_BELOW = 0.001
MINUS = "\N{MINUS SIGN}"
MIN_UNITS = 50
MIN_CONVERSIONS = 5
SPLIT_HINT = (
    "Something loses or adds units in one variant, so the two groups no longer compare. Check that "
    "every variant reports its exposure at the same moment, that none crashes or redirects before "
    "it reports, and that tests and bots do not land in one of them. Then start anew."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to read first. tone: good, bad, warn, busy or idle. more: further sentences."""

    code: str
    tone: str
    label: str
    lead: str
    more: tuple[str, ...] = ()


def decide(state: str, snapshot: Snapshot) -> Verdict:
    """Return the verdict on an experiment in `state` (draft, running, stopped)."""
    if state == "draft":
        return Verdict("draft", "idle", "draft", "Not started: nobody is assigned to a variant yet.")
    if split_is_off(snapshot):
        return _split_off(snapshot)
    goal = snapshot.goal
    if goal is None or not snapshot.units:
        return _waiting(state)
    missing = _too_few(snapshot, goal)
    if missing:
        return Verdict("few", "busy", "too early", f"{_not_decided(state)} {missing}")
    return _judge(state, snapshot, goal)


def split_is_off(snapshot: Snapshot) -> bool:
    """Whether chance does not explain how the units are spread."""
    return snapshot.sample_ratio_p is not None and snapshot.sample_ratio_p < SPLIT_IS_OFF_BELOW


def _split_off(snapshot: Snapshot) -> Verdict:
    total = snapshot.units
    worst = max(snapshot.arms, key=lambda arm: abs(arm.units / total - arm.share))
    lead = (
        f"Do not read this: the split is off ({p_text(snapshot.sample_ratio_p or 0.0)}). "
        f"{worst.name} has {worst.units:,} of {total:,} units, {worst.units / total * 100:.1f} % "
        f"instead of {worst.share * 100:.1f} %."
    )
    return Verdict("split_off", "bad", "split is off", lead, (SPLIT_HINT,))


def _waiting(state: str) -> Verdict:
    if state == "stopped":
        return Verdict("nobody", "idle", "no data", "Nothing to read: it ended before anyone was counted.")
    lead = "Not decided yet: no exposure has been counted since the start."
    return Verdict("waiting", "busy", "waiting", lead)


def _not_decided(state: str) -> str:
    return "Not decided:" if state == "stopped" else "Not decided yet:"


def _too_few(snapshot: Snapshot, goal: MetricResult) -> str:
    """Say what is missing before a figure means anything, or return ""."""
    smallest = min(snapshot.arms, key=lambda arm: arm.units)
    if smallest.units < MIN_UNITS:
        return f"{smallest.name} has {smallest.units} units; figures mean something from {MIN_UNITS} on."
    conversions = sum(arm.converted for arm in goal.arms)
    if goal.kind == "proportion" and conversions < MIN_CONVERSIONS:
        return f"{goal.name} happened {conversions} times; figures mean something from {MIN_CONVERSIONS} on."
    return ""


def is_decided(comparison: Comparison, confidence: float) -> bool:
    """Whether chance alone does not explain the difference, by test and interval alike."""
    return comparison.p_value < 1 - confidence and comparison.low * comparison.high > 0


def is_better(comparison: Comparison, direction: str) -> bool:
    """Whether the difference goes the way the metric should."""
    return (comparison.difference > 0) == (direction == "increase")


def _judge(state: str, snapshot: Snapshot, goal: MetricResult) -> Verdict:
    decided = [row for row in goal.comparisons if is_decided(row, snapshot.confidence)]
    better = [row for row in decided if is_better(row, goal.direction)]
    worse = [row for row in decided if row not in better]
    open_rows = sorted((r for r in goal.comparisons if r not in decided), key=lambda row: row.p_value)
    better.sort(key=lambda row: -abs(row.difference))
    order = [*better, *open_rows, *worse]
    if not order:
        return Verdict(
            "few", "busy", "too early", f"{_not_decided(state)} the units do not differ enough to compare."
        )
    lead = order[0]
    more = [_sentence(row, goal, snapshot.confidence, state) for row in order[1:]]
    text = _sentence(lead, goal, snapshot.confidence, state)
    control = snapshot.arms[0].name
    if lead in open_rows:
        return Verdict("undecided", "busy", "not decided", text, tuple(more))
    if lead in worse:
        return Verdict("worse", "bad", "worse", f"{text} Keep {control}.", tuple(more))
    harm = _harm(lead.key, snapshot)
    if harm:
        stop = (
            f"But a guardrail is harmed: {' '.join(harm)} Do not ship {lead.name} before this is understood."
        )
        return Verdict("blocked", "warn", "guardrail harmed", text, (stop, *more))
    return Verdict("better", "good", "better", f"{text} You can ship {lead.name}.", tuple(more))


def _harm(key: str, snapshot: Snapshot) -> list[str]:
    """Name the guardrails that variant `key` harms."""
    return [
        change_text(row, metric, snapshot.confidence)
        for metric in snapshot.metrics
        if metric.role == "guardrail"
        for row in metric.comparisons
        if row.key == key and is_decided(row, snapshot.confidence) and not is_better(row, metric.direction)
    ]


def _sentence(row: Comparison, metric: MetricResult, confidence: float, state: str) -> str:
    if is_decided(row, confidence):
        return change_text(row, metric, confidence)
    digits = digits_for(row, metric.kind)
    level = f"({_level(confidence)} interval {interval_text([row.low, row.high], metric.kind, digits)})"
    if not row.difference:
        return f"{_not_decided(state)} {row.name} shows no difference in {metric.name} {level}."
    change = amount(abs(row.difference), metric.kind, digits)
    side = "more" if row.difference > 0 else "less"
    return (
        f"{_not_decided(state)} {row.name} shows {change} {side} {metric.name}, "
        f"but chance alone could explain that {level}."
    )


def change_text(row: Comparison, metric: MetricResult, confidence: float) -> str:
    """Return `B raises Sign-ups by 4.1 points (95 % interval 1.0 to 7.3).`"""
    digits = digits_for(row, metric.kind)
    verb = "raises" if row.difference > 0 else "lowers"
    span = [row.low, row.high] if row.difference > 0 else [-row.high, -row.low]
    return (
        f"{row.name} {verb} {metric.name} by {amount(abs(row.difference), metric.kind, digits)} "
        f"({_level(confidence)} interval {interval_text(span, metric.kind, digits)})."
    )


def _level(confidence: float) -> str:
    return f"{confidence * 100:.4g} %"


def p_text(p_value: float) -> str:
    """Return a p-value for reading: `p = 0.031`, `p < 0.0001`."""
    return f"p = {p_value:.2g}" if p_value >= 0.0001 else "p < 0.0001"


def digits_for(row: Comparison, kind: str) -> int:
    """Return how many decimals a difference deserves: two figures of its uncertainty."""
    half = (row.high - row.low) / 2 * _scale(kind)
    # A hair more than the half, lest 0.9999… gain a decimal over 1.
    return max(0, min(6, 1 - math.floor(math.log10(half * 1.000001)))) if half > 0 else 2


def _scale(kind: str) -> float:
    return 100.0 if kind == "proportion" else 1.0


def number(value: float, kind: str, digits: int) -> str:
    """Return a value of a metric, in points if it is a share, with a true minus sign."""
    return f"{value * _scale(kind):,.{digits}f}".replace("-", MINUS)


def amount(value: float, kind: str, digits: int) -> str:
    """Return a difference with its unit: `4.1 points`, `0.29`."""
    text = number(value, kind, digits)
    return f"{text} points" if kind == "proportion" else text


def interval_text(span: Sequence[float], kind: str, digits: int) -> str:
    """Return `1.0 to 7.3`."""
    return " to ".join(number(value, kind, digits) for value in span)
