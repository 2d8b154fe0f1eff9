"""Who asked about environments and hosts, and what do they see?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.exports import wants_csv
from courses.http import Request, asked_text, render_page
from courses.models import Course, Environment
from courses.views.pages import confirm_page, crumbs_to
from health import services
from health.exports import environments_csv, hosts_csv
from health.forms import CheckForm
from health.models import Check, Host
from health.queries import environment_list as listed
from health.queries import environment_page, hosts
from health.rules import ranges
from health.wording import range_links

LOST = (
    "Its check, all that was measured there, its part of the timeline and the API keys made for it alone "
    "are lost, and its open alerts end. The app itself is not touched. To pause the checks only, edit the "
    "check instead."
)


@require_GET
def environment_list(request: Request) -> HttpResponse:
    """Every environment the reader may see, problems first."""
    status, text = request.GET.get("state", ""), asked_text(request, "q", most=60)
    if wants_csv(request):
        now = timezone.now()
        return environments_csv(listed.environments(request.user, status=status, text=text, now=now), now=now)
    found = listed.environment_list(
        request.user,
        status=status,
        text=text,
        page_number=request.GET.get("page", "1"),
        now=timezone.now(),
    )
    has_hosts = hosts.may_see_hosts(request.user)
    context = {"list": found, "status": status, "text": text, "has_hosts": has_hosts}
    return render_page(request, "health/environment_list.html", context, partial="environments")


@require_GET
def environment_detail(request: Request, pk: int) -> HttpResponse:
    """How one environment is and was."""
    rows = Environment.objects.visible_to(request.user)
    rows = rows.select_related("project__team__course", "health_check", "health_state")
    environment = get_object_or_404(rows, pk=pk)
    now, zone = timezone.now(), timezone.get_current_timezone()
    span, became = ranges.asked(request.GET, first=environment.created_at, now=now)
    page = environment_page.environment_page(environment, span=span, now=now, zone=zone)
    is_editable = Environment.objects.editable_by(request.user).filter(pk=pk).exists()
    context = {
        "page": page,
        "ranges": range_links(span, became),
        "is_editable": is_editable,
        "edit_url": reverse("courses:environment_edit", args=[pk]) if is_editable else "",
    }
    return render_page(request, "health/environment_detail.html", context, partial="environment")


@require_http_methods(["GET", "POST"])
def environment_remove(request: Request, pk: int) -> HttpResponse:
    """Ask a lecturer, then delete an environment."""
    courses = Course.objects.editable_by(request.user).values("pk")
    rows = Environment.objects.filter(project__team__course__in=courses)
    environment = get_object_or_404(rows.select_related("project__team__course"), pk=pk)
    project = environment.project
    if request.method == "POST":
        services.remove_environment(environment, actor=request.user, now=timezone.now())
        messages.success(request, f"The environment “{environment.name}” is deleted.")
        return redirect(project)
    crumbs = crumbs_to(project.team.course, project.team, project)
    title = f"Delete {environment.name}?"
    return confirm_page(request, title=title, text=LOST, crumbs=crumbs, action="Delete for good")


@require_http_methods(["GET", "POST"])
def check_edit(request: Request, pk: int) -> HttpResponse:
    """Change how an environment is checked."""
    checks = Check.objects.editable_by(request.user).select_related("environment__project__team__course")
    check = get_object_or_404(checks, pk=pk)
    form = CheckForm(request.POST or None, instance=check)
    if request.method == "POST" and form.is_valid():
        services.update_check(check, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, "Saved. The environment is checked again in a moment.")
        return redirect(check)
    context = {"form": form, "check": check, "environment": check.environment}
    return render(request, "health/check_edit.html", context)


@require_POST
def check_run(request: Request, pk: int) -> HttpResponse:
    """Make a check due now."""
    check = get_object_or_404(Check.objects.editable_by(request.user).filter(is_enabled=True), pk=pk)
    services.request_check(check, now=timezone.now())
    messages.success(request, "The environment is checked in a moment.")
    return redirect(check)


@require_GET
def host_list(request: Request) -> HttpResponse:
    """The machines the reader may see; there is no such page for students."""
    if not hosts.may_see_hosts(request.user):
        raise Http404
    if wants_csv(request):
        return hosts_csv(hosts.visible_hosts(request.user), now=timezone.now())
    context = {"rows": hosts.host_list(request.user, now=timezone.now()), "has_hosts": True}
    return render_page(request, "health/host_list.html", context, partial="hosts")


@require_GET
def host_detail(request: Request, pk: int) -> HttpResponse:
    """How busy one machine is and was."""
    rows = Host.objects.visible_to(request.user).select_related("course", "state")
    host = get_object_or_404(rows, pk=pk)
    now, zone = timezone.now(), timezone.get_current_timezone()
    span, became = ranges.asked(request.GET, first=host.created_at, now=now)
    page = hosts.host_page(host, span=span, now=now, zone=zone)
    context = {"page": page, "ranges": range_links(span, became)}
    return render_page(request, "health/host_detail.html", context, partial="host")
