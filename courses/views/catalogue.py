"""Which courses and teams are there, and what happened in them?"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from courses import queries, services
from courses.forms import CourseForm, NewCourseForm, NewTeamForm, TeamForm
from courses.http import Request, asked_text, page_of, render_page
from courses.models import Course, Team
from courses.views.pages import NAME_TAKEN, ROWS, confirm_page, crumbs_to, form_page


@require_GET
def course_list(request: Request) -> HttpResponse:
    """The courses the reader takes part in."""
    courses = Course.objects.visible_to(request.user).order_by("is_archived", "name")
    return render(request, "courses/course_list.html", {"page": page_of(request, courses, size=ROWS)})


@require_http_methods(["GET", "POST"])
def course_add(request: Request) -> HttpResponse:
    """A new course, by an administrator."""
    if not request.user.is_superuser:
        raise Http404
    form = NewCourseForm(request.POST or None, initial={"time_zone": timezone.get_current_timezone_name()})
    if form.is_valid():
        course = services.add_course(**form.cleaned_data, actor=request.user, now=timezone.now())
        if course:
            messages.success(request, f"The course “{course.name}” is added. Import the roster of its teams.")
            return redirect(course)
        form.add_error("name", NAME_TAKEN)
    return form_page(request, form, title="Add a course", crumbs=crumbs_to(), action="Add course")


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
        "staff": queries.staff_of(row),
        "is_staff": Course.objects.staffed_by(request.user).filter(pk=row.pk).exists(),
        "may_edit": Course.objects.editable_by(request.user).filter(pk=row.pk).exists(),
        "events": queries.timeline(events, kind=kind),
        "kind": kind,
        "kinds": queries.kinds_of(events),
    }
    return render_page(request, "courses/course_detail.html", context, partial="timeline")


@require_http_methods(["GET", "POST"])
def course_edit(request: Request, course: str) -> HttpResponse:
    """Name, time zone, archived or not."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    form = CourseForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_course(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, "The course is saved.")
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
            messages.success(request, f"The team “{team.name}” is added.")
            return redirect(team)
        form.add_error("name", NAME_TAKEN)
    return form_page(request, form, title="Add a team", crumbs=crumbs_to(row), action="Add team")


def team_page(request: Request, course: str, team: str) -> dict[str, Any]:
    """Return what the catalogue has for a team's page: members, projects, places, what happened."""
    teams = queries.with_rights(Team.objects.visible_to(request.user), request.user)
    row = get_object_or_404(teams.select_related("course"), course__slug=course, slug=team)
    kind = request.GET.get("kind", "")
    return {
        "team": row,
        "crumbs": crumbs_to(row.course),
        "members": row.memberships.select_related("user"),
        "projects": row.projects.select_related("team__course").prefetch_related("environments"),
        "may_edit": row.may_edit,
        "may_archive": row.may_archive and not row.is_archived,
        "events": queries.timeline(row.events.all(), kind=kind),
        "kind": kind,
        "kinds": queries.kinds_of(row.events.all()),
    }


@require_http_methods(["GET", "POST"])
def team_edit(request: Request, course: str, team: str) -> HttpResponse:
    """Name, archived or not. The address stays."""
    teams = queries.with_rights(Team.objects.editable_by(request.user), request.user)
    row = get_object_or_404(teams.select_related("course"), course__slug=course, slug=team)
    form = (TeamForm if row.may_archive else NewTeamForm)(request.POST or None, instance=row)
    if form.is_valid():
        values = {"is_archived": row.is_archived, **form.cleaned_data}
        services.edit_team(row, **values, actor=request.user, now=timezone.now())
        messages.success(request, "The team is saved.")
        return redirect(row)
    return form_page(request, form, title="Edit team", crumbs=crumbs_to(row.course, row), action="Save")


@require_http_methods(["GET", "POST"])
def team_archive(request: Request, course: str, team: str) -> HttpResponse:
    """Ask, then put a team away. The page that edits it brings it back."""
    courses = Course.objects.editable_by(request.user)
    rows = Team.objects.filter(is_archived=False, course__in=courses.values("pk")).select_related("course")
    row = get_object_or_404(rows, course__slug=course, slug=team)
    if request.method == "POST":
        now = timezone.now()
        services.edit_team(row, name=row.name, is_archived=True, actor=request.user, now=now)
        messages.success(request, f"The team “{row.name}” is archived.")
        return redirect(row)
    text = (
        "Its environments are no longer checked, its repositories no longer read, and it leaves every board. "
        "Nothing is deleted: members, measurements and what happened stay, and “Edit team” brings it back."
    )
    crumbs = crumbs_to(row.course, row)
    return confirm_page(request, title=f"Archive {row.name}?", text=text, crumbs=crumbs, action="Archive")
