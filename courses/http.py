"""What does every view share? The request type, full page or partial, the reader's time zone."""

import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from courses.models import User


class Request(HttpRequest):
    """A request that passed the login: `user` is a person, `htmx` says who asks."""

    user: User
    htmx: HtmxDetails


def render_page(
    request: Request, template: str, context: Mapping[str, Any], *, partial: str, status: int = 200
) -> HttpResponse:
    """Render `template`, or only its partial of that name when htmx asks for it.

    Both live at one URL, so the answer varies on the header that tells them apart. A request
    that restores history after a cache miss needs the whole page.
    """
    is_partial = bool(request.htmx) and not request.htmx.history_restore_request
    name = f"{template}#{partial}" if is_partial else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def reader_time_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: show times in the zone the signed-in reader chose."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "")
        if not name:
            return get_response(request)
        with timezone.override(zoneinfo.ZoneInfo(name)):
            return get_response(request)

    return middleware
