"""Which columns have the list of experiments and the figures of one as files?"""

from collections.abc import Iterator

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.exports import Columns, csv_response
from experiments.models import Experiment, ExperimentQuerySet
from experiments.rules.results import ArmMetric, Comparison, MetricResult
from experiments.rules.verdict import split_is_off

# A metric, a variant with its figures, and how it compares; None for the control and where data lack.
Figure = tuple[MetricResult, str, ArmMetric, Comparison | None]

EXPERIMENTS: Columns = [
    (_("Experiment"), lambda row: row.name),
    (_("Key"), lambda row: row.key),
    (_("Team"), lambda row: row.project.team),
    (_("Project"), lambda row: row.project),
    (_("State"), lambda row: row.state),
    (_("Hypothesis"), lambda row: row.hypothesis),
    (_("Created (UTC)"), lambda row: row.created_at),
    (_("Computed (UTC)"), lambda row: getattr(getattr(row, "result", None), "computed_at", None)),
]


def experiments_csv(rows: ExperimentQuerySet) -> HttpResponse:
    return csv_response("experiments", EXPERIMENTS, rows)


def figures_csv(experiment: Experiment) -> HttpResponse:
    """Return the figures of the results page in full digits: none where it shows none.

    Before the planned end there are no p-values, as on the page.
    """
    is_early = experiment.state == Experiment.State.RUNNING and experiment.horizon.is_open
    columns: Columns = [
        (_("Metric"), lambda row: row[0].name),
        (_("Role"), lambda row: row[0].role),
        (_("Kind"), lambda row: row[0].kind),
        (_("Variant"), lambda row: row[1]),
        (_("Units"), lambda row: row[2].units),
        (_("Converted"), lambda row: row[2].converted),
        (_("Mean"), lambda row: row[2].mean),
        (_("Difference"), lambda row: row[3] and row[3].difference),
        (_("From"), lambda row: row[3] and row[3].low),
        (_("To"), lambda row: row[3] and row[3].high),
        (_("Relative"), lambda row: row[3] and row[3].relative),
        (_("p-value"), lambda row: row[3] and (None if is_early else row[3].p_value)),
        (_("Confidence"), lambda row: row[3] and experiment.snapshot.confidence),
    ]
    return csv_response(f"{experiment.key}-figures", columns, _figures(experiment))


def _figures(experiment: Experiment) -> Iterator[Figure]:
    snapshot = experiment.snapshot
    if not snapshot.units or split_is_off(snapshot):
        return
    for metric in snapshot.metrics:
        compared = {row.key: row for row in metric.comparisons}
        for arm, figures in zip(snapshot.arms, metric.arms, strict=True):
            yield metric, arm.name, figures, compared.get(arm.key)
