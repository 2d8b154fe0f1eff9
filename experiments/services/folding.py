"""What happens to new events? They are folded into units, and units into what each did.

Only units that a new row touches are computed again, and each from all its raw rows, so late,
repeated and reordered events come out as if they had arrived in order. The SQL is the part of
the standard that SQLite and PostgreSQL share.
"""

from dataclasses import asdict, dataclass

from django.db import connection
from django.db.models import Max

from experiments.models import ExperimentMetric, Exposure, MetricEvent


@dataclass(frozen=True, slots=True)
class Span:
    """Batches `after` < number ≤ `upto` of a project's stream, and the last instant that counts."""

    project: int
    experiment: int
    phase: int
    after: int
    upto: int
    until_us: int


FOLD_UNITS = """
INSERT INTO experiments_unit (phase_id, unit_id, variant_id, first_exposure_us, variants_seen)
SELECT phase_id, unit_id, MIN(variant_id), MIN(occurred_us), COUNT(DISTINCT variant_id)
FROM experiments_exposure
WHERE phase_id = %(phase)s AND batch <= %(upto)s AND occurred_us <= %(until_us)s
  AND unit_id IN (
    SELECT unit_id FROM experiments_exposure
    WHERE phase_id = %(phase)s AND batch > %(after)s AND batch <= %(upto)s)
GROUP BY phase_id, unit_id
ON CONFLICT (phase_id, unit_id) DO UPDATE SET
  variant_id = excluded.variant_id,
  first_exposure_us = excluded.first_exposure_us,
  variants_seen = excluded.variants_seen
"""

# The first exposure and an event at the same microsecond belong together: that event counts.
FOLD_METRICS = """
INSERT INTO experiments_unitmetric (unit_id, metric_id, total)
SELECT unit.id, metric.id, SUM(event.value)
FROM experiments_unit unit
JOIN experiments_experimentmetric part ON part.experiment_id = %(experiment)s
JOIN experiments_metric metric ON metric.id = part.metric_id
JOIN experiments_metricevent event
  ON event.project_id = %(project)s AND event.unit_id = unit.unit_id AND event.name = metric.event_name
  AND event.occurred_us >= unit.first_exposure_us AND event.occurred_us <= %(until_us)s
  AND event.batch <= %(upto)s
WHERE unit.phase_id = %(phase)s AND unit.unit_id IN (
    SELECT unit_id FROM experiments_exposure
    WHERE phase_id = %(phase)s AND batch > %(after)s AND batch <= %(upto)s
    UNION SELECT unit_id FROM experiments_metricevent
    WHERE project_id = %(project)s AND batch > %(after)s AND batch <= %(upto)s)
GROUP BY unit.id, metric.id
ON CONFLICT (unit_id, metric_id) DO UPDATE SET total = excluded.total
"""

FORGET_METRICS = """
DELETE FROM experiments_unitmetric
WHERE unit_id IN (SELECT id FROM experiments_unit WHERE phase_id = %(phase)s)
"""
FORGET_UNITS = "DELETE FROM experiments_unit WHERE phase_id = %(phase)s"


def fold(span: Span) -> None:
    """Bring the units of a phase up to the end of `span`. Safe to repeat. Call it in a transaction."""
    with connection.cursor() as cursor:
        for statement in (FOLD_UNITS, FOLD_METRICS):
            cursor.execute(statement, asdict(span))


def forget(phase_id: int) -> None:
    """Drop what was folded of a phase, to fold it anew from the first batch."""
    with connection.cursor() as cursor:
        for statement in (FORGET_METRICS, FORGET_UNITS):
            cursor.execute(statement, {"phase": phase_id})


def newest_event_us(span: Span) -> int | None:
    """Return when the newest event of `span` that concerns the experiment happened."""
    here = {"batch__gt": span.after, "batch__lte": span.upto, "occurred_us__lte": span.until_us}
    exposures = Exposure.objects.filter(phase_id=span.phase, **here)
    events = MetricEvent.objects.filter(project_id=span.project, **here)
    names = ExperimentMetric.objects.filter(experiment_id=span.experiment).values("metric__event_name")
    newest = [
        rows.aggregate(at=Max("occurred_us"))["at"] for rows in (exposures, events.filter(name__in=names))
    ]
    return max((us for us in newest if us is not None), default=None)
