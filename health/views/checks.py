"""Who changes how an environment is checked, or gives it up?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from courses.http import Request
from courses.models import Course, Environment
from courses.views.pages import Crumbs, confirm_page, crumbs_to, form_page
from health import services
from health.forms import CheckForm
from health.models import Check

LOST = gettext_lazy(
    "Its check, all that was measured there, its part of the timeline and the API keys made for it alone "
    "are lost, and its open alerts end. The app itself is not touched. To pause the checks only, edit the "
    "check instead."
)


@require_http_methods(["GET", "POST"])
def environment_remove(request: Request, pk: int) -> HttpResponse:
    """Ask a lecturer, then delete an environment."""
    courses = Course.objects.editable_by(request.user).values("pk")
    rows = Environment.objects.filter(project__team__course__in=courses)
    environment = get_object_or_404(rows.select_related("project__team__course"), pk=pk)
    name = {"name": environment.name}
    if request.method == "POST":
        services.remove_environment(environment, actor=request.user, now=timezone.now())
        messages.success(request, _("The environment “%(name)s” is deleted.") % name)
        return redirect(environment.project)
    return confirm_page(
        request,
        title=_("Delete %(name)s?") % name,
        text=str(LOST),
        crumbs=_crumbs(environment),
        action=_("Delete for good"),
    )


@require_http_methods(["GET", "POST"])
def check_edit(request: Request, pk: int) -> HttpResponse:
    """Change how an environment is checked."""
    checks = Check.objects.editable_by(request.user).select_related("environment__project__team__course")
    check = get_object_or_404(checks, pk=pk)
    form = CheckForm(request.POST or None, instance=check)
    if request.method == "POST" and form.is_valid():
        services.update_check(check, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, _("Saved. The environment is checked again in a moment."))
        return redirect(check)
    crumbs = _crumbs(check.environment)
    return form_page(request, form, title=_("Edit the check"), crumbs=crumbs, action=_("Save"))


@require_POST
def check_run(request: Request, pk: int) -> HttpResponse:
    """Make a check due now."""
    check = get_object_or_404(Check.objects.editable_by(request.user).filter(is_enabled=True), pk=pk)
    services.request_check(check, now=timezone.now())
    messages.success(request, _("The environment is checked in a moment."))
    return redirect(check)


def _crumbs(environment: Environment) -> Crumbs:
    project = environment.project
    place = (environment.name, environment.get_absolute_url())
    return [*crumbs_to(project.team.course, project.team, project), place]
