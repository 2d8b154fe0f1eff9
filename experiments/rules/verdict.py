"""What do the results mean? Decisions only: `experiments.wording` makes sentences of them."""

from dataclasses import dataclass, replace

from experiments.rules.horizon import UNPLANNED, Horizon
from experiments.rules.results import Arm, Comparison, MetricResult, Snapshot

SPLIT_IS_OFF_BELOW = 0.001
MIN_UNITS = 50
MIN_CONVERSIONS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What one variant shows in one metric. is_better: whether the difference goes the way it should."""

    row: Comparison
    metric: MetricResult
    is_decided: bool
    is_better: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to read first. tone: good, bad, warn, busy or idle.

    findings: of the goal, the best first. harms: guardrails that the best one harms.
    arm: the variant whose units are off, or too few. events: how often the goal was met.
    horizon: how far the planned end is.
    """

    code: str
    tone: str
    is_running: bool = False
    findings: tuple[Finding, ...] = ()
    harms: tuple[Finding, ...] = ()
    arm: Arm | None = None
    events: int = 0
    horizon: Horizon = UNPLANNED


def decide(state: str, snapshot: Snapshot, horizon: Horizon = UNPLANNED) -> Verdict:
    """Return the verdict on an experiment in `state` (draft, running, stopped)."""
    is_running = state == "running"
    still_open = "busy" if is_running else "idle"
    if state == "draft":
        return Verdict("draft", "idle")
    if split_is_off(snapshot):
        return Verdict("split_off", "bad", is_running, arm=_most_off(snapshot))
    goal = snapshot.goal
    if goal is None or not snapshot.units:
        return Verdict("waiting", "busy", is_running) if is_running else Verdict("nobody", "idle")
    smallest = min(snapshot.arms, key=lambda arm: arm.units)
    if smallest.units < MIN_UNITS:
        return Verdict("few_units", still_open, is_running, arm=smallest)
    events = sum(arm.converted for arm in goal.arms)
    if goal.kind == "proportion" and events < MIN_CONVERSIONS:
        return Verdict("few_events", still_open, is_running, events=events)
    return _at(horizon, _judge(snapshot, goal, is_running, still_open))


def split_is_off(snapshot: Snapshot) -> bool:
    """Whether chance does not explain how the units are spread."""
    return snapshot.sample_ratio_p is not None and snapshot.sample_ratio_p < SPLIT_IS_OFF_BELOW


def _most_off(snapshot: Snapshot) -> Arm:
    return max(snapshot.arms, key=lambda arm: abs(arm.units / snapshot.units - arm.share))


def finding(row: Comparison, metric: MetricResult, confidence: float) -> Finding:
    """Return whether chance alone does not explain the difference, by test and interval alike."""
    is_decided = row.p_value < 1 - confidence and row.low * row.high > 0
    return Finding(row, metric, is_decided, (row.difference > 0) == (metric.direction == "increase"))


def reading(found: Finding, *, is_running: bool) -> tuple[str, str]:
    """Return a code and a tone for one figure. Nobody has won or lost before the end."""
    if not found.is_decided:
        return "unclear", "idle"
    if found.is_better:
        return ("leading", "busy") if is_running else ("better", "good")
    if found.metric.role == "guardrail":
        return ("harmed_so_far", "warn") if is_running else ("harmed", "bad")
    return ("trailing", "busy") if is_running else ("worse", "bad")


def _judge(snapshot: Snapshot, goal: MetricResult, is_running: bool, still_open: str) -> Verdict:
    findings = tuple(_best_first(goal, snapshot.confidence))
    if not findings:
        return Verdict("no_spread", still_open, is_running)
    first = findings[0]
    if not first.is_decided:
        return Verdict("undecided", still_open, is_running, findings)
    harms = tuple(_harms(first.row.key, snapshot)) if first.is_better else ()
    if harms:
        return Verdict("blocked", "warn", is_running, findings, harms)
    code, tone = reading(first, is_running=is_running)
    return Verdict(code, tone, is_running, findings)


def _at(horizon: Horizon, verdict: Verdict) -> Verdict:
    """Return the verdict as far as it may be read before the planned end: harm at once, a winner not."""
    code, tone = verdict.code, verdict.tone
    if horizon.is_open and code in ("leading", "trailing", "undecided") and verdict.is_running:
        code = "open"
    if horizon.is_open and code == "better":
        code, tone = "early", "warn"
    return replace(verdict, code=code, tone=tone, horizon=horizon)


def _best_first(goal: MetricResult, confidence: float) -> list[Finding]:
    """Return what is better, then what is open, then what is worse."""
    found = [finding(row, goal, confidence) for row in goal.comparisons]
    decided = [one for one in found if one.is_decided]
    return [
        *sorted((one for one in decided if one.is_better), key=lambda one: -abs(one.row.difference)),
        *sorted((one for one in found if not one.is_decided), key=lambda one: one.row.p_value),
        *(one for one in decided if not one.is_better),
    ]


def _harms(key: str, snapshot: Snapshot) -> list[Finding]:
    """Return the guardrails that variant `key` harms."""
    found = [
        finding(row, metric, snapshot.confidence)
        for metric in snapshot.metrics
        if metric.role == "guardrail"
        for row in metric.comparisons
        if row.key == key
    ]
    return [one for one in found if one.is_decided and not one.is_better]
