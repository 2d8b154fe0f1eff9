"""What happens when results are due? Units are compared, and the snapshot is stored if it changed.

Imported by tasks only: the distributions come with SciPy, which no web process should carry.
"""

from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alerts.rules import Observation
from alerts.services import close_alerts, observe
from experiments.models import Experiment, Phase, Result, Stream
from experiments.rules.items import to_us
from experiments.rules.results import Snapshot
from experiments.rules.verdict import split_is_off
from experiments.services.folding import Span, fold, forget
from experiments.services.snapshots import take_snapshot
from experiments.wording import p_text

# One pass folds at most this many batches, so that the write lock of SQLite is soon free again.
BATCHES_AT_ONCE = 500
# Events of a stopped experiment may arrive this late.
LATE = timedelta(days=7)
FOR_EVER_US = 2**62


def due_results(now: datetime) -> QuerySet[Result]:
    """The results that new events, or the end of their experiment, made out of date."""
    phases = Phase.objects.filter(experiment=OuterRef("experiment"))
    is_recent = Exists(phases.filter(Q(stopped_at=None) | Q(stopped_at__gt=now - LATE)))
    is_behind = Q(watermark__lt=F("experiment__project__stream__last_batch"))
    has_ended = Q(experiment__state=Experiment.State.STOPPED, is_final=False)
    return Result.objects.filter((is_behind & Q(is_recent)) | has_ended)


@transaction.atomic
def analyse(experiment: Experiment, *, now: datetime) -> bool:
    """Count what is new and store what it means. Returns whether more is waiting.

    Safe to repeat and to run in several workers: whoever holds the result's row does the work, the
    others leave. The end of the experiment builds everything anew, up to that instant.
    """
    result = Result.objects.select_for_update(skip_locked=True).filter(experiment=experiment).first()
    if result is None:
        return False
    phase = Phase.objects.filter(experiment=experiment).latest("number")
    newest = result.read().last_event_us
    if phase.stopped_at and not result.is_final:
        forget(phase)
        result.watermark, result.is_final, newest = 0, True, None
    stream = Stream.objects.filter(project_id=experiment.project_id).first()
    last_batch = stream.last_batch if stream else 0
    span = Span(
        phase=phase,
        project_id=experiment.project_id,
        after=result.watermark,
        upto=min(last_batch, result.watermark + BATCHES_AT_ONCE),
        until_us=to_us(phase.stopped_at) if phase.stopped_at else FOR_EVER_US,
    )
    instants = [us for us in (newest, fold(span)) if us is not None]
    snapshot = take_snapshot(experiment, phase, last_event_us=max(instants, default=None))
    _store(result, snapshot, watermark=span.upto, now=now)
    _tell(_observation(experiment, snapshot, now), is_over=phase.stopped_at is not None, now=now)
    return span.upto < last_batch


def _store(result: Result, snapshot: Snapshot, *, watermark: int, now: datetime) -> None:
    """Keep the snapshot if it differs from the one that stands there."""
    fields = ["watermark", "computed_at", "is_final", "is_split_off"]
    result.watermark, result.computed_at = watermark, now
    result.is_split_off = split_is_off(snapshot)
    data = msgspec.to_builtins(snapshot)
    if data != result.snapshot:
        result.snapshot = data
        fields.append("snapshot")
    result.save(update_fields=fields)


def _tell(observation: Observation, *, is_over: bool, now: datetime) -> None:
    if is_over:
        # Nobody reads on, so a split that is off needs nobody's attention any more.
        close_alerts([observation.subject], reason="The experiment was stopped.", now=now)
    else:
        observe([observation], now=now)


def _observation(experiment: Experiment, snapshot: Snapshot, now: datetime) -> Observation:
    p_value = snapshot.sample_ratio_p
    return Observation(
        signal="experiments.sample_ratio",
        subject=f"experiment:{experiment.pk}",
        project_id=experiment.project_id,
        value=p_value,
        at=now,
        title=f"Experiment “{experiment.name}”: the split is off",
        detail="" if p_value is None else f"Sample ratio: {p_text(p_value)}. Do not read its results.",
        path=experiment.get_absolute_url(),
    )
