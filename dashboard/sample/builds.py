"""What did the pipelines of the sample do, and what was deployed by them?"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from courses.models import Course, Environment, Project
from dashboard.sample.people import path_of
from dashboard.sample.places import NEVER
from dashboard.sample.story import DOMAIN, RUNS, Run, TeamStory
from pipelines.models import CIServer, Deployment, Job, Pipeline, Repository, RepositoryState

STAGES = ("build", "test", "deploy")
WITH_JOBS = 3  # the newest pipelines of a repository whose jobs are kept, besides those that failed
RECENT = 10


def make_builds(
    course: Course, stories: Sequence[TeamStory], projects: Sequence[Project], places: Sequence[Environment]
) -> list[Repository]:
    """Make a repository with its pipelines and deployments for each project; return them."""
    server = CIServer.objects.filter(course=course).first() or _server(course, stories[0])
    rows = Repository.objects.bulk_create(
        Repository(
            project=project,
            server=server,
            path=path_of(story),
            bound_path=path_of(story),
            remote_id=story.number + 1,
            default_branch="main",
            state="ok",
            read_at=story.at,
        )
        for story, project in zip(stories, projects, strict=True)
    )
    _runs(stories, rows)
    _deployments(stories, places)
    return rows


def _runs(stories: Sequence[TeamStory], rows: Sequence[Repository]) -> None:
    """Make the pipelines, the jobs of the newest, and what is known of each branch now."""
    told = [(story, row, run) for story, row in zip(stories, rows, strict=True) for run in story.runs]
    pipelines = Pipeline.objects.bulk_create(_pipeline(story, row, run) for story, row, run in told)
    Job.objects.bulk_create(
        job
        for (_story, _row, run), pipeline in zip(told, pipelines, strict=True)
        if run.number > RUNS - WITH_JOBS or not run.is_green
        for job in _jobs(run, pipeline)
    )
    RepositoryState.objects.bulk_create(
        _branch(story, row, pipelines[n * RUNS : (n + 1) * RUNS])
        for n, (story, row) in enumerate(zip(stories, rows, strict=True))
    )


def _deployments(stories: Sequence[TeamStory], places: Sequence[Environment]) -> None:
    """Make a deployment for every green pipeline."""
    Deployment.objects.bulk_create(
        Deployment(
            environment=place,
            key=f"sample:{place.pk}:{run.number}",
            sha=sha_of(story, run),
            ref="main",
            at=run.finished_at,
            seen_at=run.finished_at,
        )
        for story, place in zip(stories, places, strict=True)
        for run in story.runs
        if run.is_green
    )


def sha_of(story: TeamStory, run: Run) -> str:
    """Return the commit of a pipeline."""
    return f"{(story.number + 1) * 2654435761 + run.number * 40503:040x}"[-8:] * 5


def _server(course: Course, story: TeamStory) -> CIServer:
    """Make the server. It is never due, so nobody asks it for anything."""
    return CIServer.objects.create(
        course=course,
        name="Sample GitLab",
        poll_interval_s=86_400,
        base_url=f"https://gitlab.{DOMAIN}",
        next_poll_at=NEVER,
        last_polled_at=story.at,
    )


def _stages(run: Run) -> list[list[str]]:
    ends = ("success", "success", "success") if run.is_green else ("success", "failed", "skipped")
    return [list(pair) for pair in zip(STAGES, ends, strict=True)]


def _pipeline(story: TeamStory, row: Repository, run: Run) -> Pipeline:
    return Pipeline(
        repository=row,
        remote_id=(story.number + 1) * 1000 + run.number,
        iid=run.number,
        ref="main",
        sha=sha_of(story, run),
        source="push",
        status="success" if run.is_green else "failed",
        stages=_stages(run),
        coverage=55.0 + (story.number * 7 + run.number) % 40,
        duration_s=float(run.duration_s),
        queued_s=3.0 + run.number % 9,
        created_at=run.at,
        started_at=run.at,
        finished_at=run.finished_at,
        updated_at=run.finished_at,
        seen_at=story.at,
    )


def _jobs(run: Run, pipeline: Pipeline) -> Iterator[Job]:
    for position, (stage, status) in enumerate(_stages(run)):
        yield Job(
            pipeline=pipeline,
            remote_id=pipeline.remote_id * 10 + position,
            name=f"{stage}-app",
            stage=stage,
            position=position,
            status=status,
            duration_s=run.duration_s / len(STAGES),
            failure_reason="script_failure" if status == "failed" else "",
        )


def _branch(story: TeamStory, row: Repository, pipelines: Sequence[Pipeline]) -> RepositoryState:
    same = [run for run in story.runs if run.is_green != story.runs[-1].is_green]
    first = story.runs[same[-1].number] if same else story.runs[0]  # numbers count from 1
    since = first.finished_at
    return RepositoryState(
        repository=row,
        status="failed" if story.is_red else "success",
        detail="test failed" if story.is_red else "",
        since=since,
        red_since=since if story.is_red else None,
        pipeline=pipelines[-1],
        latest=pipelines[-1],
        recent=[[one.pk, one.status, one.iid] for one in pipelines[-RECENT:]],
        updated_at=story.at - timedelta(seconds=1),
    )
