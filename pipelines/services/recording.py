"""How does what a server told become rows, the state of a branch, events and observations?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from alerts import services as alerts
from alerts.rules import Observation
from courses.models import Event
from courses.services import record_events
from pipelines import rules
from pipelines.clients.readings import CIFault, FaultKind, Outcome, PipelineReading, ProjectReading
from pipelines.models import Job, Pipeline, Repository, RepositoryState
from pipelines.services.binding import subject_of

KEPT = 50  # pipelines of a repository
SIGNAL = "pipelines.default_branch.red"
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
JOB_TOLD = ["name", "stage", "status", "allow_failure", "duration_s", "failure_reason"]
State = Repository.State


@transaction.atomic
def record_pipelines(outcomes: Mapping[int, Outcome], *, now: datetime) -> None:
    """Store what was read of repositories, by their primary key. Repeating it changes nothing.

    Pipelines go in by the server's order: what is older than the stored row is left out. The
    branch states, the timeline and the alerts move in the same transaction.
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
    touched |= {pk for pk in read if not hasattr(repositories[pk], "branch")}
    touched |= {pk for pk in read if branches[pk] != repositories[pk].default_branch}
    _store_states([repositories[pk] for pk in sorted(touched)], now)
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


def _store_pipelines(outcomes: Mapping[int, Outcome], now: datetime) -> set[int]:
    """Write the pipelines that are news, and return the repositories they belong to."""
    told = [
        (pk, reading)
        for pk, outcome in outcomes.items()
        if isinstance(outcome, ProjectReading)
        for reading in outcome.pipelines
    ]
    known = {
        (repository, remote): (updated_at, status)
        for repository, remote, updated_at, status in Pipeline.objects.filter(
            repository__in=outcomes, remote_id__in=[reading.remote_id for _, reading in told]
        ).values_list("repository_id", "remote_id", "updated_at", "status")
    }
    news = {
        (pk, reading.remote_id): reading
        for pk, reading in told
        if rules.is_news(known.get((pk, reading.remote_id)), reading.updated_at, reading.status)
    }
    rows = [_pipeline_row(pk, reading, now) for (pk, _), reading in news.items()]
    stored = Pipeline.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["repository", "remote_id"],
        update_fields=[*TOLD, "status_group", "stages", "seen_at"],
    )
    _store_jobs([(row.pk, news[row.repository_id, row.remote_id]) for row in stored])
    return {pk for pk, _ in news}


