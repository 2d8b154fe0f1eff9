"""How does the reader want to read? Time zone, language, light or dark."""

import zoneinfo
from collections.abc import Callable
from contextlib import ExitStack

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from courses.models import Theme

THEME_COOKIE = "theme"  # for pages that know no reader: before signing in, and when something broke
A_YEAR_S = 365 * 24 * 3600

Answer = Callable[[HttpRequest], HttpResponse]


def reader_settings(get_response: Answer) -> Answer:
    """Middleware: answer in the zone and the language that the signed-in reader chose.

    Who chose no zone reads in that of their courses. Who chose no language, or has not signed in,
    gets what their browser asks for.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "") or translation.get_language_from_request(request)
        zone = getattr(request.user, "zone_name", "")
        with ExitStack() as stack:
            stack.enter_context(translation.override(language))
            if zone:
                stack.enter_context(timezone.override(zoneinfo.ZoneInfo(zone)))
            response = get_response(request)
            response.headers.setdefault(
                "Content-Language", translation.get_language() or settings.LANGUAGE_CODE
            )
            return response

    return middleware


def theme_of(request: HttpRequest) -> str:
    """Return `light`, `dark` or `auto`: the reader's own choice, or this browser's where nobody signed in."""
    reader = getattr(request, "user", None)  # an error page may be answered before there is one
    return getattr(reader, "theme", "") or theme_of_browser(request)


def theme_of_browser(request: HttpRequest) -> str:
    """Return what was chosen last in this browser, without asking who reads."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in Theme.values else Theme.AUTO.value


def keep_theme(response: HttpResponse, theme: str) -> None:
    """Let this browser remember `theme`."""
    is_secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(
        THEME_COOKIE, theme, max_age=A_YEAR_S, secure=is_secure, httponly=True, samesite="Lax"
    )
