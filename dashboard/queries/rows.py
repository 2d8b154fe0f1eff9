"""What is there to say about a team, in full? Read for one page of teams at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.models import Alert
from alerts.queries import open_alerts
from alerts.rules import State
from courses.models import Project, Team
from dashboard.queries.standings import Standing
from dashboard.rules import Concern, concern_of
from experiments.models import Experiment
from experiments.queries import running_experiments
from health.models import EnvironmentState
from health.queries import environment_states, recent_error_counts
from pipelines.models import RepositoryState
from pipelines.queries import repository_states

ERRORS_OF = timedelta(hours=1)
ALERTS_NAMED = 2


@dataclass(slots=True)
class Place:
    """An environment with its state as it is believed now."""

    state: EnvironmentState
    status: str


@dataclass(slots=True)
class TeamRow:
    """Everything the overview shows of one team."""

    team: Team
    places: list[Place] = field(default_factory=list)
    builds: list[RepositoryState] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    experiments: list[Experiment] = field(default_factory=list)
    answers: int = 0
    client_errors: int = 0
    server_errors: int = 0
    failures: int = 0
    concern: Concern = Concern.FINE

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What went wrong with the checks of the last hour: tone and words."""
        counted = (
            ("bad", self.server_errors, "5XX"),
            ("warn", self.client_errors, "4XX"),
            ("bad", self.failures - self.server_errors - self.client_errors, "failed"),
        )
        return [(tone, f"{count} × {words}") for tone, count, words in counted if count > 0]

    @property
    def more_alerts(self) -> int:
        """How many alerts the row does not name."""
        return max(0, len(self.alerts) - ALERTS_NAMED)


def rows_of(found: Sequence[Standing], *, now: datetime) -> list[TeamRow]:
    """Return the rows of the teams that stand as `found` says, in its order."""
    teams = Team.objects.select_related("course").in_bulk([standing.team_id for standing in found])
    rows = {pk: TeamRow(teams[pk]) for pk in (standing.team_id for standing in found) if pk in teams}
    _fill(rows, now)
    return list(rows.values())


def team_row(team: Team, *, now: datetime) -> TeamRow:
    """Return the row of one team."""
    row = TeamRow(team)
    _fill({team.pk: row}, now)
    return row


def _fill(rows: dict[int, TeamRow], now: datetime) -> None:
    """Give each row what the apps know of its projects."""
    projects = dict(Project.objects.filter(team__in=rows).values_list("pk", "team_id"))
    row_of = {project: rows[team] for project, team in projects.items()}
    for state in environment_states(projects):
        row_of[state.environment.project_id].places.append(Place(state, state.status_at(now)))
    for build in repository_states(projects):
        row_of[build.repository.project_id].builds.append(build)
    for project, alerts in open_alerts(projects).items():
        row_of[project].alerts += [alert for alert in alerts if alert.state == State.FIRING]
    for experiment in running_experiments(projects):
        row_of[experiment.project_id].experiments.append(experiment)
    _count_errors(rows.values(), now)
    for row in rows.values():
        row.concern = _judge(row)


def _count_errors(rows: Iterable[TeamRow], now: datetime) -> None:
    row_of = defaultdict[int, TeamRow]()
    for row in rows:
        for place in row.places:
            row_of[place.state.environment_id] = row
    for environment_id, counts in recent_error_counts(row_of, now - ERRORS_OF).items():
        row = row_of[environment_id]
        row.answers += counts.n
        row.client_errors += counts.client_errors
        row.server_errors += counts.server_errors
        row.failures += counts.failures


def _judge(row: TeamRow) -> Concern:
    return concern_of(
        places=[place.status for place in row.places],
        builds=[build.status for build in row.builds],
        firing=len(row.alerts),
        server_errors=row.server_errors,
        client_errors=row.client_errors,
    )
