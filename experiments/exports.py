"""Which columns has the list of experiments as a file?"""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.exports import Columns, csv_response
from experiments.models import ExperimentQuerySet

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
