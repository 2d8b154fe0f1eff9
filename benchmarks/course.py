"""Which course do the benchmarks look at? One with as many teams as asked, every app in use.

Every team has a project, an environment with state and an hour of measurements, a repository
with a pipeline of three jobs; every eighth team is down with an open alert, every tenth is red,
every fourth runs an experiment.
"""

from datetime import datetime, timedelta

from alerts.models import Alert, Rule
from courses.models import Course, Environment, Project, Team
from experiments.models import Experiment
from health.models import Check, EnvironmentRollup, EnvironmentState
from health.rules import day
from pipelines.models import CIServer, Job, Pipeline, Repository, RepositoryState


def make(teams: int, *, now: datetime) -> Course:
    """Write a course with `teams` teams in a fixed number of statements."""
    course = Course.objects.create(name=f"{teams} teams", slug=f"teams-{teams}")
    rows = Team.objects.bulk_create(
        Team(course=course, name=f"Team {n:04}", slug=f"team-{n}") for n in range(teams)
    )
    projects = Project.objects.bulk_create(Project(team=team, name="Shop", slug="shop") for team in rows)
    _measurements(_environments(projects, now), now)
    _branches(_pipelines(_repositories(course, projects, now), now), now)
    _alerts(projects, now)
    Experiment.objects.bulk_create(
        Experiment(project=project, name="Order button", key="order", state="running")
        for project in projects[::4]
    )
    return course


def _environments(projects: list[Project], now: datetime) -> list[Environment]:
    places = Environment.objects.bulk_create(
        Environment(project=project, url=f"https://team{n}.example.org/")
        for n, project in enumerate(projects)
    )
    Check.objects.bulk_create(Check(environment=place, next_due_at=now) for place in places)
    EnvironmentState.objects.bulk_create(
        EnvironmentState(
            environment=place,
            status="up" if n % 8 else "down",
            since=now - timedelta(minutes=n),
            last_checked_at=now,
            fresh_until=now + timedelta(days=1),
            last_latency_ms=80 + n % 40,
            http_status=200 if n % 8 else 502,
            error_kind="" if n % 8 else "5xx",
            detail="200 OK" if n % 8 else "502 Bad Gateway",
            day="u" * (n % 24) + ("u" if n % 8 else "d") + "u" * (23 - n % 24),
            day_until=day.hour_of(now),
        )
        for n, place in enumerate(places)
    )
    return places


def _measurements(places: list[Environment], now: datetime) -> None:
    start = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    EnvironmentRollup.objects.bulk_create(
        (
            EnvironmentRollup(
                environment=place,
                step_minutes=5,
                at=start - timedelta(minutes=5 * step),
                n=5,
                expected=5,
                ok=5,
            )
            for place in places
            for step in range(12)
        ),
        batch_size=2000,
    )


def _repositories(course: Course, projects: list[Project], now: datetime) -> list[Repository]:
    server = CIServer.objects.create(course=course, base_url="https://gitlab.example.org", next_poll_at=now)
    return Repository.objects.bulk_create(
        Repository(
            project=project,
            server=server,
            path=f"course/team{n}",
            remote_id=n,
            default_branch="main",
            state="ok",
        )
        for n, project in enumerate(projects)
    )


def _pipelines(repositories: list[Repository], now: datetime) -> list[Pipeline]:
    pipelines = Pipeline.objects.bulk_create(
        Pipeline(
            repository=repository,
            remote_id=n,
            ref="main",
            sha=f"{n:040x}",
            status="success" if n % 10 else "failed",
            created_at=now,
            updated_at=now,
            seen_at=now,
        )
        for n, repository in enumerate(repositories)
    )
    Job.objects.bulk_create(
        Job(pipeline=pipeline, remote_id=n * 3 + k, name=stage, stage=stage, position=k, status="success")
        for n, pipeline in enumerate(pipelines)
        for k, stage in enumerate(("build", "test", "deploy"))
    )
    return pipelines


def _branches(pipelines: list[Pipeline], now: datetime) -> None:
    RepositoryState.objects.bulk_create(
        RepositoryState(
            repository=pipeline.repository,
            status=pipeline.status,
            since=now,
            pipeline=pipeline,
            latest=pipeline,
            updated_at=now,
        )
        for pipeline in pipelines
    )


def _alerts(projects: list[Project], now: datetime) -> None:
    rule = Rule.objects.filter(signal="health.environment.down").first()
    Alert.objects.bulk_create(
        Alert(
            rule=rule,
            subject=f"benchmark:{project.pk}",
            project=project,
            state="firing",
            title="production answers with 502 Bad Gateway",
            last_observed_at=now,
            pending_since=now,
            fired_at=now,
        )
        for project in projects[::8]
    )
