"""What happens to what machines report? It is checked against the plan and stored once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from django.db import transaction

from experiments.models import Exposure, MetricEvent, Stream
from experiments.queries import Target, ingest_targets
from experiments.rules.items import EventItem, ExposureItem, RefusedItemError, to_us

# How much a sender's clock may lag behind the start.
START_TOLERANCE_US = 300_000_000


class Rejection(msgspec.Struct):
    """Why one item was not stored. index: its place in `list`, from 0. field: what to mend."""

    index: int
    list: str
    event_id: str
    field: str
    detail: str


@dataclass(slots=True)
class Tally:
    """What became of a batch."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What the rows of one call have in common."""

    project_id: int
    number: int
    now_us: int

    def occurred_us(self, at: datetime | None) -> int:
        """Return when it happened; nothing happens after it arrived."""
        return self.now_us if at is None else min(to_us(at), self.now_us)


@transaction.atomic
def ingest(
    project_id: int, *, exposures: Sequence[ExposureItem], events: Sequence[EventItem], now: datetime
) -> Tally:
    """Store what is new of a batch of checked items (`rules.items.decode_item`).

    Safe to repeat: an `event_id` that the project has already is a duplicate and changes nothing.
    Batches of one project take turns from here to the commit, so their numbers become visible in
    order and the analysis misses none.
    """
    stream, _ = Stream.objects.select_for_update().get_or_create(project_id=project_id)
    batch = _Batch(project_id, stream.last_batch + 1, to_us(now))
    tally = Tally()
    targets = ingest_targets(project_id, {item.experiment for item in exposures})
    rows = []
    for index, item in enumerate(exposures):
        try:
            rows.append(_exposure(item, batch, targets))
        except RefusedItemError as refusal:
            tally.rejected.append(Rejection(index, "exposures", item.event_id, refusal.field, refusal.detail))
    Exposure.objects.bulk_create(rows, ignore_conflicts=True)
    MetricEvent.objects.bulk_create([_event(item, batch) for item in events], ignore_conflicts=True)
    here = {"project_id": project_id, "batch": batch.number}
    tally.accepted = Exposure.objects.filter(**here).count() + MetricEvent.objects.filter(**here).count()
    tally.duplicates = len(rows) + len(events) - tally.accepted
    if tally.accepted:
        Stream.objects.filter(pk=stream.pk).update(last_batch=batch.number)
    return tally


def _target_of(item: ExposureItem, targets: Mapping[str, Target | None]) -> Target:
    """Return the started experiment of an exposure; raise RefusedItemError if the plan knows none."""
    if item.experiment not in targets:
        detail = f"This project has no experiment '{item.experiment}'. Use the key shown on its page."
        raise RefusedItemError("experiment", detail)
    target = targets[item.experiment]
    if target is None:
        raise RefusedItemError("experiment", f"'{item.experiment}' has not been started. Start it first.")
    if item.variant not in target.variants:
        names = ", ".join(target.variants)
        detail = f"'{item.experiment}' has no variant '{item.variant}'. Use one of: {names}."
        raise RefusedItemError("variant", detail)
    return target


def _exposure(item: ExposureItem, batch: _Batch, targets: Mapping[str, Target | None]) -> Exposure:
    """Return the row of an exposure; raise RefusedItemError if it fits no variant, or no time of one."""
    target, occurred_us = _target_of(item, targets), batch.occurred_us(item.at)
    if occurred_us < target.started_us - START_TOLERANCE_US:
        detail = "This is before the experiment was started. Report only what was assigned since."
        raise RefusedItemError("at", detail)
    if target.stopped_us is not None and occurred_us > target.stopped_us:
        detail = "This is after the experiment was stopped. Stop reporting; everyone gets the control now."
        raise RefusedItemError("at", detail)
    return Exposure(
        project_id=batch.project_id,
        batch=batch.number,
        event_id=item.event_id,
        unit_id=item.unit,
        experiment_id=target.experiment_id,
        phase_id=target.phase_id,
        variant_id=target.variants[item.variant],
        occurred_us=occurred_us,
        received_us=batch.now_us,
    )


def _event(item: EventItem, batch: _Batch) -> MetricEvent:
    return MetricEvent(
        project_id=batch.project_id,
        batch=batch.number,
        event_id=item.event_id,
        unit_id=item.unit,
        name=item.name,
        value=item.value,
        occurred_us=batch.occurred_us(item.at),
        received_us=batch.now_us,
    )
