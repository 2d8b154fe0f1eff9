"""What stands in the plan of an experiment before it starts?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.models import Event, Project, User
from courses.services import record_events, settings_event
from experiments.models import Experiment, ExperimentMetric, Metric, Variant
from experiments.rules.assignment import ranges_of
from experiments.rules.items import KEY_LENGTH

State = Experiment.State


class NotPossibleError(Exception):
    """The experiment is not in a state that allows this. The text says so to the reader."""


class KeyTakenError(Exception):
    """The project has another experiment with this key. The text says so to the reader."""

    def __init__(self, key: str) -> None:
        super().__init__(
            _("This project has an experiment with the key “%(key)s”. Choose another.") % {"key": key}
        )


@dataclass(frozen=True, slots=True)
class VariantPlan:
    """A variant to be. value: what flags answer with, JSON of one type in all variants."""

    key: str
    name: str
    weight: int
    value: Any


@dataclass(frozen=True, slots=True)
class MetricPlan:
    """A metric to be compared. A metric of the project with this name is used as it stands."""

    name: str
    event_name: str
    kind: str
    direction: str
    role: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided before the start. variants: the control first. metrics: exactly one goal."""

    name: str
    key: str
    hypothesis: str
    variants: Sequence[VariantPlan]
    metrics: Sequence[MetricPlan]
    planned_end_at: datetime | None = None
    planned_units: int | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """What of it stands in the experiment itself."""
        names = ("name", "key", "hypothesis", "planned_end_at", "planned_units")
        return {name: getattr(self, name) for name in names}


def metric_key(name: str) -> str:
    """Return what tells metrics of a project apart."""
    return slugify(name, allow_unicode=True)[:KEY_LENGTH]


@transaction.atomic
def create_experiment(project: Project, plan: Plan, *, actor: User | None, now: datetime) -> Experiment:
    """Write down a draft. Raises KeyTakenError if somebody else was first with this key."""
    with _one_of_its_key(plan.key):
        experiment = Experiment.objects.create(
            project=project, **plan.fields, created_at=now, created_by=actor
        )
    _write_plan(experiment, plan)
    return experiment


@transaction.atomic
def edit_experiment(experiment: Experiment, plan: Plan) -> None:
    """Replace the plan of a draft. Raises NotPossibleError once it has been started, or KeyTakenError."""
    with _one_of_its_key(plan.key):
        drafts = Experiment.objects.filter(pk=experiment.pk, state=State.DRAFT)
        changed = drafts.update(**plan.fields, version=F("version") + 1)
    if not changed:
        raise NotPossibleError(_("The plan is fixed once the experiment has been started."))
    experiment.variants.all().delete()
    experiment.metrics.all().delete()
    # A metric that only this draft used may be defined anew.
    Metric.objects.filter(project_id=experiment.project_id, uses=None).delete()
    _write_plan(experiment, plan)


@transaction.atomic
def delete_draft(experiment: Experiment, *, actor: User | None, now: datetime) -> None:
    """Delete a draft with its plan. Raises NotPossibleError once it has been started."""
    drafts = Experiment.objects.select_for_update().filter(pk=experiment.pk, state=State.DRAFT)
    if not drafts:
        raise NotPossibleError(_("Only a draft can be deleted, and this one was started before."))
    Experiment.objects.filter(pk=experiment.pk).delete()
    Metric.objects.filter(project_id=experiment.project_id, uses=None).delete()
    title = f"Draft of the experiment “{experiment.name}” deleted"
    kind = Event.Kind.EXPERIMENT
    record_events([settings_event(experiment.project, title=title, actor=actor, now=now, kind=kind)])


@contextmanager
def _one_of_its_key(key: str) -> Iterator[None]:
    """Write an experiment with `key`. Raises KeyTakenError if the project has another."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise KeyTakenError(key) from None


def _write_plan(experiment: Experiment, plan: Plan) -> None:
    ranges_of([variant.weight for variant in plan.variants])
    Variant.objects.bulk_create(
        Variant(
            experiment=experiment,
            key=variant.key,
            name=variant.name,
            weight=variant.weight,
            value=variant.value,
            position=position,
        )
        for position, variant in enumerate(plan.variants)
    )
    for position, wanted in enumerate(plan.metrics):
        metric = _metric_of(experiment.project_id, wanted)
        ExperimentMetric.objects.create(
            experiment=experiment, metric=metric, role=wanted.role, position=position
        )


def _metric_of(project_id: int, wanted: MetricPlan) -> Metric:
    """Return the project's metric of this name, made if there is none."""
    metric, _created = Metric.objects.get_or_create(
        project_id=project_id,
        key=metric_key(wanted.name),
        defaults={
            "name": wanted.name,
            "event_name": wanted.event_name,
            "kind": wanted.kind,
            "direction": wanted.direction,
        },
    )
    return metric
