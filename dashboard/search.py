"""What of all that this reader may see has these words in its name? A fixed number of queries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from courses.models import Course, Environment, Membership, Project, Tag, Team, User
from courses.queries import watched_teams
from dashboard.actions import Target, courses_of, for_teams, targets
from dashboard.matching import LAST, OWN, fitting, rank_of, ranked
from experiments.models import Experiment
from health.models import Host
from pipelines.models import Repository

MOST = 8  # of each kind
MOST_ACTED_ON = 3  # if no more teams are found, something is offered to be done with them
best = partial(ranked, most=MOST + 1)  # one more than is shown tells that there are more


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind, the best first. rank: how well that one fits."""

    title: str
    hits: Sequence[Target]
    has_more: bool
    rank: int = LAST


def search(user: User, text: str) -> list[Group]:
    """Return what `user` may see whose names hold every word of `text`, by kind.

    A kind whose own name is the text stands first, then those whose own name holds it; what is found
    only by what it belongs to stands after them.
    """
    courses, teams = courses_of(user), _teams(user, text)
    few = teams if len(teams) <= MOST_ACTED_ON else []
    actions = for_teams(few) + fitting(targets(user, courses), text, _title)
    groups = [
        _group(_("Teams"), teams, _team),
        _group(_("Projects"), _projects(user, text), _project),
        _group(_("Environments"), _environments(user, text), _environment),
        _group(_("Experiments"), _experiments(user, text), _experiment),
        _group(_("CI repositories"), _repositories(user, text), _repository),
        *_for_staff(user, text, [course.pk for course in courses if course.is_staffed]),
        _courses(courses, text),
        _group(_("Pages and actions"), actions, _itself),
    ]
    found = [group for group in groups if group.hits]
    return sorted(found, key=lambda group: (group.rank > 0, group.rank > OWN))


def frequent(user: User) -> list[Group]:
    """Return what to offer before anything is typed: watched teams, saved views, then the reader's teams."""
    watched = list(watched_teams(user).order_by("name", "pk")[: MOST + 1])
    views = [Target(view.name, view.address) for view in user.saved_views.all()[: MOST + 1]]
    mine = Membership.objects.filter(user=user, team__is_archived=False, course__is_archived=False)
    own = Team.objects.filter(pk__in=mine.values("team")).exclude(pk__in=[team.pk for team in watched])
    groups = [
        _group(_("Teams you watch"), watched, _team),
        _group(_("Saved views"), views, _itself),
        _group(_("Your teams"), list(own.select_related("course").order_by("name", "pk")[: MOST + 1]), _team),
    ]
    return [group for group in groups if group.hits]


def _group(title: str, rows: Sequence[Any], target: Callable[[Any], Target]) -> Group:
    rank = getattr(rows[0], "rank", LAST) if rows else LAST
    return Group(title, [target(row) for row in rows[:MOST]], len(rows) > MOST, rank)


# What is looked through, and how a hit is shown -------------------------------------------------


def _teams(user: User, text: str) -> list[Any]:
    editable = Team.objects.editable_by(user).filter(pk=OuterRef("pk"))
    rows: QuerySet[Any] = Team.objects.visible_to(user).annotate(may_edit=Exists(editable))
    return best(rows.select_related("course"), text, "name")


def _team(team: Team) -> Target:
    detail = _("%(course)s, archived") % {"course": team.course} if team.is_archived else str(team.course)
    return Target(team.name, team.get_absolute_url(), detail)


def _projects(user: User, text: str) -> list[Project]:
    rows = Project.objects.visible_to(user).select_related("team__course")
    return best(rows, text, "name", "team__name")


def _project(project: Project) -> Target:
    return Target(project.name, project.get_absolute_url(), project.team.name)


def _environments(user: User, text: str) -> list[Environment]:
    rows = Environment.objects.visible_to(user).select_related("project__team")
    return best(rows, text, "name", "project__name", "project__team__name", "url")


def _environment(environment: Environment) -> Target:
    return Target(str(environment), environment.get_absolute_url(), environment.project.team.name)


def _experiments(user: User, text: str) -> list[Experiment]:
    rows = Experiment.objects.visible_to(user).select_related("project__team")
    return best(rows, text, "name", "key", "project__name", "project__team__name")


def _experiment(experiment: Experiment) -> Target:
    return Target(experiment.name, experiment.get_absolute_url(), experiment.project.team.name)


def _repositories(user: User, text: str) -> list[Repository]:
    return best(Repository.objects.visible_to(user).select_related("project__team"), text, "path")


def _repository(repository: Repository) -> Target:
    return Target(repository.path, repository.get_absolute_url(), repository.project.team.name)


def _for_staff(user: User, text: str, staffed: list[int]) -> list[Group]:
    """Return people, tags and hosts, which only staff see. staffed: the courses whose staff `user` is on."""
    if not staffed:
        return []
    tags = best(Tag.objects.filter(course__in=staffed).select_related("course"), text, "name")
    hosts = best(Host.objects.visible_to(user).select_related("course"), text, "name")
    return [
        _group(_("People"), _people(staffed, text), _person),
        _group(_("Tags"), tags, _tag),
        _group(_("Hosts"), hosts, _host),
    ]


def _tag(tag: Tag) -> Target:
    return Target(tag.name, tag.teams_url, tag.course.name)


def _people(staffed: list[int], text: str) -> list[Any]:
    """Return people of these courses, each with the course they are in first, and their `place` there."""
    parts = Membership.objects.filter(course__in=staffed)
    first = parts.filter(user=OuterRef("pk")).order_by("course__name", "pk")
    rows: QuerySet[Any] = User.objects.filter(pk__in=parts.values("user")).annotate(
        shown_name=Coalesce(NullIf("name", Value("")), "email", output_field=CharField()),
        course_slug=Subquery(first.values("course__slug")[:1]),
        place=Subquery(first.values(name=Coalesce("team__name", "course__name"))[:1]),
    )
    return best(rows, text, "shown_name", "email")


def _person(person: Any) -> Target:
    page = reverse("courses:member_list", args=[person.course_slug])
    detail = f"{person.email} · {person.place}" if person.name else person.place
    return Target(str(person), f"{page}?{urlencode({'q': person.email})}", detail)


def _host(host: Host) -> Target:
    return Target(host.name, host.get_absolute_url(), str(host.course or ""))


def _courses(courses: list[Any], text: str) -> Group:
    found = fitting(courses, text, str)
    for course in found:
        course.rank = rank_of(course.name, text)
    return _group(_("Courses"), found, _course)


def _course(course: Course) -> Target:
    return Target(course.name, course.get_absolute_url())


def _title(target: Target) -> str:
    return target.title


def _itself(target: Target) -> Target:
    return target
