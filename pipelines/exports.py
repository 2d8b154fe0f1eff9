"""Which columns do the board, the pipelines of a repository, their jobs and the servers have as files?"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.exports import Columns, csv_response
from courses.models import User
from pipelines.models import Pipeline, Repository
from pipelines.queries import server_rows


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

JOBS: Columns = [
    (_("Number"), lambda job: job.remote_id),
    (_("Job"), lambda job: job.name),
    (_("Stage"), lambda job: job.stage),
    (_("Status"), lambda job: job.status),
    (_("May fail"), lambda job: job.allow_failure),
    (_("Took (s)"), lambda job: job.duration_s),
    (_("Reason"), lambda job: job.failure_reason),
]
# Never the token itself: whether there is one, what it may, and how long.
SERVERS: Columns = [
    (_("Server"), lambda row: row.server.name),
    (_("Course"), lambda row: row.server.course),
    (_("Address"), lambda row: row.server.base_url),
    (_("State"), lambda row: row.words),
    (_("Last error"), lambda row: row.server.last_error),
    (_("Repositories"), lambda row: row.repositories),
    (_("Last read (UTC)"), lambda row: row.server.last_polled_at),
    (_("Next poll (UTC)"), lambda row: row.server.due_at),
    (_("Token stored"), lambda row: bool(row.server.token)),
    (_("Token may"), lambda row: row.server.token_scopes),
    (_("Token until"), lambda row: row.server.token_expires_on),
]


def board_csv(rows: QuerySet[Repository]) -> HttpResponse:
    return csv_response("pipelines", BOARD, rows)


def pipelines_csv(repository: Repository, rows: QuerySet[Pipeline]) -> HttpResponse:
    return csv_response(f"{repository.path}-pipelines", PIPELINES, rows)


def jobs_csv(pipeline: Pipeline) -> HttpResponse:
    return csv_response(f"{pipeline.repository.path}-{pipeline}-jobs", JOBS, pipeline.jobs.all())


def servers_csv(user: User, *, now: datetime) -> HttpResponse:
    return csv_response("ci-servers", SERVERS, server_rows(user, now=now))
