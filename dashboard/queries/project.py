"""How is one project: its environments, its repository, what is wrong and what is tried?"""

from dataclasses import dataclass
from datetime import datetime

from alerts.models import Alert
from courses.models import Environment, Project
from experiments.models import Experiment
from health.models import EnvironmentState, Status
from pipelines.models import Deployment, Repository, RepositoryState
from pipelines.queries import last_deployments
from pipelines.wording import flaky_words

ALERTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """An environment. state: None until it was checked. deployment: the version that arrived last.

    is_stale: nothing was heard of it for so long that its state is not believed any more.
    """

    environment: Environment
    state: EnvironmentState | None
    status: str
    is_stale: bool
    deployment: Deployment | None


@dataclass(frozen=True, slots=True)
class ProjectNow:
    """Everything the project's page shows that changes by itself, but for its timeline.

    flaky: which jobs of its repository cannot be trusted, in words. is_old: its server is not read any more.
    """

    places: list[PlaceRow]
    repository: Repository | None
    flaky: str
    is_old: bool
    alerts: list[Alert]
    experiments: list[Experiment]


def project_now(project: Project, *, now: datetime) -> ProjectNow:
    """Return how `project` is. Five queries."""
    rows = list(project.environments.select_related("health_state"))
    deployed = last_deployments([row.pk for row in rows])
    repositories = Repository.objects.in_words().filter(project=project)
    repository = repositories.select_related("server", "branch__pipeline", "branch__latest").first()
    branch: RepositoryState | None = getattr(repository, "branch", None)
    flaky = [job.name for job in branch.flaky_at(now)] if branch else []
    open_alerts = Alert.objects.still_open().filter(project=project).select_related("rule").urgent_first()
    return ProjectNow(
        places=[_place(row, deployed.get(row.pk), now) for row in rows],
        repository=repository,
        flaky=flaky_words(flaky),
        is_old=bool(repository and repository.read_at and repository.server.is_unread(now)),
        alerts=list(open_alerts[:ALERTS_SHOWN]),
        experiments=list(Experiment.objects.running().filter(project=project).order_by("pk")),
    )


def _place(environment: Environment, deployment: Deployment | None, now: datetime) -> PlaceRow:
    state: EnvironmentState | None = getattr(environment, "health_state", None)
    status = state.status_at(now) if state else Status.UNKNOWN.value
    return PlaceRow(environment, state, status, bool(state and state.is_stale(now)), deployment)
