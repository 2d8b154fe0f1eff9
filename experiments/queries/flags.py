"""What do machines need to know of the plans: who gets which variant, and where do exposures go?"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Prefetch

from experiments.models import (
    Experiment,
    ExperimentMetric,
    ExperimentQuerySet,
    Phase,
    PhaseVariant,
    Variant,
)
from experiments.rules.assignment import Flag, compile_choices
from experiments.rules.items import to_us


def with_plan(experiments: ExperimentQuerySet) -> ExperimentQuerySet:
    """Fetch variants, metrics and phases along with each experiment."""
    return experiments.with_project().prefetch_related(
        Prefetch("variants", Variant.objects.order_by("position")),
        Prefetch("metrics", ExperimentMetric.objects.select_related("metric").order_by("position")),
        Prefetch("phases", Phase.objects.prefetch_related("ranges").order_by("number")),
    )


def flag_versions(project_id: int) -> list[tuple[int, int]]:
    """Return what changes whenever a flag of the project does."""
    return list(Experiment.objects.filter(project_id=project_id).order_by("pk").values_list("pk", "version"))


def compile_flags(project_id: int) -> dict[str, Flag]:
    """Return the flags of a project by key."""
    return {row.key: _compile(row) for row in with_plan(Experiment.objects.filter(project_id=project_id))}


def _compile(experiment: Experiment) -> Flag:
    choices = compile_choices([(variant.key, variant.value) for variant in experiment.variants.all()])
    phases = list(experiment.phases.all())
    if experiment.state != Experiment.State.RUNNING or not phases:
        return Flag(experiment.key, experiment.version, choices, phase=phases[-1].number if phases else 0)
    phase = phases[-1]
    end_of = {row.variant_id: row.end for row in phase.ranges.all()}
    ends = tuple(end_of[variant.pk] for variant in experiment.variants.all())
    return Flag(experiment.key, experiment.version, choices, ends, phase.seed, phase.number)


@dataclass(frozen=True, slots=True)
class Target:
    """Where exposures of one experiment go. variants: their ids by key."""

    experiment_id: int
    phase_id: int
    started_us: int
    stopped_us: int | None
    variants: dict[str, int] = field(default_factory=dict)


def ingest_targets(project_id: int, keys: Collection[str]) -> dict[str, Target | None]:
    """Return where exposures of the experiments `keys` go; None for one that was never started."""
    experiments = Experiment.objects.filter(project_id=project_id, key__in=keys)
    found: dict[str, Target | None] = dict.fromkeys(experiments.values_list("key", flat=True))
    ranges = PhaseVariant.objects.filter(phase__experiment__in=experiments).order_by("phase__number")
    for row in ranges.select_related("phase__experiment", "variant"):
        phase = row.phase
        target = found[phase.experiment.key]
        if target is None or target.phase_id != phase.pk:
            stopped_us = to_us(phase.stopped_at) if phase.stopped_at else None
            target = Target(phase.experiment_id, phase.pk, to_us(phase.started_at), stopped_us)
            found[phase.experiment.key] = target
        target.variants[row.variant.key] = row.variant_id
    return found
