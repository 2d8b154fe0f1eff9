"""How did one pipeline go, and how does a repository fare?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet

from courses.states import TONE_OF
from pipelines import rules
from pipelines.models import Deployment, Job, Pipeline, Repository, RepositoryState
from pipelines.queries.board import DrawnStage, Line, drawn_stages, line_of
from pipelines.queries.deployments import deployments_of
from pipelines.wording import Run, branch_sentence, cause_words, run_sentence

DRAWN = 50  # pipelines in figures and charts, if nobody asked for more
MOST_DRAWN = 2000
FAILING_JOBS = 5


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job, how long it took in percent of the longest, what to do about it, and whether to trust it."""

    job: Job
    width: str
    cause: str
    is_flaky: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline with its jobs, which are not known of every pipeline."""

    name: str
    state: str
    jobs: list[JobLine]


@dataclass(frozen=True, slots=True)
class PipelinePage:
    """A pipeline in words and by its stages."""

    tone: str
    sentence: str
    stages: list[Stage]
    may_retry: bool
    waits_for_jobs: bool


def pipeline_page(pipeline: Pipeline, *, now: datetime) -> PipelinePage:
    """Return how `pipeline` went, whose repository is loaded with its branch. One query."""
    branch: RepositoryState | None = getattr(pipeline.repository, "branch", None)
    flaky = {job.name for job in branch.flaky_at(now)} if branch else set()
    jobs = list(pipeline.jobs.all())
    for job in jobs:
        job.pipeline = pipeline  # for its address, which needs the server's
    longest = max((job.duration_s or 0 for job in jobs), default=0) or 1
    drawn = [
        JobLine(
            job,
            f"{100 * (job.duration_s or 0) / longest:.0f}%",
            cause_words(job.failure_reason) if job.status == rules.RED else "",
            job.name in flaky,
        )
        for job in jobs
    ]
    told = rules.stage_states((job.stage, job.status, job.allow_failure) for job in jobs) or pipeline.stages
    return PipelinePage(
        tone=TONE_OF.get(pipeline.shown_state, "idle"),
        sentence=run_sentence(_run(pipeline, jobs, now)),
        stages=[
            Stage(name, state, [line for line in drawn if line.job.stage == name]) for name, state in told
        ],
        may_retry=pipeline.status in (rules.RED, "canceled") and not pipeline.is_history,
        waits_for_jobs=pipeline.waits_for_jobs_at(now),
    )


def _run(pipeline: Pipeline, jobs: Sequence[Job], now: datetime) -> Run:
    span: Any = pipeline.duration_s
    if pipeline.is_active:
        span = now - (pipeline.started_at or pipeline.created_at)
    elif span is None and pipeline.finished_at:
        span = pipeline.finished_at - (pipeline.started_at or pipeline.created_at)
    state = pipeline.shown_state
    failed = [job for job in jobs if job.status == rules.RED and job.allow_failure == (state == "warning")]
    return Run(
        state=state,
        stage=_stage_of(pipeline),
        span=span,
        failed=len(failed),
        ended=len([job for job in jobs if job.status not in rules.ACTIVE]),
        jobs=len(jobs),
        is_waiting=pipeline.is_active and pipeline.started_at is None,
        is_invalid=pipeline.is_invalid,
        is_history=pipeline.is_history,
    )


def _stage_of(pipeline: Pipeline) -> str:
    """Return the stage that `pipeline` is in, waits for or ended in; empty if none stands out."""
    return next((name for name, state in pipeline.stages if state == pipeline.status), "")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the pipelines of a branch come to. took_s, waited_s: medians, in seconds; None: not known."""

    passed_percent: float | None
    decided: int
    took_s: float | None
    waited_s: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class RepositoryPage:
    """A repository in words, figures and rows. failing: (name, how often it failed, of how many).

    of_branch: what the figures and charts are made of, the newest first.
    first_at: when the oldest pipeline that is not among them was created; None: none is missing.
    """

    line: Line
    sentence: str
    of_branch: list[Pipeline]
    first_at: datetime | None
    figures: Figures
    failing: list[dict[str, Any]]
    deployments: QuerySet[Deployment]


def repository_page(
    repository: Repository, *, now: datetime, span: tuple[datetime, datetime] | None
) -> RepositoryPage:
    """Return how a repository of `with_branches` fares. Four queries.

    span: what the figures are about; None: the last pipelines.
    """
    line = line_of(repository, now=now)
    rows = repository.pipelines.latest_first().defer("stages")
    pipelines = list(rows.filter(created_at__range=span)[:MOST_DRAWN] if span else rows[:DRAWN])
    name = repository.default_branch
    of_branch = [row for row in pipelines if rules.is_of_branch(ref=row.ref, source=row.source, branch=name)]
    oldest = repository.pipelines.order_by("remote_id").values_list("created_at", flat=True).first()
    is_all = not pipelines or oldest == pipelines[-1].created_at
    return RepositoryPage(
        line=line,
        sentence=_sentence(line, now),
        first_at=None if is_all else oldest,
        of_branch=of_branch,
        figures=_figures(of_branch),
        failing=_failing(repository),
        deployments=deployments_of(repository),
    )


def with_stages(repository: Repository, rows: Iterable[Pipeline]) -> list[tuple[Pipeline, list[DrawnStage]]]:
    """Return some pipelines of a repository with their stages, as a table shows them."""
    rows = list(rows)
    for row in rows:
        row.repository = repository
    return [(row, drawn_stages(row)) for row in rows]


def _sentence(line: Line, now: datetime) -> str:
    branch, note = line.branch, line.note
    if branch is None or line.repository.state_detail or line.repository.is_unheard:
        return branch_sentence(rules.UNKNOWN, since=None, detail=note, now=now)
    return branch_sentence(branch.status, since=branch.since, detail=branch.detail or note, now=now)


def _figures(rows: Sequence[Pipeline]) -> Figures:
    verdicts = [said for row in rows if (said := rules.verdict(row.status, has_warnings=False))]
    passed = sum(said != rules.RED for said in verdicts)
    took = [row.duration_s for row in rows if row.duration_s is not None and not row.is_active]
    waited = [row.queued_s for row in rows if row.queued_s is not None]
    return Figures(
        passed_percent=100 * passed / len(verdicts) if verdicts else None,
        decided=len(verdicts),
        took_s=median(took) if took else None,
        waited_s=median(waited) if waited else None,
        coverage=next((row.coverage for row in rows if row.coverage is not None), None),
    )


def _failing(repository: Repository) -> list[dict[str, Any]]:
    """Return the jobs that failed in the kept pipelines, the most frequent first: the shaky ones."""
    failed = Count("pk", filter=Q(status=rules.RED))
    jobs = Job.objects.filter(pipeline__repository=repository).order_by()
    rows = jobs.values("name", "stage").annotate(failed=failed, runs=Count("pk")).filter(failed__gt=0)
    return [{**row} for row in rows.order_by("-failed", "name")[:FAILING_JOBS]]
