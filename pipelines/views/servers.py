"""Who sets up CI servers, and what do they see of them?"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.exports import wants_csv
from courses.http import Request, asked_text
from courses.live import live_page
from courses.models import Course
from courses.views.pages import Crumb, confirm_page
from pipelines import queries, services
from pipelines.exports import servers_csv
from pipelines.forms import ServerForm
from pipelines.models import CIServer
from pipelines.models.servers import NAME_TAKEN

LOST = gettext_lazy(
    "Its token, and every repository and pipeline read from it, are deleted. Projects, deployments and the "
    "timeline stay, and GitLab itself is not touched."
)


@require_GET
def server_list(request: Request) -> HttpResponse:
    """The CI servers of the courses one lectures."""
    _lecturer_only(request)
    if wants_csv(request):
        return servers_csv(request.user, now=timezone.now())
    return live_page(
        request,
        "pipelines/server_list.html",
        frame={"crumbs": crumbs_of()[:1], "has_any": CIServer.objects.editable_by(request.user).exists()},
        servers=lambda: {"rows": queries.server_rows(request.user, now=timezone.now())},
    )


@require_http_methods(["GET", "POST"])
def server_add(request: Request) -> HttpResponse:
    """A new CI server of a course."""
    _lecturer_only(request)
    form = ServerForm(request.POST or None, user=request.user, course=asked_text(request, "course"))
    if _is_saved(request, form):
        return redirect(form.instance)
    context = {"form": form, "crumbs": crumbs_of()}
    return render(request, "pipelines/server_form.html", context)


@require_http_methods(["GET", "POST"])
def server_edit(request: Request, pk: int) -> HttpResponse:
    """Settings of a CI server, and what the last test of it found."""
    rows = CIServer.objects.editable_by(request.user).select_related("course")
    server = get_object_or_404(rows, pk=pk)
    name = server.name  # which the form changes, valid or not
    form = ServerForm(request.POST or None, user=request.user, instance=server)
    if _is_saved(request, form):
        return redirect(server)
    frame = {"form": form, "server": server, "name": name, "crumbs": crumbs_of()}
    return live_page(
        request,
        "pipelines/server_form.html",
        frame=frame,
        connection=lambda: _connection(pk),
        fresh_s=2,
    )


def _connection(pk: int) -> dict[str, Any]:
    server = CIServer.objects.get(pk=pk)  # as it is stored: the form may have changed the other
    return {"stored": server, "checks": queries.connection(server, now=timezone.now())}


def _is_saved(request: Request, form: ServerForm) -> bool:
    """Store a valid form. What is saved is tried by the next tick, which the server's page shows."""
    if not form.is_valid():
        return False
    token, server = form.cleaned_data["token"], form.instance
    if services.save_server(server, token=token, by=request.user, now=timezone.now()):
        messages.success(request, _("“%(name)s” is saved and being tried.") % {"name": server.name})
        return True
    form.add_error(None, NAME_TAKEN)
    return False


@require_http_methods(["GET", "POST"])
def server_delete(request: Request, pk: int) -> HttpResponse:
    """Ask, then delete a CI server with what was read from it."""
    rows = CIServer.objects.editable_by(request.user).select_related("course")
    server = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        services.remove_server(server, by=request.user, now=timezone.now())
        messages.success(request, _("“%(name)s” is deleted.") % {"name": server.name})
        return redirect("pipelines:server_list")
    return confirm_page(
        request,
        title=_("Delete “%(name)s”?") % {"name": server.name},
        text=LOST,
        crumbs=crumbs_of(server),
        action=_("Delete for good"),
    )


@require_POST
def server_test(request: Request, pk: int) -> HttpResponse:
    """Try the stored address and token with the next tick."""
    server = get_object_or_404(CIServer.objects.editable_by(request.user), pk=pk)
    if services.request_test(server, now=timezone.now()):
        messages.success(request, _("“%(name)s” is being tried.") % {"name": server.name})
    else:
        told = _("“%(name)s” is not tried: it is switched off, or it asked to wait.")
        messages.warning(request, told % {"name": server.name})
    return redirect(server)


@require_POST
def server_poll(request: Request, pk: int) -> HttpResponse:
    """Poll a server with the next tick."""
    server = get_object_or_404(CIServer.objects.editable_by(request.user), pk=pk)
    if services.request_poll(server, now=timezone.now()):
        messages.success(request, _("“%(name)s” is polled within seconds.") % {"name": server.name})
    else:
        told = _("“%(name)s” asked to wait. It is polled when that time is over.")
        messages.warning(request, told % {"name": server.name})
    return redirect("pipelines:server_list")


def _lecturer_only(request: Request) -> None:
    if not Course.objects.editable_by(request.user).exists():
        raise Http404


def crumbs_of(*servers: CIServer) -> list[Crumb]:
    """Return labels and addresses from the board down to the CI servers, or to one of them."""
    return [
        (_("Pipelines"), reverse("pipelines:board")),
        (_("CI servers"), reverse("pipelines:server_list")),
        *((server.name, server.get_absolute_url(), server.course) for server in servers),
    ]
