"""What happens to courses, teams, projects and environments? Each change stands on the timeline.

The `add_…` functions return None when the name leads to an address that is taken. The `edit_…`
functions return whether anything changed; addresses stay when names change, so links keep working.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from django.db import models, transaction

from courses.models import Course, Environment, Membership, Project, Tag, Team, User
from courses.rules.names import slug_of
from courses.services.people import add_member
from courses.services.tags import tag_team
from courses.services.timeline import record_events, settings_event

Place = Course | Team | Project | Environment
Added = TypeVar("Added", Team, Project, Environment)


RESERVED = {"add"}  # addresses of pages that stand where a course's could


def _note(place: Place, title: str, detail: str, actor: User, now: datetime) -> None:
    record_events([settings_event(place, title=title, detail=detail, actor=actor, now=now)])


def _add(
    rows: models.Manager[Added], values: Mapping[str, str], detail: str, actor: User, now: datetime
) -> Added | None:
    """Make a row at the address its name leads to, and note it. None if that address is taken."""
    name = values["name"]
    row, is_new = rows.get_or_create(slug=slug_of(name), defaults={**values, "created_at": now})
    if not is_new:
        return None
    _note(row, f"{type(row).__name__} “{name}” added", detail, actor, now)
    return row


def _edit(row: Place, values: Mapping[str, object], actor: User, now: datetime) -> bool:
    """Write the `values` that differ, and note each as `field: old → new`."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return False
    lines = [f"{name}: {getattr(row, name)} → {value}" for name, value in changed.items()]
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))
    _note(row, f"{type(row).__name__} “{row.name}” changed", "\n".join(lines), actor, now)
    return True


@transaction.atomic
def add_course(name: str, *, time_zone: str, lecturer: str, actor: User, now: datetime) -> Course | None:
    """Make a course. lecturer: the address of its first lecturer, or empty."""
    slug = slug_of(name)
    if slug in RESERVED:
        return None
    values = {"name": name, "time_zone": time_zone, "created_at": now}
    course, is_new = Course.objects.get_or_create(slug=slug, defaults=values)
    if not is_new:
        return None
    _note(course, f"Course “{name}” added", "", actor, now)
    if lecturer:
        role = Membership.Role.LECTURER
        add_member(course, email=lecturer, name="", role=role, team=None, actor=actor, now=now)
    return course


@transaction.atomic
def edit_course(
    course: Course,
    *,
    name: str,
    time_zone: str,
    has_status_page: bool,
    is_archived: bool,
    actor: User,
    now: datetime,
) -> bool:
    row = Course.objects.select_for_update().get(pk=course.pk)
    values = {"name": name, "time_zone": time_zone, "has_status_page": has_status_page}
    return _edit(row, {**values, "is_archived": is_archived}, actor, now)


@transaction.atomic
def add_team(
    course: Course, *, name: str, tags: Collection[str] = (), actor: User, now: datetime
) -> Team | None:
    team = _add(course.teams, {"name": name}, "", actor, now)
    if team:
        tag_team(team, names=tags, actor=actor, now=now)
    return team


@transaction.atomic
def edit_team(
    team: Team,
    *,
    name: str,
    is_archived: bool,
    tags: Collection[str] | None = None,
    actor: User,
    now: datetime,
) -> bool:
    """Write what differs. tags: None leaves them as they are."""
    has_new_tags = tags is not None and tag_team(team, names=tags, actor=actor, now=now)
    row = Team.objects.select_for_update(of=("self",)).select_related("course").get(pk=team.pk)
    return _edit(row, {"name": name, "is_archived": is_archived}, actor, now) or has_new_tags


@transaction.atomic
def delete_teams(teams: models.QuerySet[Team]) -> None:
    """Delete `teams` with all that is theirs, and the tags that no team has any more."""
    theirs = Course.objects.filter(pk__in=teams.order_by().values("course")).order_by("pk")
    courses = list(theirs.select_for_update(no_key=True))  # as for tagging: one at a time
    teams.delete()
    Tag.objects.filter(course__in=courses, teams=None).delete()


@transaction.atomic
def add_project(team: Team, *, name: str, repository_path: str, actor: User, now: datetime) -> Project | None:
    values = {"name": name, "repository_path": repository_path}
    return _add(team.projects, values, repository_path, actor, now)


@transaction.atomic
def edit_project(project: Project, *, name: str, repository_path: str, actor: User, now: datetime) -> bool:
    row = Project.objects.select_for_update(of=("self",)).select_related("team__course").get(pk=project.pk)
    return _edit(row, {"name": name, "repository_path": repository_path}, actor, now)


@transaction.atomic
def add_environment(
    project: Project, *, name: str, url: str, actor: User, now: datetime
) -> Environment | None:
    return _add(project.environments, {"name": name, "url": url}, url, actor, now)


@transaction.atomic
def edit_environment(environment: Environment, *, name: str, url: str, actor: User, now: datetime) -> bool:
    rows = Environment.objects.select_for_update(of=("self",)).select_related("project__team__course")
    return _edit(rows.get(pk=environment.pk), {"name": name, "url": url}, actor, now)
