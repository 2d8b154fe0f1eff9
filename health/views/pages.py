"""What do the pages of this app have in common: the way between them, and the span of their charts?"""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.http import Request
from courses.models import User
from courses.rules import ranges
from courses.views.pages import Tabs
from health.queries import hosts
from health.wording import range_links

ENVIRONMENTS, HOSTS = "health:environment_list", "health:host_list"


def health_tabs(user: User, current: str) -> Tabs:
    """Return the pages of this part that `user` may open; none where there is but one."""
    if not hosts.may_see_hosts(user):
        return []
    pages = ((_("Environments"), ENVIRONMENTS), (_("Hosts"), HOSTS))
    return [(text, reverse(name), name == current) for text, name in pages]


def asked_span(request: Request, *, first: datetime) -> tuple[ranges.Range, dict[str, Any]]:
    """Return the span that the address asks for, and what `health/_ranges.html` needs.

    first: since when there is something to show.
    """
    span, became = ranges.asked(request.GET, first=first, now=timezone.now())
    return span, {"ranges": range_links(span, became)}
