"""How do the figures of a snapshot read? Rows and plots of the results page."""

from collections.abc import Sequence
from dataclasses import dataclass

from courses.charts.intervals import Interval, IntervalChart, interval_chart
from experiments.rules.results import ArmMetric, Comparison, MetricResult, Snapshot
from experiments.rules.verdict import is_better, is_decided
from experiments.rules.wording import MINUS, amount, digits_for, interval_text, number, p_text


@dataclass(frozen=True, slots=True)
class ArmRow:
    """One variant in the table of a metric; empty texts where there is nothing to compare."""

    name: str
    units: int
    converted: int
    mean: str
    difference: str = ""
    interval: str = ""
    relative: str = ""
    p_value: str = ""
    tone: str = ""
    judgement: str = ""


@dataclass(frozen=True, slots=True)
class MetricTable:
    """One metric of the page: its rows, the control first, and its plot."""

    name: str
    role: str
    aim: str
    mean_label: str
    rows: tuple[ArmRow, ...]
    chart: IntervalChart | None


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One variant in the table of the split."""

    name: str
    units: int
    seen: str
    intended: str


def metric_tables(snapshot: Snapshot) -> list[MetricTable]:
    """Return one table for each metric, the goal first."""
    rank = {"goal": 0, "guardrail": 1, "secondary": 2}
    rows = sorted(snapshot.metrics, key=lambda row: rank[row.role])
    return [_table(row, snapshot, place) for place, row in enumerate(rows)]


def split_rows(snapshot: Snapshot) -> list[SplitRow]:
    """Return how the units spread over the variants."""
    total = max(1, snapshot.units)
    return [
        SplitRow(arm.name, arm.units, f"{arm.units / total * 100:.2f} %", f"{arm.share * 100:.2f} %")
        for arm in snapshot.arms
    ]


def mixed_share(snapshot: Snapshot) -> float:
    """Return the percentage of units that met several variants."""
    return snapshot.mixed_units / max(1, snapshot.units + snapshot.mixed_units) * 100


def _table(metric: MetricResult, snapshot: Snapshot, place: int) -> MetricTable:
    is_share = metric.kind == "proportion"
    by_key = {row.key: row for row in metric.comparisons}
    # One decimal more than the differences, alike in all rows.
    digits = max((digits_for(row, metric.kind) for row in metric.comparisons), default=1) + 1
    rows = [
        _row(arm.name, figures, by_key.get(arm.key), metric, snapshot.confidence, digits)
        for arm, figures in zip(snapshot.arms, metric.arms, strict=True)
    ]
    return MetricTable(
        name=metric.name,
        role=metric.role,
        aim="more is better" if metric.direction == "increase" else "less is better",
        mean_label="Rate" if is_share else "Mean per unit",
        rows=tuple(rows),
        chart=_chart(metric, snapshot, place),
    )


def _row(
    name: str,
    figures: ArmMetric,
    comparison: Comparison | None,
    metric: MetricResult,
    confidence: float,
    mean_digits: int,
) -> ArmRow:
    mean = "–" if figures.mean is None else number(figures.mean, metric.kind, mean_digits)
    if metric.kind == "proportion" and figures.mean is not None:
        mean += " %"
    if comparison is None:
        return ArmRow(name, figures.units, figures.converted, mean)
    digits = digits_for(comparison, metric.kind)
    tone, judgement = _judgement(comparison, metric.direction, confidence)
    return ArmRow(
        name,
        figures.units,
        figures.converted,
        mean,
        difference=amount(comparison.difference, metric.kind, digits),
        interval=interval_text([comparison.low, comparison.high], metric.kind, digits),
        relative="–"
        if comparison.relative is None
        else f"{comparison.relative * 100:+.1f} %".replace("-", MINUS),
        p_value=p_text(comparison.p_value).removeprefix("p = ").removeprefix("p "),
        tone=tone,
        judgement=judgement,
    )


def _judgement(comparison: Comparison, direction: str, confidence: float) -> tuple[str, str]:
    if not is_decided(comparison, confidence):
        return "idle", "no clear difference"
    return ("good", "better") if is_better(comparison, direction) else ("bad", "worse")


def _chart(metric: MetricResult, snapshot: Snapshot, place: int) -> IntervalChart | None:
    unit = " in points" if metric.kind == "proportion" else ""
    level = f"{snapshot.confidence * 100:.4g} % interval"
    title = f"{metric.name}: difference to {snapshot.arms[0].name}{unit}, {level}"
    return interval_chart(
        title,
        _intervals(metric, snapshot.confidence),
        ident=f"plot-{place}",
        label=lambda value, digits: number(value, "mean", digits),
    )


def _intervals(metric: MetricResult, confidence: float) -> Sequence[Interval]:
    scale = 100 if metric.kind == "proportion" else 1
    found = []
    for row in metric.comparisons:
        digits = digits_for(row, metric.kind)
        span = interval_text([row.low, row.high], metric.kind, digits)
        text = f"{amount(row.difference, metric.kind, digits)} ({span})"
        tone, _ = _judgement(row, metric.direction, confidence)
        found.append(
            Interval(row.name, text, row.low * scale, row.difference * scale, row.high * scale, tone)
        )
    return found
