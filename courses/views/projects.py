"""What does a team build, and where does it run?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses import services
from courses.forms import EnvironmentForm, ProjectChoiceForm, ProjectForm
from courses.http import Request, asked_text
from courses.models import Environment, Project, Team
from courses.refusals import unchecked
from courses.views.pages import NAME_TAKEN, Crumbs, crumbs_to, form_page


def _crumbs(project: Project) -> Crumbs:
    return crumbs_to(project.team.course, project.team, project)


def _warn_of(request: Request, address: str) -> None:
    if address and services.is_refused(address):
        messages.warning(request, unchecked([address]))


@require_http_methods(["GET", "POST"])
def project_add(request: Request, course: str, team: str) -> HttpResponse:
    """A new project of a team."""
    teams = Team.objects.editable_by(request.user).select_related("course")
    row = get_object_or_404(teams, course__slug=course, slug=team)
    form = ProjectForm(request.POST or None)
    if form.is_valid():
        project = services.add_project(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        if project:
            messages.success(request, _("The project “%(name)s” is added.") % {"name": project.name})
            return redirect(project)
        form.add_error("name", NAME_TAKEN)
    return form_page(
        request, form, title=_("Add a project"), crumbs=crumbs_to(row.course, row), action=_("Add project")
    )


@require_http_methods(["GET", "POST"])
def project_edit(request: Request, course: str, team: str, project: str) -> HttpResponse:
    """Name and repository. The address stays."""
    rows = Project.objects.editable_by(request.user).select_related("team__course")
    row = get_object_or_404(rows, team__course__slug=course, team__slug=team, slug=project)
    form = ProjectForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_project(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, _("The project is saved."))
        return redirect(row)
    return form_page(request, form, title=_("Edit project"), crumbs=_crumbs(row), action=_("Save"))


@require_http_methods(["GET", "POST"])
def environment_place(request: Request) -> HttpResponse:
    """Of which project a new environment is; `course` leaves those of other courses out, if it has any."""
    projects = Project.objects.editable_by(request.user).select_related("team__course")
    there = projects.filter(team__course__slug=asked_text(request, "course"))
    if there.exists():
        projects = there
    projects = projects.order_by("team__course__name", "team__name", "name", "pk")
    if not projects.exists():
        raise Http404
    form = ProjectChoiceForm(request.POST or None, projects=projects)
    if form.is_valid():
        row = form.cleaned_data["project"]
        return redirect("courses:environment_add", row.team.course.slug, row.team.slug, row.slug)
    return form_page(request, form, title=_("Add an environment"), crumbs=crumbs_to(), action=_("Go on"))


@require_http_methods(["GET", "POST"])
def environment_add(request: Request, course: str, team: str, project: str) -> HttpResponse:
    """A new place the project runs."""
    rows = Project.objects.editable_by(request.user).select_related("team__course")
    row = get_object_or_404(rows, team__course__slug=course, team__slug=team, slug=project)
    form = EnvironmentForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        if services.add_environment(row, **values, actor=request.user, now=timezone.now()):
            messages.success(request, _("The environment “%(name)s” is added.") % values)
            _warn_of(request, values["url"])
            return redirect(row)
        form.add_error("name", NAME_TAKEN)
    return form_page(
        request, form, title=_("Add an environment"), crumbs=_crumbs(row), action=_("Add environment")
    )


@require_http_methods(["GET", "POST"])
def environment_edit(request: Request, pk: int) -> HttpResponse:
    """Name and URL."""
    rows = Environment.objects.editable_by(request.user).select_related("project__team__course")
    row = get_object_or_404(rows, pk=pk)
    form = EnvironmentForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_environment(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, _("The environment is saved."))
        _warn_of(request, form.cleaned_data["url"])
        return redirect(row.project)
    return form_page(
        request, form, title=_("Edit environment"), crumbs=_crumbs(row.project), action=_("Save")
    )
