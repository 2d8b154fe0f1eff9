"""Does the site itself answer, and what if it cannot?"""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from courses.reader import theme_of_browser

BUSY_FOR_S = 60


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Whether this web process answers at all."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether this web process can serve pages: its database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "error", "database": "does not answer"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an exception nobody caught, which Django logs."""
    if _is_busy(sys.exc_info()[1]):
        return _busy(request)
    return HttpResponse(_fault("500.html", request), status=500)


def _is_busy(fault: BaseException | None) -> bool:
    """Whether the database has no time or does not answer. SQLite calls missing tables by the same name."""
    is_operational = isinstance(fault, OperationalError)
    return is_operational and (connection.vendor != "sqlite" or "locked" in str(fault))


def _busy(request: HttpRequest) -> HttpResponse:
    """Answer without the database: the page knows no reader, and no session is stored after it."""
    if hasattr(request, "session"):
        request.session.modified = False
    page = _fault("503.html", request)
    return HttpResponse(page, status=503, headers={"Retry-After": str(BUSY_FOR_S)})


def _fault(template: str, request: HttpRequest) -> str:
    """Return a page about a fault of ours, without asking who reads."""
    return render_to_string(template, {"theme": theme_of_browser(request)})
