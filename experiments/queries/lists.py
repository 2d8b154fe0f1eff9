"""Which experiments may somebody see, in which order, and how many are in which state?"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Case, Count, Q, When

from courses.filters import Filters, narrowed
from courses.models import User
from experiments.models import Experiment, ExperimentQuerySet

SPLIT_OFF = "split_off"
State = Experiment.State
RECENT = timedelta(days=30)  # so long a team's page tells how its last experiment ended
NAMED = ("name", "key", "project__name", "project__team__name")  # where a text is looked for
# Once an experiment has ended nobody has to act on its split any more.
NEEDS_SOMEBODY = Q(state=State.RUNNING, result__is_split_off=True)


def experiment_rows(user: User, asked: Filters) -> ExperimentQuerySet:
    """Return the experiments `user` may see: a split that is off first, then what runs, then the newest."""
    rows = _narrowed(user, asked).with_project().select_related("result")
    if asked.state == SPLIT_OFF:
        rows = rows.filter(NEEDS_SOMEBODY)
    elif asked.state:
        rows = rows.filter(state=asked.state)
    rank = Case(When(NEEDS_SOMEBODY, then=0), When(state=State.RUNNING, then=1), default=2)
    return rows.order_by(rank, "-created_at", "-pk")


def state_counts(user: User, asked: Filters) -> dict[str, int]:
    """Return how many experiments fit `asked`, whatever their state: by state, and `SPLIT_OFF`."""
    rows = _narrowed(user, asked).order_by().values_list("state", "result__is_split_off")
    counts: dict[str, int] = defaultdict(int)
    for state, is_split_off, number in rows.annotate(number=Count("pk")):
        counts[state] += number
        if state == State.RUNNING and is_split_off:
            counts[SPLIT_OFF] += number
    return dict(counts)


def running_by_team(team_ids: Collection[int]) -> dict[int, list[Experiment]]:
    """Return the running experiments of each team that has any, in one query."""
    found: dict[int, list[Experiment]] = defaultdict(list)
    rows = Experiment.objects.running().filter(project__team__in=team_ids).select_related("project")
    for experiment in rows.order_by("name", "pk"):
        found[experiment.project.team_id].append(experiment)
    return dict(found)


def of_team(team_id: int, *, now: datetime) -> tuple[list[Experiment], Experiment | None]:
    """Return what runs in a team; where nothing does, what was stopped last, if that was not long ago."""
    shown = Q(state=State.RUNNING) | Q(state=State.STOPPED, stopped_at__gt=now - RECENT)
    rows = Experiment.objects.filter(shown, project__team=team_id).select_related("project", "result")
    found = list(rows.order_by("-stopped_at", "name", "pk"))
    running = [row for row in found if row.state == State.RUNNING]
    stopped = [row for row in found if row.state == State.STOPPED]
    return running, None if running or not stopped else stopped[0]


def _narrowed(user: User, asked: Filters) -> ExperimentQuerySet:
    rows = Experiment.objects.visible_to(user)
    return narrowed(rows, asked, user=user, team="project__team__", named=NAMED)
