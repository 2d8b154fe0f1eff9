"""What happens to old measurements? Raw ones go after a week, longer steps stay longer."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from health.models import CheckResult, EnvironmentRollup, EnvironmentSample, HostRollup, HostSample

RAW_FOR = timedelta(days=7)
ROLLUPS_FOR = {5: timedelta(days=30), 60: timedelta(days=400)}  # days are kept for good
RESULTS_KEPT = 50
CHUNK = 5_000
CHUNKS = 100  # in one run; what is left waits for the next


def drop_old_samples(*, now: datetime) -> int:
    """Delete what is older than it is kept for, in short transactions; return how many rows."""
    dropped = 0
    for samples in (EnvironmentSample.objects.all(), HostSample.objects.all()):
        dropped += _drop_before(samples, now - RAW_FOR)
    for step, kept_for in ROLLUPS_FOR.items():
        dropped += _drop_before(EnvironmentRollup.objects.filter(step_minutes=step), now - kept_for)
        dropped += _drop_before(HostRollup.objects.filter(step_minutes=step), now - kept_for)
    return dropped + _drop_long_logs()


def _drop_before(rows: QuerySet[Any], cutoff: datetime) -> int:
    dropped = 0
    for _ in range(CHUNKS):
        oldest = rows.filter(at__lt=cutoff).order_by("at").values_list("at", flat=True)
        if (first := oldest.first()) is None:
            break
        # All rows of an instant go together, so that a chunk never stops short of one.
        last = next(iter(oldest[CHUNK - 1 : CHUNK]), cutoff)
        dropped += rows.filter(at__gte=first, at__lte=last, at__lt=cutoff).delete()[0]
    return dropped


def _drop_long_logs() -> int:
    place = Window(RowNumber(), partition_by=F("environment_id"), order_by=F("at").desc())
    surplus = CheckResult.objects.annotate(place=place).filter(place__gt=RESULTS_KEPT)
    dropped = 0
    for _ in range(CHUNKS):
        ids = list(surplus.values_list("pk", flat=True)[:CHUNK])
        dropped += CheckResult.objects.filter(pk__in=ids).delete()[0] if ids else 0
        if len(ids) < CHUNK:
            break
    return dropped
