"""Who asks about pipelines and CI servers, and what do they see?"""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.exports import wants_csv
from courses.http import Request, asked_text, page_of, render_page
from courses.models import Course
from pipelines import queries, services
from pipelines.clients.readings import CIFault
from pipelines.exports import board_csv, pipelines_csv
from pipelines.forms import ServerForm
from pipelines.models import CIServer, Pipeline, Repository
from pipelines.models.servers import NAME_TAKEN

ROWS = 200
SOON = timedelta(seconds=10)  # the ticks' distance: what is due within it is due now


@require_GET
def board(request: Request) -> HttpResponse:
    """The default branch of every repository, not-green first."""
    user, now = request.user, timezone.now()
    course, state = (asked_text(request, name, most=60) for name in ("course", "state"))
    rows = queries.board(user, course=course)
    wanted = queries.with_branches(queries.in_state(rows, state))
    if wants_csv(request):
        return board_csv(wanted)
    counts = queries.state_counts(rows)
    context = {
        "page": page_of(request, wanted, size=ROWS),
        "counts": counts,
        "total": rows.count(),
        "courses": queries.courses_on_board(user),
        "course": course,
        "state": state,
        "notices": queries.server_notices(user, now=now),
        "may_edit": Course.objects.editable_by(user).exists(),
    }
    return render_page(request, "pipelines/board.html", context, partial="board")


@require_GET
def repository_detail(request: Request, pk: int) -> HttpResponse:
    """The pipelines of one repository."""
    rows = queries.with_branches(Repository.objects.visible_to(request.user).in_words())
    repository = get_object_or_404(rows, pk=pk)
    pipelines = repository.pipelines.latest_first()
    if wants_csv(request):
        return pipelines_csv(repository, pipelines)
    context = {
        "repository": repository,
        "branch": getattr(repository, "branch", None),
        "pipelines": pipelines,
        "notices": queries.server_notice(request.user, repository.server, now=timezone.now()),
    }
    return render_page(request, "pipelines/repository_detail.html", context, partial="pipelines")


@require_GET
def pipeline_detail(request: Request, pk: int) -> HttpResponse:
    """The stages and jobs of one pipeline."""
    rows = Pipeline.objects.visible_to(request.user)
    rows = rows.select_related("repository__server", "repository__project__team__course")
    pipeline = get_object_or_404(rows, pk=pk)
    jobs = list(pipeline.jobs.all())
    for job in jobs:
        job.pipeline = pipeline  # for its address, which needs the server's
    context = {"pipeline": pipeline, "repository": pipeline.repository, "jobs": jobs}
    return render_page(request, "pipelines/pipeline_detail.html", context, partial="jobs")


@require_GET
def server_list(request: Request) -> HttpResponse:
    """The CI servers of the courses one lectures."""
    _lecturer_only(request)
    servers = CIServer.objects.editable_by(request.user).select_related("course")
    now = timezone.now()
    rows = [
        (server, server.is_stale(now), server.is_on_rest(now), server.due_at <= now + SOON)
        for server in servers
    ]
    return render_page(request, "pipelines/server_list.html", {"rows": rows}, partial="servers")


@require_http_methods(["GET", "POST"])
def server_add(request: Request) -> HttpResponse:
    """A new CI server of a course."""
    _lecturer_only(request)
    return _server_form(request, ServerForm(request.POST or None, user=request.user))


@require_http_methods(["GET", "POST"])
def server_edit(request: Request, pk: int) -> HttpResponse:
    """Settings of a CI server, and what its token is good for."""
    server = get_object_or_404(CIServer.objects.editable_by(request.user), pk=pk)
    return _server_form(request, ServerForm(request.POST or None, user=request.user, instance=server))


def _server_form(request: Request, form: ServerForm) -> HttpResponse:
    if form.is_valid():
        token = form.cleaned_data["token"]
        if services.save_server(form.instance, token=token, by=request.user, now=timezone.now()):
            messages.success(request, f"“{form.instance.name}” is saved. It is polled within seconds.")
            return redirect("pipelines:server_list")
        form.add_error(None, NAME_TAKEN)
    return render(request, "pipelines/server_form.html", {"form": form, "server": form.instance})


@require_POST
def server_test(request: Request, pk: int) -> HttpResponse:
    """Try the stored address and token."""
    server = get_object_or_404(CIServer.objects.editable_by(request.user), pk=pk)
    outcome = services.check_connection(server, now=timezone.now())
    if isinstance(outcome, CIFault):
        messages.error(request, f"“{server.name}” cannot be used. {outcome.detail}")
    elif not outcome.has_read_scope:
        messages.error(request, f"“{server.name}” answers, but the token lacks the scope read_api.")
    else:
        messages.success(request, f"“{server.name}” answers: GitLab {outcome.version}.")
    return redirect(server)


@require_POST
def server_poll(request: Request, pk: int) -> HttpResponse:
    """Poll a server with the next tick."""
    server = get_object_or_404(CIServer.objects.editable_by(request.user), pk=pk)
    if services.request_poll(server, now=timezone.now()):
        messages.success(request, f"“{server.name}” is polled within seconds.")
    else:
        messages.warning(request, f"“{server.name}” asked to wait. It is polled when that time is over.")
    return redirect("pipelines:server_list")


def _lecturer_only(request: Request) -> None:
    if not Course.objects.editable_by(request.user).exists():
        raise Http404
