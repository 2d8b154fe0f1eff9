"""Which courses and teams are there, and what happened in them?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from courses import queries, services
from courses.forms import CourseForm, NewTeamForm, TeamForm
from courses.http import Request, asked_text, page_of, render_page
from courses.models import Course, Event, Team
from courses.views.pages import NAME_TAKEN, ROWS, crumbs_to, form_page


@require_GET
def course_list(request: Request) -> HttpResponse:
    """The courses the reader takes part in."""
    courses = Course.objects.visible_to(request.user).order_by("is_archived", "name")
    return render(request, "courses/course_list.html", {"page": page_of(request, courses, size=ROWS)})


@require_GET
def course_detail(request: Request, course: str) -> HttpResponse:
    """Teams, staff and what happened. Members who are no staff see their own team only."""
    row = get_object_or_404(Course.objects.visible_to(request.user), slug=course)
    text, kind = asked_text(request, "q"), request.GET.get("kind", "")
    events = row.events.visible_to(request.user)
    context = {
        "course": row,
        "crumbs": crumbs_to(),
        "page": page_of(request, queries.teams_of(row, request.user, text=text), size=ROWS),
        "text": text,
        "staff": row.memberships.staff().filter(team=None).select_related("user"),
        "is_staff": Course.objects.staffed_by(request.user).filter(pk=row.pk).exists(),
        "may_edit": Course.objects.editable_by(request.user).filter(pk=row.pk).exists(),
        "events": queries.timeline(events, kind=kind),
        "kind": kind,
        "kinds": Event.Kind.choices,
    }
    return render_page(request, "courses/course_detail.html", context, partial="timeline")


@require_http_methods(["GET", "POST"])
def course_edit(request: Request, course: str) -> HttpResponse:
    """Name, time zone, archived or not."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    form = CourseForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_course(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        return redirect(row)
    return form_page(request, form, title="Edit course", crumbs=crumbs_to(row), action="Save")


@require_http_methods(["GET", "POST"])
def team_add(request: Request, course: str) -> HttpResponse:
    """A new team of a course."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    form = NewTeamForm(request.POST or None)
    if form.is_valid():
        team = services.add_team(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        if team:
            return redirect(team)
        form.add_error("name", NAME_TAKEN)
    return form_page(request, form, title="Add a team", crumbs=crumbs_to(row), action="Add team")


def team_page(request: Request, course: str, team: str) -> dict[str, Any]:
    """Return what the catalogue has for a team's page: members, projects, places, what happened."""
    teams = Team.objects.visible_to(request.user).select_related("course")
    row = get_object_or_404(teams, course__slug=course, slug=team)
    kind = request.GET.get("kind", "")
    return {
        "team": row,
        "crumbs": crumbs_to(row.course),
        "members": row.memberships.select_related("user"),
        "projects": row.projects.select_related("team__course").prefetch_related("environments"),
        "may_edit": Team.objects.editable_by(request.user).filter(pk=row.pk).exists(),
        "events": queries.timeline(row.events.all(), kind=kind),
        "kind": kind,
        "kinds": Event.Kind.choices,
    }


@require_http_methods(["GET", "POST"])
def team_edit(request: Request, course: str, team: str) -> HttpResponse:
    """Name, archived or not. The address stays."""
    teams = Team.objects.editable_by(request.user).select_related("course")
    row = get_object_or_404(teams, course__slug=course, slug=team)
    form = TeamForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_team(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        return redirect(row)
    return form_page(request, form, title="Edit team", crumbs=crumbs_to(row.course, row), action="Save")
