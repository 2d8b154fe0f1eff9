"""Who asks for the pipelines of the past?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.http import Request
from courses.models import Course, Job
from courses.services.jobs import JobRefusedError
from pipelines import services
from pipelines.forms import HistoryForm
from pipelines.models import CIServer
from pipelines.views.servers import crumbs_of


@require_http_methods(["GET", "POST"])
def server_history(request: Request, pk: int) -> HttpResponse:
    """How far back? Then the job that reads the pipelines of all repositories of the server's course."""
    rows = CIServer.objects.editable_by(request.user).select_related("course")
    server = get_object_or_404(rows, pk=pk)
    form = HistoryForm(request.POST or None, today=timezone.localdate())
    job = _started(request, server.course, form) if form.is_valid() else None
    if job:
        return redirect(job)
    crumbs = crumbs_of(server)
    count = services.readable(server.course).count()
    context = {"server": server, "form": form, "crumbs": crumbs, "count": count}
    return render(request, "pipelines/server_history.html", context)


def _started(request: Request, course: Course, form: HistoryForm) -> Job | None:
    since, now = form.cleaned_data["since"], timezone.now()
    try:
        job, is_new = services.start_backfill(course, since=since, actor=request.user, now=now)
    except JobRefusedError as refusal:
        form.add_error(None, f"{refusal.reason} {refusal.remedy}")
        return None
    if not is_new:
        messages.info(request, _("These pipelines are being read already."))
    return job
