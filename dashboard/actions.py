"""Which pages of this site may this reader open, and what may they do? For the search and the palette."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import Course, Project, Theme, User
from dashboard.queries import page_of_only_team

MAX_COURSES = 200  # of which the search knows the pages


@dataclass(frozen=True, slots=True)
class Target:
    """Something to open or, with a `field`, to send as a form that holds `value` under that name."""

    title: str
    url: str
    detail: str = ""
    field: str = ""
    value: str = ""


def courses_of(user: User) -> list[Any]:
    """Return the courses `user` takes part in, each with `is_staffed` and `is_editable` by them."""
    staffed = Course.objects.staffed_by(user).filter(pk=OuterRef("pk"))
    editable = Course.objects.editable_by(user).filter(pk=OuterRef("pk"))
    rows: QuerySet[Any] = Course.objects.visible_to(user).annotate(
        is_staffed=Exists(staffed), is_editable=Exists(editable)
    )
    return list(rows.order_by("is_archived", "name", "pk")[:MAX_COURSES])


def targets(user: User, courses: list[Any]) -> list[Target]:
    """Return every page and action, those of the whole site first. courses: what `courses_of` returned."""
    staffed = [course for course in courses if course.is_staffed]
    editable = [course for course in courses if course.is_editable]
    found = [*_for_everybody(user)]
    if staffed:
        found += _for_staff(user)
    if editable:
        found += _for_lecturers()
    if user.is_superuser:
        found.append(Target(_("Add a course"), reverse("courses:course_add")))
    if user.is_staff:
        found.append(Target(_("Administration"), reverse("admin:index")))
    if staffed or user.is_staff:
        found.append(Target(_("Design system"), reverse("dashboard:design")))
    for course in courses:
        found += _inside(course)
    return found


def for_teams(teams: list[Any]) -> list[Target]:
    """Return what may be done with these teams, each with its course and `may_edit`."""
    return [
        Target(
            _("Add a project to %(team)s") % {"team": team.name},
            reverse("courses:project_add", args=[team.course.slug, team.slug]),
        )
        for team in teams
        if team.may_edit and not team.is_archived
    ]


def _for_everybody(user: User) -> Iterator[Target]:
    own_page = page_of_only_team(user)
    yield Target(_("My team") if own_page else _("Overview"), own_page or reverse("dashboard:overview"))
    yield Target(_("Health of environments"), reverse("health:environment_list"))
    yield Target(_("Pipelines"), reverse("pipelines:board"))
    yield Target(_("Experiments"), reverse("experiments:experiment_list"))
    yield Target(_("Alert inbox"), reverse("alerts:inbox"))
    yield Target(_("Alert rules"), reverse("alerts:rule_list"))
    yield Target(_("Courses"), reverse("courses:course_list"))
    yield Target(_("Your profile"), reverse("courses:profile"))
    yield Target(_("Reading: language, time zone, colours"), reverse("courses:reading"))
    yield Target(_("Notifications"), reverse("alerts:notifications"))
    yield Target(_("Your saved views"), reverse("courses:view_list"))
    yield Target(_("Change password"), reverse("account_change_password"))
    for theme, title in (
        (Theme.DARK, _("Switch to dark")),
        (Theme.LIGHT, _("Switch to light")),
        (Theme.AUTO, _("Switch to light or dark like my system")),
    ):
        if user.theme != theme:
            yield Target(title, reverse("courses:theme_set"), field="value", value=theme.value)
    yield Target(_("Sign out"), reverse("account_logout"), field="is_asked", value="1")


def _inside(course: Any) -> Iterator[Target]:
    if course.has_status_page:
        yield _of_course(_("Status page of %(course)s"), "dashboard:status_course", course)
    if course.is_staffed:
        yield _of_course(_("People of %(course)s"), "courses:member_list", course)
        yield _of_course(_("Long jobs of %(course)s"), "courses:job_list", course)
    if course.is_editable:
        yield from _for_lecturers_of(course)


def _for_staff(user: User) -> Iterator[Target]:
    yield Target(_("Hosts"), reverse("health:host_list"))
    yield Target(_("Delivery log"), reverse("alerts:delivery_log"))
    yield Target(_("Plan an experiment"), reverse("experiments:experiment_add"))
    if Project.objects.editable_by(user).exists():
        yield Target(_("Add an environment"), reverse("courses:environment_place"))


def _for_lecturers() -> Iterator[Target]:
    yield Target(_("Channels"), reverse("alerts:channel_list"))
    yield Target(_("Add a channel"), reverse("alerts:channel_add"))
    yield Target(_("CI servers"), reverse("pipelines:server_list"))
    yield Target(_("Add a CI server"), reverse("pipelines:server_add"))


def _for_lecturers_of(course: Course) -> Iterator[Target]:
    yield _of_course(_("Add a team to %(course)s"), "courses:team_add", course)
    yield _of_course(_("Import roster of %(course)s"), "courses:roster_import", course)
    yield _of_course(_("Add a person to %(course)s"), "courses:member_add", course)
    yield _of_course(_("Keys of %(course)s"), "courses:key_list", course)
    yield _of_course(_("Edit %(course)s"), "courses:course_edit", course)
    yield _of_course(_("Set-up checklist of %(course)s"), "dashboard:course_setup", course)
    archive = _of_course(_("Make an archive of %(course)s"), "courses:archive_start", course)
    yield replace(archive, field="is_asked", value="1")


def _of_course(title: str, name: str, course: Course) -> Target:
    return Target(title % {"course": course.name}, reverse(name, args=[course.slug]))
