"""Who asked about environments, and what do they see?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.filters import choices_of
from courses.http import Request, asked_filters
from courses.live import live_page
from courses.models import Course, Environment, Project
from courses.views.pages import crumbs_to
from health.exports import environments_csv, results_csv
from health.queries import environment_list as listed
from health.queries import environment_page
from health.views.pages import ENVIRONMENTS, asked_span, health_tabs


@require_GET
def environment_list(request: Request) -> HttpResponse:
    """Every environment the reader may see, problems first.

    `course`, `state`, `tutor`, `tag` and `q` narrow it.
    """
    filters = asked_filters(request, listed.RANKS)
    if wants_csv(request):
        now = timezone.now()
        return environments_csv(listed.environments(request.user, filters, now=now), now=now)
    tutors, tags = choices_of(request.user, filters.course)
    frame = {
        "filters": filters,
        "courses": list(Course.objects.visible_to(request.user).filter(is_archived=False)),
        "tutors": tutors,
        "tags": tags,
        "tabs": health_tabs(request.user, ENVIRONMENTS),
        "may_add_one": Project.objects.editable_by(request.user).exists(),
        "has_any": Environment.objects.visible_to(request.user).exists(),
    }

    def part() -> dict[str, Any]:
        page = request.GET.get("page", "1")
        found = listed.environment_list(request.user, filters, page_number=page, now=timezone.now())
        is_bare = not found.total and not filters.is_active
        return {"list": found, "may_add": is_bare and Course.objects.staffed_by(request.user).exists()}

    return live_page(request, "health/environment_list.html", frame=frame, environments=part)


@require_GET
def environment_detail(request: Request, pk: int) -> HttpResponse:
    """How one environment is and was."""
    rows = Environment.objects.visible_to(request.user)
    rows = rows.select_related("project__team__course", "health_check", "health_state")
    environment = get_object_or_404(rows, pk=pk)
    if wants_csv(request):
        return results_csv(environment)
    project, zone = environment.project, timezone.get_current_timezone()
    span, links = asked_span(request, first=environment.created_at)
    is_editable = Environment.objects.editable_by(request.user).filter(pk=pk).exists()
    frame = {
        "environment": environment,
        "check": getattr(environment, "health_check", None),
        "crumbs": crumbs_to(project.team.course, project.team, project),
        "is_editable": is_editable,
        "edit_url": reverse("courses:environment_edit", args=[pk]) if is_editable else "",
    }

    def part() -> dict[str, Any]:
        now = timezone.now()
        return {
            **links,
            "page": environment_page.environment_page(environment, span=span, now=now, zone=zone),
        }

    return live_page(request, "health/environment_detail.html", frame=frame, now=part)
