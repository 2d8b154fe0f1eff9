"""What does a results page show beside the snapshot: who did what, what waits?"""

from datetime import datetime

from django.db.models import Min

from courses.models import Event
from experiments.models import Experiment, Exposure, MetricEvent, Result, Stream
from experiments.rules.items import from_us


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


def history(experiment: Experiment) -> dict[str, Event]:
    """Return the timeline's entries of the start and the end, by `started` and `stopped`."""
    wanted = {
        f"experiment:{experiment.pk}:{phase.number}:{what}": what
        for phase in experiment.phases.all()
        for what in ("started", "stopped")
    }
    if not wanted:
        return {}
    rows = Event.objects.filter(dedupe_key__in=wanted).select_related("actor")
    return {wanted[row.dedupe_key or ""]: row for row in rows}
