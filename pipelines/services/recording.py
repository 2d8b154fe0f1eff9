"""How does what a server told become rows?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from pipelines import rules
from pipelines.clients.readings import CIFault, FaultKind, Outcome, PipelineReading, ProjectReading
from pipelines.models import Job, Pipeline, Repository, RepositoryState
from pipelines.services.branches import explain_unknown, observe_branches, store_states
from pipelines.services.deployments import store_deployments

KEPT = 50  # pipelines of a repository that nobody asked to keep more of
MOST_KEPT = 2000  # where somebody did
PROJECT_FIELDS = ["path", "remote_id", "default_branch", "state", "state_detail", "is_suspect"]
# What is told is taken as it is, with the jobs' order and warnings worked out.
TOLD = [
    "iid",
    "sha",
    "ref",
    "source",
    "status",
    "coverage",
    "duration_s",
    "queued_s",
    "created_at",
    "started_at",
    "finished_at",
    "updated_at",
]
JOB_TOLD = ["name", "stage", "status", "allow_failure", "duration_s", "failure_reason", "failed_tries"]
State = Repository.State


@transaction.atomic
def record_pipelines(outcomes: Mapping[int, Outcome], *, now: datetime) -> None:
    """Store what was read of repositories, by their primary key. Repeating it changes nothing.

    Pipelines go in by the server's order: what is older than the stored row is left out. The
    deployments, the branch states, the timeline and the alerts move in the same transaction.
    """
    repositories = {
        row.pk: row
        for row in Repository.objects.select_for_update(of=("self",))
        .filter(pk__in=outcomes)
        .select_related("project__team", "server", "branch")
        .order_by("pk")
    }
    branches = {pk: row.default_branch for pk, row in repositories.items()}
    for pk, row in repositories.items():
        _apply(row, outcomes[pk])
    Repository.objects.bulk_update(repositories.values(), PROJECT_FIELDS)
    read = [pk for pk in repositories if isinstance(outcomes[pk], ProjectReading)]
    Repository.objects.filter(pk__in=read).update(read_at=now)
    touched = _store_pipelines({pk: outcomes[pk] for pk in read}, now)
    _prune(touched)
    store_deployments(repositories, outcomes, now=now)
    touched |= {pk for pk in read if not hasattr(repositories[pk], "branch")}
    touched |= {pk for pk in read if branches[pk] != repositories[pk].default_branch}
    store_states([repositories[pk] for pk in sorted(touched)], now=now)
    explain_unknown({pk: _reason(row, outcomes[pk]) for pk, row in repositories.items()})
    observe_branches(list(repositories.values()), unread={*repositories} - {*read}, now=now)


def _apply(row: Repository, outcome: Outcome) -> None:
    """Put on `row` what was learnt about the repository itself."""
    if isinstance(outcome, CIFault):
        row.state_detail = outcome.detail[:300]
        row.is_suspect = outcome.kind == FaultKind.BUSY
        if outcome.kind == FaultKind.GONE:
            row.state = State.GONE if row.remote_id else State.NO_ACCESS
        elif outcome.kind == FaultKind.REFUSED:
            row.state = State.NO_ACCESS
        return
    row.remote_id, row.default_branch = outcome.remote_id, outcome.default_branch
    row.state_detail, row.is_suspect = "", False
    row.state = State.ARCHIVED if outcome.is_archived else State.OK if outcome.default_branch else State.EMPTY
    taken = Repository.objects.filter(server=row.server_id, path=outcome.path).exclude(pk=row.pk)
    if outcome.path != row.path and not taken.exists():
        row.path = outcome.path


def _reason(row: Repository, outcome: Outcome) -> str:
    """Return why nothing may be known of the default branch of `row`."""
    if isinstance(outcome, CIFault):
        return row.state_detail
    is_empty = row.state == State.EMPTY
    return "The repository is empty." if is_empty else "No pipeline of its branch has passed or failed yet."


def _store_pipelines(outcomes: Mapping[int, Outcome], now: datetime) -> set[int]:
    """Write the pipelines that are news, and return the repositories they belong to."""
    news = _news(outcomes)
    rows = [pipeline_row(pk, reading, now) for (pk, _), reading in news.items()]
    stored = Pipeline.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["repository", "remote_id"],
        update_fields=[*TOLD, "status_group", "stages", "seen_at", "is_history"],
    )
    _store_jobs([(row.pk, news[row.repository_id, row.remote_id]) for row in stored])
    return {pk for pk, _ in news}


def _news(outcomes: Mapping[int, Outcome]) -> dict[tuple[int, int], PipelineReading]:
    """Return the pipelines, by repository and remote id, that say more than what is stored."""
    told = [
        (pk, reading)
        for pk, outcome in outcomes.items()
        if isinstance(outcome, ProjectReading)
        for reading in outcome.pipelines
    ]
    known = {
        (repository, remote): (updated_at, status)
        for repository, remote, updated_at, status in Pipeline.objects.polled()
        .filter(repository__in=outcomes, remote_id__in=[reading.remote_id for _, reading in told])
        .values_list("repository_id", "remote_id", "updated_at", "status")
    }
    return {
        (pk, reading.remote_id): reading
        for pk, reading in told
        if rules.is_news(known.get((pk, reading.remote_id)), reading.updated_at, reading.status)
    }


def pipeline_row(
    repository: int, reading: PipelineReading, now: datetime, *, is_history: bool = False
) -> Pipeline:
    """Return what was read of a pipeline as a row that is not stored yet."""
    jobs = reading.jobs
    warned = rules.has_warnings(reading.status_group, ((job.status, job.allow_failure) for job in jobs))
    return Pipeline(
        repository_id=repository,
        remote_id=reading.remote_id,
        status_group=rules.WITH_WARNINGS if warned else reading.status_group,
        stages=rules.stage_states((job.stage, job.status, job.allow_failure) for job in jobs),
        seen_at=now,
        is_history=is_history,
        **{name: getattr(reading, name) for name in TOLD},
    )


def _store_jobs(stored: Sequence[tuple[int, PipelineReading]]) -> None:
    """Write the jobs of each pipeline and drop those that were since tried again."""
    rows = [
        Job(
            pipeline_id=pk,
            remote_id=job.remote_id,
            position=position,
            **{name: getattr(job, name) for name in JOB_TOLD},
        )
        for pk, reading in stored
        for position, job in enumerate({job.remote_id: job for job in reading.jobs}.values())
    ]
    kept = {(row.pipeline_id, row.remote_id) for row in rows}
    there = Job.objects.filter(pipeline__in=[pk for pk, _ in stored])
    stale = [
        pk
        for pk, pipeline, remote in there.values_list("pk", "pipeline_id", "remote_id")
        if (pipeline, remote) not in kept
    ]
    Job.objects.filter(pk__in=stale).delete()
    Job.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["pipeline", "remote_id"],
        update_fields=[*JOB_TOLD, "position"],
    )


def _prune(repositories: Iterable[int]) -> None:
    """Keep the newest pipelines of each repository, what was asked for, and what its verdict rests on."""
    rows = Pipeline.objects.filter(repository__in=repositories).numbered().filter(Q(number__gt=KEPT))
    unasked = Q(repository__keep_since=None) | Q(created_at__lt=F("repository__keep_since"))
    old = list(rows.filter(unasked | Q(number__gt=MOST_KEPT)).values_list("pk", flat=True))
    decisive = RepositoryState.objects.filter(pipeline__in=old).values_list("pipeline_id", flat=True)
    Pipeline.objects.filter(pk__in=set(old) - set(decisive)).delete()
