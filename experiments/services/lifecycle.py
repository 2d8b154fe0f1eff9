"""What happens to an experiment when it starts and when it ends?"""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from courses.models import Event, User
from courses.services import record_events
from experiments.models import Experiment, Phase, PhaseVariant, Result
from experiments.rules.assignment import ranges_of
from experiments.services.planning import NotPossibleError

State = Experiment.State


@transaction.atomic
def start_experiment(experiment: Experiment, *, actor: User | None, now: datetime) -> Phase:
    """Fix the plan and begin to assign units.

    Raises NotPossibleError unless it is a draft whose planned end is still to come.
    """
    if experiment.planned_end_at and experiment.planned_end_at <= now:
        raise NotPossibleError(_("The planned end has passed. Edit the plan and choose a later one."))
    changed = Experiment.objects.filter(pk=experiment.pk, state=State.DRAFT).update(
        state=State.RUNNING, version=F("version") + 1
    )
    if not changed:
        raise NotPossibleError(_("Only a draft can be started, and this one was started before."))
    phase = Phase.objects.create(experiment=experiment, number=1, started_at=now)
    variants = list(experiment.variants.order_by("position"))
    ranges = ranges_of([variant.weight for variant in variants])
    PhaseVariant.objects.bulk_create(
        PhaseVariant(phase=phase, variant=variant, start=start, end=end)
        for variant, (start, end) in zip(variants, ranges, strict=True)
    )
    Result.objects.create(experiment=experiment)
    _record(experiment, phase, "started", actor, now)
    return phase


@transaction.atomic
def stop_experiment(experiment: Experiment, *, actor: User | None, now: datetime) -> None:
    """End the assignment: all units get the control from now on.

    Raises NotPossibleError unless it runs.
    """
    changed = Experiment.objects.filter(pk=experiment.pk, state=State.RUNNING).update(
        state=State.STOPPED, stopped_at=now, version=F("version") + 1
    )
    if not changed:
        raise NotPossibleError(_("Only a running experiment can be stopped."))
    phase = experiment.phases.get(stopped_at=None)
    phase.stopped_at = now
    phase.save(update_fields=["stopped_at"])
    _record(experiment, phase, "stopped", actor, now)


def _record(experiment: Experiment, phase: Phase, what: str, actor: User | None, now: datetime) -> None:
    project = experiment.project
    event = Event(
        course=project.team.course,
        team=project.team,
        project=project,
        at=now,
        kind=Event.Kind.EXPERIMENT,
        title=f"Experiment “{experiment.name}” {what}",
        url=experiment.get_absolute_url(),
        actor=actor,
        dedupe_key=f"experiment:{experiment.pk}:{phase.number}:{what}",
    )
    record_events([event])
