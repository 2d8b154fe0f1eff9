"""What do the pages about alerts have in common?"""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from alerts import queries
from courses.http import Request
from courses.models import Membership
from courses.views.pages import is_mail_filed

ROWS = 50
INBOX, RULES = ("alerts:inbox", "Inbox"), ("alerts:rule_list", "Rules")
CHANNELS, LOG = ("alerts:channel_list", "Channels"), ("alerts:delivery_log", "Delivery log")


def tabs_of(request: Request) -> dict[str, Any]:
    """Return the pages of this app that the reader may open, and what the banner about mail needs."""
    roles = queries.roles_of(request.user)
    is_staff = bool(roles - {Membership.Role.STUDENT})
    is_lecturer = Membership.Role.LECTURER in roles
    tabs = [INBOX, RULES, *([CHANNELS] if is_lecturer else []), *([LOG] if is_staff else [])]
    is_filed = is_mail_filed()
    return {"tabs": tabs, "is_lecturer": is_lecturer, "is_staff": is_staff, "is_mail_filed": is_filed}


def need(may: bool) -> None:
    """Hide a list from those for whom there is none. Raises Http404."""
    if not may:
        raise Http404


def back_to(request: Request, otherwise: str) -> HttpResponse:
    """Return to the page of this site that the form named, filters and all, or to `otherwise`."""
    target = request.POST.get("next", "")
    # Without a leading slash `redirect` would look for a view of that name.
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return HttpResponseRedirect(target if is_ours else otherwise)
