"""How does an empty site become one with a first chart?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courses.http import Request
from courses.live import live_page
from courses.models import Course
from courses.views.pages import course_tabs, crumbs_to, is_mail_filed
from dashboard import queries, services


@require_GET
def course_setup(request: Request, course: str) -> HttpResponse:
    """The first steps of a course: what is done, what comes next, and why."""
    rows = queries.with_steps(Course.objects.editable_by(request.user), is_mail_filed=is_mail_filed())
    row = get_object_or_404(rows, slug=course)
    tabs = course_tabs(row, request.user, "dashboard:course_setup")
    frame = {"course": row, "crumbs": crumbs_to(row), "tabs": tabs}
    steps = {"setup": queries.setup_of(row)}
    return live_page(request, "dashboard/course_setup.html", frame=frame, steps=lambda: steps)


@require_POST
def setup_finish(request: Request, course: str) -> HttpResponse:
    """Put the list away. Its page stays."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    services.finish_setup(row)
    messages.success(
        request, _("The list is put away. You find it again under “Set-up” on the course's page.")
    )
    return redirect("dashboard:overview")
