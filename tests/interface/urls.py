"""Where is everything, and where can each error page be seen?"""

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import path
from django.utils.module_loading import import_string
from django.views.csrf import csrf_failure

from dashboard import urls as product

handler400, handler403 = product.handler400, product.handler403
handler404, handler500 = product.handler404, product.handler500

FAULTS = {
    "400": BadRequest(),
    "403": PermissionDenied(),
    "404": Http404(),
    "500": RuntimeError("on purpose"),
    "503": OperationalError("database is locked"),
}
ANSWERS = {"405": 405, "429": 429, "403_csrf": 403}
PAGES = {f"/faults/{name}/": int(name[:3]) for name in (*FAULTS, *ANSWERS)}


def fault(request: HttpRequest, name: str) -> HttpResponse:
    """Fail as the product would."""
    if name in FAULTS:
        raise FAULTS[name]
    if name == "403_csrf":
        return csrf_failure(request)
    if name == "405":
        return HttpResponseNotAllowed(["POST"])
    return render(request, "429.html", status=429)


urlpatterns = [*product.urlpatterns, path("faults/<slug:name>/", fault)]
assert import_string(handler500)
