"""Which CI servers are read, and what did the pipelines do?"""

from collections.abc import Sequence
from datetime import timedelta

from courses.models import Course, Environment, Project
from pipelines.models import CIServer, Deployment, Job, Pipeline, Repository, RepositoryState
from tests.interface.course import Story

STAGES = ("build", "test", "review", "deploy")
RUNS = 12  # pipelines of each repository


def make_builds(story: Story, course: Course, projects: list[Project]) -> list[Repository]:
    """Make a server with a repository and pipelines for every project but the last."""
    server = CIServer.objects.create(
        course=course,
        name=story.text("GitLab"),
        base_url="https://gitlab.example.org",
        token="glpat-browser-tests",
        next_poll_at=story.now + timedelta(days=9),
        poll_interval_s=3600,  # nobody polls here, and it must not be stale when the last page is visited
        last_polled_at=story.ago(hours=30) if story.is_failing else story.now,
        last_error_kind="auth" if story.is_failing else "",
        last_error=story.text("The server refuses the token.") if story.is_failing else "",
        failures=14 if story.is_failing else 0,
        version="18.4.1",
        token_scopes="read_api",
        token_expires_on=(story.now + timedelta(days=-1 if story.is_failing else 200)).date(),
        token_checked_at=story.now,
    )
    rows = Repository.objects.bulk_create(
        Repository(
            project=project,
            server=server,
            path=f"se/team-{n}/app",
            bound_path=f"se/team-{n}/app",
            remote_id=n,
            default_branch=story.text("main"),
            state=_repository_state(story, n),
            state_detail=story.text("The token may not read it.") if story.is_failing and n % 4 == 1 else "",
            read_at=story.ago(hours=30) if story.is_failing else story.now,
        )
        for n, project in enumerate(projects[: story.teams - 1])
    )
    _pipelines(story, rows)
    return rows


def _repository_state(story: Story, n: int) -> str:
    if story.is_failing:
        return ("gone", "no_access", "ok", "empty")[n % 4]
    return "archived" if n == 30 else "ok"


def _status(story: Story, n: int, run: int) -> str:
    """The state of run `run` (the last is the newest) of repository `n`."""
    trouble = story.trouble(n)
    if trouble in ("red", "worst"):
        return "failed" if run >= RUNS - 3 else "success"
    if run == RUNS - 1 and n % 9 == 1:
        return ("running", "pending", "canceled", "manual", "skipped")[n // 9 % 5]
    return "failed" if (n + run) % 13 == 0 and run < RUNS - 1 else "success"


def _pipelines(story: Story, repositories: list[Repository]) -> None:
    runs = [(n, row, run) for n, row in enumerate(repositories) for run in range(RUNS)]
    pipelines = Pipeline.objects.bulk_create(
        Pipeline(
            repository=row,
            remote_id=n * 100 + run,
            iid=run + 1,
            ref=story.text("main"),
            sha=f"{n * 100 + run:040x}",
            source="push",
            status=_status(story, n, run),
            status_group="success-with-warnings" if _has_warnings(story, n, run) else "",
            stages=[[story.text(stage), state] for stage, state in _stages(story, n, run)],
            coverage=61.5 + n % 30,
            duration_s=140.0 + 13 * (n % 9),
            queued_s=4.0 + n % 5,
            created_at=story.ago(hours=5 * (RUNS - run), minutes=n % 50),
            started_at=story.ago(hours=5 * (RUNS - run), minutes=n % 50 - 1),
            finished_at=story.ago(hours=5 * (RUNS - run) - 1, minutes=n % 50),
            updated_at=story.ago(hours=5 * (RUNS - run) - 1, minutes=n % 50),
            seen_at=story.now,
        )
        for n, row, run in runs
    )
    last = pipelines[RUNS - 1 :: RUNS]
    Job.objects.bulk_create(
        (
            Job(
                pipeline=row,
                remote_id=row.remote_id * 10 + k,
                name=f"{stage}-{story.text('app')}",
                stage=stage,
                position=k,
                status=state,
                duration_s=30.0 + k,
                allow_failure=k == 2,
                failure_reason="script_failure" if state == "failed" else "",
            )
            for row in last
            for k, (stage, state) in enumerate(row.stages)
        ),
        batch_size=2000,
    )
    _branches(story, repositories, pipelines)


def _has_warnings(story: Story, n: int, run: int) -> bool:
    return story.trouble(n) == "warnings" and run == RUNS - 1


def _stages(story: Story, n: int, run: int) -> list[list[str]]:
    status = _status(story, n, run)
    if status == "success":
        return [[stage, "success"] for stage in STAGES]
    if story.is_failing and n % 7 == 6:  # its definition cannot be read
        return []
    return [["build", "success"], ["test", status], ["review", "skipped"], ["deploy", "skipped"]]


def _branches(story: Story, repositories: list[Repository], pipelines: list[Pipeline]) -> None:
    rows = []
    for n, repository in enumerate(repositories):
        runs = pipelines[n * RUNS : (n + 1) * RUNS]
        decided = next((run for run in reversed(runs) if run.shown_state in ("failed", "success")), runs[0])
        status = "warning" if _has_warnings(story, n, RUNS - 1) else decided.status
        rows.append(
            RepositoryState(
                repository=repository,
                status="unknown" if story.trouble(n) == "unknown" else status,
                detail=story.text("test failed") if status == "failed" else "",
                since=runs[RUNS - 3].finished_at if status == "failed" else runs[0].finished_at,
                red_since=runs[RUNS - 3].finished_at if status == "failed" else None,
                is_running=runs[-1].is_active,
                pipeline=decided,
                latest=runs[-1],
                recent=[[run.pk, run.shown_state, run.iid] for run in runs[-10:]],
                updated_at=story.now,
            )
        )
    RepositoryState.objects.bulk_create(rows)


def make_deployments(story: Story, places: Sequence[Environment]) -> None:
    """Let two versions arrive in every environment: with the newest in some, with an older one in others."""
    Deployment.objects.bulk_create(
        Deployment(
            environment=place,
            key=f"story:{place.pk}:{back}",
            status="failed" if back == 0 and story.trouble(n) in ("worst", "warnings") else "success",
            sha=f"{n * 100 + RUNS - 1 - back - n % 2:040x}",
            ref=story.text("main"),
            at=story.ago(hours=4 + 20 * back),
            seen_at=story.ago(hours=4 + 20 * back),
        )
        for n, place in enumerate(places[: story.teams - 1])
        for back in range(2)
    )
