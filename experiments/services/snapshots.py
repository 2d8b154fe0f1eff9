"""What do the folded units of a phase show when variants are compared with the control?"""

from collections.abc import Sequence

import msgspec
from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, FloatField, Sum, Value

from experiments import stats
from experiments.models import Experiment, ExperimentMetric, Metric, Phase, Unit, UnitMetric
from experiments.rules.assignment import BUCKETS
from experiments.rules.growth import MOST_SLOTS, slot_us_for
from experiments.rules.items import to_us
from experiments.rules.results import Arm, ArmMetric, Comparison, Growth, MetricResult, Snapshot

CONFIDENCE = 0.95


def take_snapshot(experiment: Experiment, phase: Phase, *, last_event_us: int | None) -> Snapshot:
    """Return what the folded units of `phase` show."""
    units = Unit.objects.filter(phase=phase)
    ranges = list(phase.ranges.select_related("variant").order_by("variant__position"))
    variant_ids = [row.variant_id for row in ranges]
    growth = _growth(phase, variant_ids, last_event_us)
    counts = [sum(row) for row in growth.counts]
    shares = [(row.end - row.start) / BUCKETS for row in ranges]
    arms = [
        Arm(row.variant.key, row.variant.name, count, share)
        for row, count, share in zip(ranges, counts, shares, strict=True)
    ]
    # Bonferroni: with several variants against one control, each has to convince more.
    confidence = 1 - (1 - CONFIDENCE) / (len(arms) - 1)
    parts = ExperimentMetric.objects.filter(experiment=experiment).select_related("metric")
    return Snapshot(
        phase=phase.number,
        arms=arms,
        mixed_units=units.filter(variants_seen__gt=1).count(),
        sample_ratio_p=stats.sample_ratio_p_value(counts, shares),
        confidence=confidence,
        metrics=[
            _compare(part, arms, _samples(part.metric, phase, variant_ids, counts), confidence)
            for part in parts.order_by("position")
        ],
        last_event_us=last_event_us,
        growth=growth,
    )


def _growth(phase: Phase, variant_ids: Sequence[int], last_event_us: int | None) -> Growth:
    """Return when the units came in that met one variant only."""
    start_us = to_us(phase.started_at)
    slot_us = slot_us_for(max(0, (last_event_us or start_us) - start_us))
    # Whole numbers divide without a rest on SQLite and PostgreSQL alike.
    number = ExpressionWrapper((F("first_exposure_us") - start_us) / slot_us, BigIntegerField())
    rows = Unit.objects.filter(phase=phase, variants_seen=1).values_list("variant", number)
    found: dict[int, dict[int, int]] = {pk: {} for pk in variant_ids}
    for variant_id, slot, count in rows.annotate(Count("pk")).order_by():
        # A clock that is a little late reports from before the start.
        place = min(max(0, slot), MOST_SLOTS - 1)
        found[variant_id][place] = found[variant_id].get(place, 0) + count
    length = max((slot + 1 for slots in found.values() for slot in slots), default=0)
    counts = [[found[pk].get(slot, 0) for slot in range(length)] for pk in variant_ids]
    return Growth(start_us, slot_us, counts)


def _samples(
    metric: Metric, phase: Phase, variant_ids: Sequence[int], counts: Sequence[int]
) -> list[tuple[int, stats.Sample | None]]:
    """Return for each variant how many units converted, and its sample; None below two units."""
    rows = UnitMetric.objects.filter(metric=metric, unit__phase=phase, unit__variants_seen=1)
    by_variant = rows.order_by().values_list("unit__variant")
    sums = {pk: (n, total) for pk, n, total in by_variant.annotate(Count("pk"), Sum("total"))}
    found = [sums.get(pk, (0, 0.0)) for pk in variant_ids]
    if metric.kind == Metric.Kind.PROPORTION:
        return [
            (converted, stats.proportion_sample(n, converted) if n > 1 else None)
            for (converted, _), n in zip(found, counts, strict=True)
        ]
    shift = sum(total for _, total in found) / max(1, sum(counts))
    off = F("total") - Value(shift)
    squares = dict(by_variant.annotate(squares=Sum(off * off, output_field=FloatField())))
    return [
        (
            converted,
            # Units without an event have a total of 0 and no row.
            stats.mean_sample(n, total, squares.get(pk, 0.0) + (n - converted) * shift**2, shift)
            if n > 1
            else None,
        )
        for pk, (converted, total), n in zip(variant_ids, found, counts, strict=True)
    ]


def _compare(
    part: ExperimentMetric,
    arms: Sequence[Arm],
    samples: Sequence[tuple[int, stats.Sample | None]],
    confidence: float,
) -> MetricResult:
    """Compare every variant with the control, as far as both have two units."""
    metric = part.metric
    pairs = list(zip(arms, samples, strict=True))
    comparisons = []
    for arm, treatment in pairs[1:]:
        comparison = _against(samples[0], treatment, arm, metric.kind, confidence)
        if comparison:
            comparisons.append(comparison)
    return MetricResult(
        key=metric.key,
        name=metric.name,
        kind=metric.kind,
        direction=metric.direction,
        role=part.role,
        arms=[
            ArmMetric(arm.units, converted, sample.mean if sample else None)
            for arm, (converted, sample) in pairs
        ],
        comparisons=comparisons,
    )


def _against(
    control: tuple[int, stats.Sample | None],
    treatment: tuple[int, stats.Sample | None],
    arm: Arm,
    kind: str,
    confidence: float,
) -> Comparison | None:
    """Return the comparison of one variant with the control, or None without enough data."""
    (x0, a), (x1, b) = control, treatment
    if a is None or b is None:
        return None
    if kind == Metric.Kind.PROPORTION:
        found: stats.Estimate | None = stats.compare_proportions((x0, a.n), (x1, b.n), confidence)
    else:
        found = stats.compare_means(a, b, confidence)
    if found is None:
        return None
    row = Comparison(arm.key, arm.name, found.value, found.low, found.high, found.p_value)
    relative = stats.relative_difference(a, b, confidence)
    if relative is None:
        return row
    return msgspec.structs.replace(
        row, relative=relative.value, relative_low=relative.low, relative_high=relative.high
    )
