"""What does a team build, and where does it run?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses import services
from courses.forms import EnvironmentForm, ProjectForm
from courses.http import Request
from courses.models import Environment, Project, Team
from courses.views.pages import NAME_TAKEN, Crumbs, crumbs_to, form_page


def _crumbs(project: Project) -> Crumbs:
    return crumbs_to(project.team.course, project.team, project)


@require_http_methods(["GET", "POST"])
def project_add(request: Request, course: str, team: str) -> HttpResponse:
    """A new project of a team."""
    teams = Team.objects.editable_by(request.user).select_related("course")
    row = get_object_or_404(teams, course__slug=course, slug=team)
    form = ProjectForm(request.POST or None)
    if form.is_valid():
        project = services.add_project(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        if project:
            messages.success(request, f"The project “{project.name}” is added.")
            return redirect(project)
        form.add_error("name", NAME_TAKEN)
    return form_page(
        request, form, title="Add a project", crumbs=crumbs_to(row.course, row), action="Add project"
    )


@require_http_methods(["GET", "POST"])
def project_edit(request: Request, course: str, team: str, project: str) -> HttpResponse:
    """Name and repository. The address stays."""
    rows = Project.objects.editable_by(request.user).select_related("team__course")
    row = get_object_or_404(rows, team__course__slug=course, team__slug=team, slug=project)
    form = ProjectForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_project(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, "The project is saved.")
        return redirect(row)
    return form_page(request, form, title="Edit project", crumbs=_crumbs(row), action="Save")


@require_http_methods(["GET", "POST"])
def environment_add(request: Request, course: str, team: str, project: str) -> HttpResponse:
    """A new place the project runs."""
    rows = Project.objects.editable_by(request.user).select_related("team__course")
    row = get_object_or_404(rows, team__course__slug=course, team__slug=team, slug=project)
    form = EnvironmentForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        if services.add_environment(row, **values, actor=request.user, now=timezone.now()):
            messages.success(request, f"The environment “{values['name']}” is added.")
            return redirect(row)
        form.add_error("name", NAME_TAKEN)
    return form_page(request, form, title="Add an environment", crumbs=_crumbs(row), action="Add environment")


@require_http_methods(["GET", "POST"])
def environment_edit(request: Request, pk: int) -> HttpResponse:
    """Name and URL."""
    rows = Environment.objects.editable_by(request.user).select_related("project__team__course")
    row = get_object_or_404(rows, pk=pk)
    form = EnvironmentForm(request.POST or None, instance=row)
    if form.is_valid():
        services.edit_environment(row, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, "The environment is saved.")
        return redirect(row.project)
    return form_page(request, form, title="Edit environment", crumbs=_crumbs(row.project), action="Save")
