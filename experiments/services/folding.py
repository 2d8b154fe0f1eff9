"""What happens to new events? They are folded into units, and units into what each did.

Only units that a new row touches are computed again, and each from all its raw rows, so late,
repeated and reordered events come out as if they had arrived in order. The SQL is the part of
the standard that SQLite and PostgreSQL share. Units go in by name, some hundred at once: a join
with the new rows is planned from statistics that know nothing of new rows, and PostgreSQL then
compares every row with every other.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Q, QuerySet

from experiments.models import ExperimentMetric, Exposure, MetricEvent, Phase

UNITS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """Batches `after` < number ≤ `upto` of the project's stream, and the last instant that counts."""

    phase: Phase
    project_id: int
    after: int
    upto: int
    until_us: int


FOLD_UNITS = """
INSERT INTO experiments_unit (phase_id, unit_id, variant_id, first_exposure_us, variants_seen)
SELECT phase_id, unit_id, MIN(variant_id), MIN(occurred_us), COUNT(DISTINCT variant_id)
FROM experiments_exposure
WHERE phase_id = %s AND batch <= %s AND occurred_us <= %s AND unit_id IN ({units})
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
FROM experiments_metricevent event
JOIN experiments_unit unit ON unit.phase_id = %s AND unit.unit_id = event.unit_id
JOIN experiments_experimentmetric part ON part.experiment_id = %s
JOIN experiments_metric metric ON metric.id = part.metric_id AND metric.event_name = event.name
WHERE event.project_id = %s AND event.batch <= %s AND event.occurred_us <= %s
  AND event.occurred_us >= unit.first_exposure_us
  AND event.unit_id IN ({units}) AND unit.unit_id IN ({units})
GROUP BY unit.id, metric.id
ON CONFLICT (unit_id, metric_id) DO UPDATE SET total = excluded.total
"""

FORGET_METRICS = """
DELETE FROM experiments_unitmetric
WHERE unit_id IN (SELECT id FROM experiments_unit WHERE phase_id = %s)
"""
FORGET_UNITS = "DELETE FROM experiments_unit WHERE phase_id = %s"


def fold(span: Span) -> int | None:
    """Bring the units of a phase up to the end of `span`. Safe to repeat. Call it in a transaction.

    Returns when the newest of the new events happened, None if none concerns the experiment.
    """
    new = _new_rows(span)
    touched = sorted({unit for rows in new for unit in rows.values_list("unit_id", flat=True).distinct()})
    phase, experiment = span.phase.pk, span.phase.experiment_id
    with connection.cursor() as cursor:
        for start in range(0, len(touched), UNITS_AT_ONCE):
            units = touched[start : start + UNITS_AT_ONCE]
            marks = ", ".join(["%s"] * len(units))
            cursor.execute(FOLD_UNITS.replace("{units}", marks), [phase, span.upto, span.until_us, *units])
            cursor.execute(
                FOLD_METRICS.replace("{units}", marks),
                [phase, experiment, span.project_id, span.upto, span.until_us, *units, *units],
            )
    newest = (rows.aggregate(at=Max("occurred_us"))["at"] for rows in new)
    return max((us for us in newest if us is not None), default=None)


def _new_rows(span: Span) -> tuple[QuerySet[Exposure], QuerySet[MetricEvent]]:
    """Return the rows of `span` that concern the experiment."""
    names = ExperimentMetric.objects.filter(experiment=span.phase.experiment_id).values("metric__event_name")
    new = Q(
        project_id=span.project_id,
        batch__gt=span.after,
        batch__lte=span.upto,
        occurred_us__lte=span.until_us,
    )
    return Exposure.objects.filter(new, phase=span.phase), MetricEvent.objects.filter(new, name__in=names)


def forget(phase: Phase) -> None:
    """Drop what was folded of a phase, to fold it anew from the first batch."""
    with connection.cursor() as cursor:
        for statement in (FORGET_METRICS, FORGET_UNITS):
            cursor.execute(statement, [phase.pk])
