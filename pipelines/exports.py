"""Which columns do the board and the pipelines of a repository have as files?"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.exports import Columns, csv_response
from pipelines.models import Pipeline, Repository


def _branch(name: str) -> Any:
    return lambda row: getattr(getattr(row, "branch", None), name, None)


BOARD: Columns = [
    (_("Team"), lambda row: row.project.team),
    (_("Project"), lambda row: row.project),
    (_("Repository"), lambda row: row.path),
    (_("Branch"), lambda row: row.default_branch),
    (_("State"), lambda row: row.shown_state),
    (_("Running"), _branch("is_running")),
    (_("Details"), _branch("detail")),
    (_("Since (UTC)"), _branch("since")),
    (_("Red since (UTC)"), _branch("red_since")),
    (_("Last read (UTC)"), lambda row: row.read_at),
]
PIPELINES: Columns = [
    (_("Number"), lambda row: row.remote_id),
    (_("Branch or tag"), lambda row: row.ref),
    (_("Commit"), lambda row: row.sha),
    (_("Started by"), lambda row: row.source),
    (_("Status"), lambda row: row.status),
    (_("Created (UTC)"), lambda row: row.created_at),
    (_("Started (UTC)"), lambda row: row.started_at),
    (_("Finished (UTC)"), lambda row: row.finished_at),
    (_("Waited (s)"), lambda row: row.queued_s),
    (_("Took (s)"), lambda row: row.duration_s),
    (_("Coverage (%)"), lambda row: row.coverage),
]


def board_csv(rows: QuerySet[Repository]) -> HttpResponse:
    return csv_response("pipelines", BOARD, rows)


def pipelines_csv(repository: Repository, rows: QuerySet[Pipeline]) -> HttpResponse:
    return csv_response(f"{repository.path}-pipelines", PIPELINES, rows)
