"""Which courses and teams are there, and what happened in them?"""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses import queries, services
from courses.exports import courses_csv, teams_csv, wants_csv
from courses.forms import CourseForm, NewCourseForm, TeamForm
from courses.http import Request, asked_text, page_of
from courses.live import live_page
from courses.models import Course, Membership, Team
from courses.views.pages import NAME_TAKEN, ROWS, confirm_page, course_tabs, crumbs_to, form_page
from courses.views.timeline import FEW_ENTRIES, asked_of, timeline_file, timeline_part


@require_GET
def course_list(request: Request) -> HttpResponse:
    """The courses the reader takes part in."""
    rows = queries.courses_of(request.user)
    if wants_csv(request):
        return courses_csv(rows)
    page = page_of(request, rows, size=ROWS)
    lines = [(course, course.role and Membership.Role(course.role).label) for course in page]
    may_try = request.user.is_superuser and not Course.objects.filter(is_sample=True).exists()
    return render(request, "courses/course_list.html", {"page": page, "lines": lines, "may_try": may_try})


@require_http_methods(["GET", "POST"])
def course_add(request: Request) -> HttpResponse:
    """A new course, by an administrator."""
    if not request.user.is_superuser:
        raise Http404
    form = NewCourseForm(request.POST or None, user=request.user)
    if form.is_valid():
        course = services.add_course(**form.cleaned_data, actor=request.user, now=timezone.now())
        if course:
            messages.success(request, _("The course “%(name)s” is added.") % {"name": course.name})
            return redirect("dashboard:course_setup", course.slug)
        form.add_error("name", NAME_TAKEN)
    return form_page(request, form, title=_("Add a course"), crumbs=crumbs_to(), action=_("Add course"))


@require_GET
def course_detail(request: Request, course: str) -> HttpResponse:
    """Teams, staff and what happened. Members who are no staff see their own team only."""
    row = get_object_or_404(queries.courses_with_rights(request.user), slug=course)
    text, asked = asked_text(request, "q"), asked_of(request)
    teams, events = queries.teams_of(row, request.user, text=text), row.events.visible_to(request.user)
    if wants_csv(request):
        is_timeline = request.GET.get("part") == "timeline"
        return timeline_file(request, row.slug, events) if is_timeline else teams_csv(row, teams)
    frame = {
        "course": row,
        "crumbs": crumbs_to(),
        "count": teams.count(),
        "text": text,
        "staff": queries.staff_of(row),
        "tabs": course_tabs(row, request.user, "courses:course_detail"),
        "is_staff": row.is_staffed,
        "may_edit": row.may_edit,
    }
    return live_page(
        request,
        "courses/course_detail.html",
        frame=frame,
        team_rows=lambda: {"page": page_of(request, teams, size=ROWS)},
        timeline=partial(timeline_part, events, asked, size=FEW_ENTRIES),
    )


@require_http_methods(["GET", "POST"])
def course_edit(request: Request, course: str) -> HttpResponse:
    """Name, time zone, archived or not."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    form = CourseForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_course(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, _("The course is saved."))
        return redirect(row)
    tabs = course_tabs(row, request.user, "courses:course_edit")
    return form_page(request, form, title=_("Settings"), crumbs=crumbs_to(row), action=_("Save"), tabs=tabs)


@require_http_methods(["GET", "POST"])
def team_add(request: Request, course: str) -> HttpResponse:
    """A new team of a course."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    form = TeamForm(request.POST or None, instance=Team(course=row), may_archive=False)
    if form.is_valid():
        team = services.add_team(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        if team:
            messages.success(request, _("The team “%(name)s” is added.") % {"name": team.name})
            return redirect(team)
        form.add_error("name", NAME_TAKEN)
    return form_page(request, form, title=_("Add a team"), crumbs=crumbs_to(row), action=_("Add team"))


@require_http_methods(["GET", "POST"])
def team_edit(request: Request, course: str, team: str) -> HttpResponse:
    """Name, tags, archived or not. The address stays."""
    teams = queries.with_rights(Team.objects.editable_by(request.user), request.user)
    row = get_object_or_404(teams.select_related("course"), course__slug=course, slug=team)
    form = TeamForm(request.POST or None, instance=row, may_archive=row.may_archive)
    if form.is_valid():
        values = {"is_archived": row.is_archived, **form.cleaned_data}
        services.edit_team(row, **values, actor=request.user, now=timezone.now())
        messages.success(request, _("The team is saved."))
        return redirect(row)
    crumbs = crumbs_to(row.course, row)
    return form_page(request, form, title=_("Edit team"), crumbs=crumbs, action=_("Save"))


@require_http_methods(["GET", "POST"])
def team_archive(request: Request, course: str, team: str) -> HttpResponse:
    """Ask, then put a team away. The page that edits it brings it back."""
    courses = Course.objects.editable_by(request.user)
    rows = Team.objects.filter(is_archived=False, course__in=courses.values("pk")).select_related("course")
    row = get_object_or_404(rows, course__slug=course, slug=team)
    if request.method == "POST":
        now = timezone.now()
        services.edit_team(row, name=row.name, is_archived=True, actor=request.user, now=now)
        messages.success(request, _("The team “%(name)s” is archived.") % {"name": row.name})
        return redirect(row)
    text = _(
        "Its environments are no longer checked, its repositories no longer read, and it leaves every board. "
        "Nothing is deleted: members, measurements and what happened stay, and “Edit team” brings it back."
    )
    title, crumbs = _("Archive %(name)s?") % {"name": row.name}, crumbs_to(row.course, row)
    return confirm_page(request, title=title, text=text, crumbs=crumbs, action=_("Archive"))
