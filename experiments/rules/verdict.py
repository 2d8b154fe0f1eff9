"""What do the results mean, in words a reader can act on?"""

from dataclasses import dataclass

from experiments.rules.results import Comparison, MetricResult, Snapshot
from experiments.rules.wording import amount, digits_for, interval_text, level, p_text

SPLIT_IS_OFF_BELOW = 0.001
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
    rows = _best_first(goal, snapshot.confidence)
    if not rows:
        lead = f"{_not_decided(state)} the units do not differ enough to compare."
        return Verdict("few", "busy", "too early", lead)
    first = rows[0]
    text, *more = (_sentence(row, goal, snapshot.confidence, state) for row in rows)
    if not is_decided(first, snapshot.confidence):
        return Verdict("undecided", "busy", "not decided", text, tuple(more))
    is_winner = is_better(first, goal.direction)
    harm = _harm(first.key, snapshot) if is_winner else []
    if harm:
        stop = f"But a guardrail is harmed: {' '.join(harm)} "
        stop += f"Do not ship {first.name} before this is understood."
        return Verdict("blocked", "warn", "guardrail harmed", text, (stop, *more))
    if state == "running":
        label = "leading" if is_winner else "trailing"
        return Verdict(label, "busy", label, f"{text} Decide when the experiment has ended.", tuple(more))
    if is_winner:
        return Verdict("better", "good", "better", f"{text} You can ship {first.name}.", tuple(more))
    return Verdict("worse", "bad", "worse", f"{text} Keep {snapshot.arms[0].name}.", tuple(more))


def _best_first(goal: MetricResult, confidence: float) -> list[Comparison]:
    """Return what is better, then what is open, then what is worse."""
    decided = [row for row in goal.comparisons if is_decided(row, confidence)]
    better = [row for row in decided if is_better(row, goal.direction)]
    still_open = [row for row in goal.comparisons if row not in decided]
    return [
        *sorted(better, key=lambda row: -abs(row.difference)),
        *sorted(still_open, key=lambda row: row.p_value),
        *(row for row in decided if row not in better),
    ]


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
        text = so_far_text if state == "running" else change_text
        return text(row, metric, confidence)
    digits = digits_for(row, metric.kind)
    span = f"({level(confidence)} interval {interval_text([row.low, row.high], metric.kind, digits)})"
    if not row.difference:
        return f"{_not_decided(state)} {row.name} shows no difference in {metric.name} {span}."
    change = amount(abs(row.difference), metric.kind, digits)
    side = "more" if row.difference > 0 else "less"
    return (
        f"{_not_decided(state)} {row.name} shows {change} {side} {metric.name}, "
        f"but chance alone could explain that {span}."
    )


def change_text(row: Comparison, metric: MetricResult, confidence: float) -> str:
    """Return `B raises Sign-ups by 4.1 points (95 % interval 1.0 to 7.3).`"""
    verb = "raises" if row.difference > 0 else "lowers"
    size, span = _size(row, metric, confidence)
    return f"{row.name} {verb} {metric.name} by {size} {span}."


def so_far_text(row: Comparison, metric: MetricResult, confidence: float) -> str:
    """Return `B leads: Sign-ups is 4.1 points higher so far (95 % interval 1.0 to 7.3).`

    The intervals hold for one look at the end: before it, nobody has won.
    """
    place = "leads" if is_better(row, metric.direction) else "trails"
    side = "higher" if row.difference > 0 else "lower"
    size, span = _size(row, metric, confidence)
    return f"{row.name} {place}: {metric.name} is {size} {side} so far {span}."


def _size(row: Comparison, metric: MetricResult, confidence: float) -> tuple[str, str]:
    """Return a difference and its interval in words, whichever way it goes."""
    digits = digits_for(row, metric.kind)
    ends = [row.low, row.high] if row.difference > 0 else [-row.high, -row.low]
    interval = interval_text(ends, metric.kind, digits)
    return amount(abs(row.difference), metric.kind, digits), f"({level(confidence)} interval {interval})"
