"""How do pipelines of the past become rows, beside those that polls read?"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from pipelines import rules
from pipelines.clients.readings import PipelineReading
from pipelines.models import Pipeline, Repository
from pipelines.services.recording import TOLD, pipeline_row


@transaction.atomic
def store_history(repository: Repository, readings: Sequence[PipelineReading], *, now: datetime) -> int:
    """Write pipelines of the past and return how many were not known. Repeating it changes nothing.

    What a poll has read says more, and stays. Branch states, timeline and alerts do not move: none
    of this is news. Nothing is written when the project has another repository by now.
    """
    same = Repository.objects.filter(
        pk=repository.pk, server=repository.server_id, bound_path=repository.bound_path
    )
    if same.select_for_update().first() is None:
        return 0
    there = repository.pipelines.filter(remote_id__in=[reading.remote_id for reading in readings])
    known = {row.remote_id: row for row in there.defer("stages")}
    rows = [
        pipeline_row(repository.pk, reading, now, is_history=True)
        for reading in {reading.remote_id: reading for reading in readings}.values()
        if _is_news(known.get(reading.remote_id), reading)
    ]
    Pipeline.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["repository", "remote_id"],
        update_fields=[*TOLD, "status_group", "seen_at"],
    )
    return len([row for row in rows if row.remote_id not in known])


def _is_news(known: Pipeline | None, reading: PipelineReading) -> bool:
    if known is None:
        return True
    stored = (known.updated_at, known.status)
    return known.is_history and rules.is_news(stored, reading.updated_at, reading.status)
