"""What of this app goes into a course's archive?"""

from collections.abc import Iterator, Sequence
from typing import Any

from courses.services.archive import ArchiveTable
from experiments.models import Experiment, Result

RESULT = (
    "team", "project", "experiment", "metric", "role", "kind", "variant", "units", "units with the event",
    "mean", "difference", "low", "high", "confidence", "p-value",
)  # fmt: skip


def _result_lines(fields: Sequence[Any]) -> Iterator[list[Any]]:
    """Give one line for each metric and variant of a result; the control has no difference."""
    *place, snapshot = fields
    told = Result(snapshot=snapshot).read()
    for metric in told.metrics:
        against = {row.key: row for row in metric.comparisons}
        for arm, figures in zip(told.arms, metric.arms, strict=True):
            row = against.get(arm.key)
            compared = (
                [row.difference, row.low, row.high, told.confidence, row.p_value] if row else [None] * 5
            )
            what = [metric.key, metric.role, metric.kind, arm.key]
            yield [*place, *what, figures.units, figures.converted, figures.mean, *compared]


TABLES = (
    ArchiveTable(
        "experiments",
        lambda course: Experiment.objects.filter(project__team__course=course),
        {
            "team": "project__team__name",
            "project": "project__name",
            "experiment": "key",
            "name": "name",
            "hypothesis": "hypothesis",
            "planned end": "planned_end_at",
            "planned units": "planned_units",
            "state": "state",
            "created": "created_at",
        },
    ),
    ArchiveTable(
        "experiment-results",
        lambda course: Result.objects.filter(experiment__project__team__course=course),
        {
            "team": "experiment__project__team__name",
            "project": "experiment__project__name",
            "experiment": "experiment__key",
            "snapshot": "snapshot",
        },
        spread=_result_lines,
        headings=RESULT,
    ),
)
