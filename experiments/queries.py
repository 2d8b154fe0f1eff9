"""What do pages and machines need from several tables?"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Min, Prefetch, Q

from courses.models import User
from experiments.models import (
    Experiment,
    ExperimentMetric,
    ExperimentQuerySet,
    Exposure,
    MetricEvent,
    Phase,
    PhaseVariant,
    Result,
    Stream,
    Variant,
)
from experiments.rules.assignment import Flag, compile_choices
from experiments.rules.items import from_us, to_us


def running_by_team(team_ids: Collection[int]) -> dict[int, list[Experiment]]:
    """Return the running experiments of each team that has any, in one query."""
    found: dict[int, list[Experiment]] = defaultdict(list)
    rows = Experiment.objects.running().filter(project__team__in=team_ids).select_related("project")
    for experiment in rows.order_by("name", "pk"):
        found[experiment.project.team_id].append(experiment)
    return dict(found)


def experiment_rows(user: User, *, state: str, text: str) -> ExperimentQuerySet:
    """Return the experiments `user` may see, running ones first, with project and result."""
    rows = Experiment.objects.visible_to(user).with_project().select_related("result")
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(key__icontains=text)
            | Q(project__name__icontains=text)
            | Q(project__team__name__icontains=text)
        )
    return rows.alias(is_running=Q(state=Experiment.State.RUNNING)).order_by(
        F("is_running").desc(), "-created_at", "-pk"
    )


def state_counts(user: User) -> dict[str, int]:
    """Return how many experiments `user` may see, by state."""
    rows = Experiment.objects.visible_to(user).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


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


def waiting_since(experiment: Experiment, result: Result) -> datetime | None:
    """Return when the oldest event arrived that no analysis has counted, or None if all are."""
    stream = Stream.objects.filter(project_id=experiment.project_id).first()
    if stream is None or stream.last_batch <= result.watermark:
        return None
    instants = [
        model._default_manager.filter(project_id=experiment.project_id, batch=result.watermark + 1).aggregate(
            at=Min("received_us")
        )["at"]
        for model in (Exposure, MetricEvent)
    ]
    return from_us(min((us for us in instants if us is not None), default=None))
