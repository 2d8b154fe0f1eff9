"""How do the figures of a snapshot read? Rows and plots of the results page."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.charts.intervals import Interval, IntervalChart, interval_chart
from experiments.rules.results import ArmMetric, MetricResult, Snapshot
from experiments.rules.verdict import Finding, finding, reading
from experiments.wording.figures import (
    PERCENT,
    amount,
    decimals,
    digits_for,
    interval_text,
    level,
    number,
    p_figure,
    p_text,
    scale_of,
    share,
)

READINGS = {
    "unclear": gettext_lazy("no clear difference"),
    "leading": gettext_lazy("leading"),
    "trailing": gettext_lazy("trailing"),
    "better": gettext_lazy("better"),
    "worse": gettext_lazy("worse"),
    "harmed": gettext_lazy("harmed"),
    "harmed_so_far": gettext_lazy("harmed so far"),
}
ROLES = {
    "goal": gettext_lazy("goal"),
    "guardrail": gettext_lazy("guardrail"),
    "secondary": gettext_lazy("secondary"),
}


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
    converted_label: str
    rows: tuple[ArmRow, ...]
    chart: IntervalChart | None


@dataclass(frozen=True, slots=True)
class SplitTable:
    """How the units spread: rows of (variant, units, share, intended share).

    ratio: the p-value in words, empty with too few units. mixed: the part of units that count for none.
    """

    rows: tuple[tuple[str, int, str, str], ...]
    ratio: str
    mixed: str


def metric_tables(snapshot: Snapshot, *, is_running: bool, is_early: bool = False) -> list[MetricTable]:
    """Return one table for each metric, the goal first.

    is_early: the planned end has not come, so that p-values would say what they do not hold.
    """
    rows = sorted(snapshot.metrics, key=lambda row: list(ROLES).index(row.role))
    tables = [_table(row, snapshot, place, is_running) for place, row in enumerate(rows)]
    return [_without_p_values(table) for table in tables] if is_early else tables


def split_table(snapshot: Snapshot) -> SplitTable:
    """Return how the units spread over the variants."""
    total, p_value = max(1, snapshot.units), snapshot.sample_ratio_p
    return SplitTable(
        rows=tuple(
            (arm.name, arm.units, share(arm.units / total, 2), share(arm.share, 2)) for arm in snapshot.arms
        ),
        ratio="" if p_value is None else p_text(p_value),
        mixed=share(snapshot.mixed_units / max(1, snapshot.units + snapshot.mixed_units), 2),
    )


def _without_p_values(table: MetricTable) -> MetricTable:
    return replace(table, rows=tuple(replace(row, p_value=row.p_value and "–") for row in table.rows))


def _table(metric: MetricResult, snapshot: Snapshot, place: int, is_running: bool) -> MetricTable:
    found = [finding(row, metric, snapshot.confidence) for row in metric.comparisons]
    by_key = {one.row.key: one for one in found}
    # One decimal more than the differences, alike in all rows.
    digits = max((digits_for(one.row, metric.kind) for one in found), default=1) + 1
    rows = [
        _row(arm.name, figures, by_key.get(arm.key), metric, digits, is_running)
        for arm, figures in zip(snapshot.arms, metric.arms, strict=True)
    ]
    return MetricTable(
        name=metric.name,
        role=str(ROLES[metric.role]),
        aim=_("more is better") if metric.direction == "increase" else _("less is better"),
        mean_label=_("Rate") if metric.kind == "proportion" else _("Mean per unit"),
        converted_label=_("Converted") if metric.kind == "proportion" else _("With a value"),
        rows=tuple(rows),
        chart=_chart(metric, found, snapshot, place, is_running),
    )


def _row(
    name: str, figures: ArmMetric, found: Finding | None, metric: MetricResult, digits: int, is_running: bool
) -> ArmRow:
    mean = "–" if figures.mean is None else number(figures.mean, metric.kind, digits)
    if metric.kind == "proportion" and figures.mean is not None:
        mean += PERCENT
    if found is None:
        return ArmRow(name, figures.units, figures.converted, mean)
    row, its_digits = found.row, digits_for(found.row, metric.kind)
    code, tone = reading(found, is_running=is_running)
    sign = "+" if (row.relative or 0) > 0 else ""
    return ArmRow(
        name,
        figures.units,
        figures.converted,
        mean,
        difference=amount(row.difference, metric.kind, its_digits),
        interval=interval_text([row.low, row.high], metric.kind, its_digits),
        relative="–" if row.relative is None else f"{sign}{share(row.relative, 1)}",
        p_value=p_figure(row.p_value),
        tone=tone,
        judgement=str(READINGS[code]),
    )


def _chart(
    metric: MetricResult, found: list[Finding], snapshot: Snapshot, place: int, is_running: bool
) -> IntervalChart | None:
    if not found:
        return None
    words = {"control": snapshot.arms[0].name, "level": level(snapshot.confidence)}
    if metric.kind == "proportion":
        title = _("Difference to %(control)s in points, %(level)s interval") % words
    else:
        title = _("Difference to %(control)s, %(level)s interval") % words
    return interval_chart(
        title, [_interval(one, is_running) for one in found], ident=f"plot-{place}", label=decimals
    )


def _interval(found: Finding, is_running: bool) -> Interval:
    row, kind = found.row, found.metric.kind
    digits, scale = digits_for(row, kind), scale_of(kind)
    code, tone = reading(found, is_running=is_running)
    words = {
        "size": amount(row.difference, kind, digits),
        "interval": interval_text([row.low, row.high], kind, digits),
        "reading": READINGS[code],
    }
    text = _("%(size)s (%(interval)s): %(reading)s") % words
    return Interval(row.name, text, row.low * scale, row.difference * scale, row.high * scale, tone)
