"""Who asked about machines, and what do they see?"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.http import Request, asked_text, page_of
from courses.live import live_page
from courses.models import Course, User
from health.exports import hosts_csv
from health.models import Host
from health.queries import hosts
from health.views.pages import HOSTS, asked_span, health_tabs

ROWS = 50


@require_GET
def host_list(request: Request) -> HttpResponse:
    """The machines the reader may see, silent ones first; there is no such page for students."""
    tabs, text = health_tabs(request.user, HOSTS), asked_text(request, "q", most=60)
    if not tabs:
        raise Http404

    now = timezone.now()
    rows = hosts.visible_hosts(request.user, text=text, now=now)
    if wants_csv(request):
        return hosts_csv(rows, now=now)

    def part() -> dict[str, Any]:
        page = page_of(request, rows, size=ROWS)
        lines = hosts.host_rows(page.object_list, now=now)
        return {"page": page, "rows": lines, "keys_url": _keys_url(request.user)}

    frame = {"tabs": tabs, "text": text, "site_url": settings.SITE_URL}
    return live_page(request, "health/host_list.html", frame=frame, hosts=part)


def _keys_url(user: User) -> str:
    """Return where `user` makes a key for an agent; empty for who may not."""
    course = Course.objects.editable_by(user).filter(is_archived=False).first()
    return reverse("courses:key_list", args=[course.slug]) if course else ""


@require_GET
def host_detail(request: Request, pk: int) -> HttpResponse:
    """How busy one machine is and was."""
    rows = Host.objects.visible_to(request.user).select_related("course", "state")
    host = get_object_or_404(rows, pk=pk)
    span, links = asked_span(request, first=host.created_at)
    zone = timezone.get_current_timezone()
    frame = {"host": host, "crumbs": [(_("Hosts"), reverse(HOSTS))]}

    def part() -> dict[str, Any]:
        return {**links, "page": hosts.host_page(host, span=span, now=timezone.now(), zone=zone)}

    return live_page(request, "health/host_detail.html", frame=frame, now=part)
