"""How is one project, what runs from it, and what happened to it?"""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.http import Request
from courses.live import live_page
from courses.models import Course, Project
from courses.views.pages import crumbs_to
from courses.views.timeline import asked_of, timeline_file, timeline_part
from dashboard.queries.project import project_now


@require_GET
def project_detail(request: Request, course: str, team: str, project: str) -> HttpResponse:
    """Where a project runs and how, its branch, its alerts and experiments, and what happened."""
    its_own = Project.objects.editable_by(request.user).filter(pk=OuterRef("pk"))
    its_course = Course.objects.editable_by(request.user).filter(pk=OuterRef("team__course"))
    rows: Any = Project.objects.visible_to(request.user).select_related("team__course")
    rows = rows.annotate(may_edit=Exists(its_own), may_delete=Exists(its_course))
    row = get_object_or_404(
        rows.prefetch_related("environments"), team__course__slug=course, team__slug=team, slug=project
    )
    if wants_csv(request):
        return timeline_file(request, row.slug, row.events.all())
    asked = asked_of(request)
    return live_page(
        request,
        "dashboard/project_detail.html",
        frame={"project": row, "crumbs": crumbs_to(row.team.course, row.team), "asked": asked},
        now=lambda: {"now": project_now(row, now=timezone.now())},
        timeline=lambda: timeline_part(row.events.all(), asked),
    )