def _pipeline_row(repository: int, reading: PipelineReading, now: datetime) -> Pipeline:
    jobs = reading.jobs
    warned = rules.has_warnings(reading.status_group, ((job.status, job.allow_failure) for job in jobs))
    return Pipeline(
        repository_id=repository,
        remote_id=reading.remote_id,
        status_group=rules.WITH_WARNINGS if warned else reading.status_group,
        stages=rules.stage_states((job.stage, job.status, job.allow_failure) for job in jobs),
        seen_at=now,
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
    """Keep the newest pipelines of each repository, and the one its verdict rests on."""
    newest_first = Window(RowNumber(), partition_by=F("repository"), order_by=F("remote_id").desc())
    rows = Pipeline.objects.filter(repository__in=repositories).annotate(number=newest_first)
    old = list(rows.filter(number__gt=KEPT).values_list("pk", flat=True))
    decisive = RepositoryState.objects.filter(pipeline__in=old).values_list("pipeline_id", flat=True)
    Pipeline.objects.filter(pk__in=set(old) - set(decisive)).delete()


def _store_states(repositories: Sequence[Repository], now: datetime) -> None:
    """Work out the branch states anew and note on the timeline what turned red or green."""
    rows = Pipeline.objects.filter(repository__in=[row.pk for row in repositories]).order_by("-remote_id")
    by_repository: dict[int, list[Pipeline]] = {}
    for pipeline in rows:
        by_repository.setdefault(pipeline.repository_id, []).append(pipeline)
    states, events = [], []
    for repository in repositories:
        before = getattr(repository, "branch", None)
        state = _state_of(repository, before, by_repository.get(repository.pk, []), now)
        events += _turned(repository, before, state)
        repository.branch = state
        states.append(state)
    fields = ["status", "detail", "since", "red_since", "is_running", "pipeline", "latest", "recent"]
    RepositoryState.objects.bulk_create(
        states,
        update_conflicts=True,
        unique_fields=["repository"],
        update_fields=[*fields, "updated_at"],
    )
    record_events(events)


def _state_of(
    repository: Repository, before: RepositoryState | None, pipelines: Sequence[Pipeline], now: datetime
) -> RepositoryState:
    by_pk = {
        row.pk: row
        for row in pipelines
        if rules.is_of_branch(ref=row.ref, source=row.source, branch=repository.default_branch)
    }
    state = rules.branch_state(
        [
            rules.Past(row.pk, row.iid, row.status, row.has_warnings, row.finished_at or row.updated_at)
            for row in by_pk.values()
        ],
        known_since=before.since if before else None,
        known_red=before.is_red if before else False,
    )
    decisive = by_pk.get(state.decided_by or 0)
    return RepositoryState(
        repository=repository,
        status=state.status,
        detail=_detail(decisive) if decisive and state.is_red else "",
        since=state.since,
        red_since=state.since if state.is_red else None,
        is_running=state.is_running,
        pipeline=decisive,
        latest=by_pk.get(state.latest or 0),
        recent=state.recent,
        updated_at=now,
    )


def _detail(pipeline: Pipeline) -> str:
    """Return what made `pipeline` fail, in one line."""
    if pipeline.is_invalid:
        return f"Pipeline {pipeline} ran no job: its definition is not valid."
    failed = Job.objects.filter(pipeline=pipeline, status=rules.RED, allow_failure=False)
    names = ", ".join(f"“{job.name[:60]}”" for job in failed[:3])
    return f"Pipeline {pipeline} failed in {names or 'a job'}."[:300]


def _turned(repository: Repository, before: RepositoryState | None, state: RepositoryState) -> list[Event]:
    """Return the timeline's entry when the branch changed colour, or was red when first seen."""
    was_known = before is not None and before.status != rules.UNKNOWN
    is_turn = was_known and before is not None and before.is_red != state.is_red
    if state.status == rules.UNKNOWN or not (is_turn or (not was_known and state.is_red)):
        return []
    colour = "red" if state.is_red else "green"
    at, project = state.since or state.updated_at, repository.project
    return [
        Event(
            course_id=project.team.course_id,
            team_id=project.team_id,
            project_id=project.pk,
            at=at,
            recorded_at=state.updated_at,
            kind=Event.Kind.PIPELINE,
            tone=Event.Tone.BAD if state.is_red else Event.Tone.GOOD,
            title=f"{project.name}: {repository.default_branch[:60]} turned {colour}"[:200],
            detail=state.detail,
            url=reverse("pipelines:pipeline_detail", args=[state.pipeline_id]),
            dedupe_key=f"pipeline:{repository.pk}:{state.pipeline_id}:{colour}:{at.timestamp():.0f}",
        )
    ]


def observe_branches(repositories: Sequence[Repository], *, unread: set[int], now: datetime) -> None:
    """Tell the alerts how each default branch is; None for those in `unread`."""
    alerts.observe(
        [_observation(row, is_read=row.pk not in unread, now=now) for row in repositories], now=now
    )


def _observation(repository: Repository, *, is_read: bool, now: datetime) -> Observation:
    state: RepositoryState | None = getattr(repository, "branch", None)
    is_known = is_read and state is not None and state.status != rules.UNKNOWN
    colour = "red" if state and state.is_red else "green"
    return Observation(
        signal=SIGNAL,
        subject=subject_of(repository),
        project_id=repository.project_id,
        value=float(colour == "red") if is_known else None,
        at=now,
        title=f"{repository.project.name}: {repository.default_branch[:60] or 'default branch'} is {colour}",
        detail=state.detail if state else "",
        path=repository.get_absolute_url(),
    )
