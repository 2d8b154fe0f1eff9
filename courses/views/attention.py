"""What does the reader want to see first? Their watch list and the views they keep."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courses import services
from courses.addresses import is_own_page
from courses.exports import saved_views_csv, wants_csv
from courses.http import Request
from courses.models import MAX_SAVED_VIEWS, SavedView, Team
from courses.views.profile import profile_tabs

NAME_LENGTH = 60
ADDRESS_LENGTH = 500
UNDO = "view_undo"  # in the session: what the page of saved views offers to take back, once


@require_POST
def team_watch(request: Request, course: str, team: str) -> HttpResponse:
    """Put a team on the reader's watch list, or with `is_watched=0` take it off."""
    rows = Team.objects.visible_to(request.user).select_related("course")
    row = get_object_or_404(rows, course__slug=course, slug=team)
    if request.POST.get("is_watched") == "0":
        services.unwatch_team(request.user, row)
        messages.success(request, _("You no longer watch %(team)s.") % {"team": row.name})
    else:
        services.watch_team(request.user, row, now=timezone.now())
        messages.success(request, _("You watch %(team)s.") % {"team": row.name})
    return redirect(_page(request, "next") or row.get_absolute_url())


@require_GET
def view_list(request: Request) -> HttpResponse:
    """The views the reader keeps."""
    if wants_csv(request):
        return saved_views_csv(request.user.saved_views.all())
    context = {
        "views": request.user.saved_views.all(),
        "most": MAX_SAVED_VIEWS,
        "undo": request.session.pop(UNDO, None),
        "tabs": profile_tabs("courses:view_list"),
    }
    return render(request, "courses/view_list.html", context)


@require_POST
def view_save(request: Request) -> HttpResponse:
    """Keep a page with its filters under a name; a name in use leads to the new page from now on."""
    name, address = request.POST.get("name", "").strip(), _page(request, "address")
    back = redirect(_page(request, "next") or address or "courses:view_list")
    if not address:
        messages.error(request, _("Only pages of this site can be saved."))
        return back
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        messages.error(request, _("Give the view a name of at most 60 characters."))
        return back
    before = services.save_view(request.user, name=name, address=address, now=timezone.now())
    if before is None:
        text = _("You keep %(most)s views already. Delete one first.") % {"most": MAX_SAVED_VIEWS}
        messages.error(request, text)
    elif before in ("", address):
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
    else:
        request.session[UNDO] = {"name": name, "address": before, "now": address}
        return redirect("courses:view_list")
    return back


@require_POST
def view_delete(request: Request, pk: int) -> HttpResponse:
    """Forget a view; the page that follows offers to take that back."""
    view = get_object_or_404(SavedView, user=request.user, pk=pk)
    services.delete_view(view)
    request.session[UNDO] = {"name": view.name, "address": view.address}
    return redirect("courses:view_list")


def _page(request: Request, field: str) -> str:
    """Return the page of this site that a field of the form names, else nothing."""
    address = request.POST.get(field, "")
    return address if len(address) <= ADDRESS_LENGTH and is_own_page(address) else ""
