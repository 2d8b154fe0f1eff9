"""What do the pages about alerts have in common?"""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import queries, wording
from alerts.models import Channel, Delivery
from courses.http import Request
from courses.models import Membership
from courses.views.pages import is_mail_filed

ROWS = 50
INBOX, RULES = "alerts:inbox", "alerts:rule_list"
CHANNELS, LOG = "alerts:channel_list", "alerts:delivery_log"
LABELS = {
    INBOX: gettext_lazy("Inbox"),
    RULES: gettext_lazy("Rules"),
    CHANNELS: gettext_lazy("Channels"),
    LOG: gettext_lazy("Delivery log"),
}


def tabs_of(request: Request, current: str) -> dict[str, Any]:
    """Return the pages of this app that the reader may open, and what the banner about mail needs."""
    roles = queries.roles_of(request.user)
    is_staff = bool(roles - {Membership.Role.STUDENT})
    is_lecturer = Membership.Role.LECTURER in roles
    names = [INBOX, RULES, *([CHANNELS] if is_lecturer else []), *([LOG] if is_staff else [])]
    return {
        "tabs": [(LABELS[name], reverse(name), name == current) for name in names],
        "is_lecturer": is_lecturer,
        "is_staff": is_staff,
        "is_mail_filed": is_mail_filed(),
    }


def crumbs_to(*names: str) -> Sequence[tuple[str, str]]:
    """Return labels and addresses from the inbox down to the last of the pages named."""
    return [(_("Alerts"), reverse(INBOX)), *((str(LABELS[name]), reverse(name)) for name in names)]


def outcome_of(message: Delivery) -> tuple[str, str]:
    """Return tone and word of what became of `message`, whose channel is loaded."""
    is_filed = message.channel.kind == Channel.Kind.EMAIL and is_mail_filed()
    return wording.outcome(message.state, is_filed=is_filed, has_failed=bool(message.last_error))


def need(may: bool) -> None:
    """Hide a list from those for whom there is none. Raises Http404."""
    if not may:
        raise Http404


def back_to(request: Request, otherwise: str, *, place: str = "") -> HttpResponse:
    """Return to the page of this site that the form named, filters and all, or to `otherwise`.

    place: the id of what has the focus there, so that who uses keys goes on where they were.
    """
    target = request.POST.get("next", "")
    # Without a leading slash `redirect` would look for a view of that name.
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    page = (target if is_ours else otherwise).partition("#")[0]
    return HttpResponseRedirect(f"{page}#{place}" if place else page)
