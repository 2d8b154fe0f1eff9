"""What does a person see who comes, by hand or after signing in, to where only a button leads?"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from courses.addresses import is_own_page


def explain_method(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: give a person a page where an address takes only what a form sends."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_person = "text/html" in request.headers.get("Accept", "")
        if response.status_code != 405 or not is_person or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware


class SignInFirst(LoginRequiredMiddleware):
    """Who pressed a button signed out comes, once signed in, to the page that the button stood on."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(_page_before(request), resolve_url(self.get_login_url(view_func)))


def _page_before(request: HttpRequest) -> str:
    """Return the page of this site that the browser says it came from, else the first one."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    page = urlsplit(before)._replace(scheme="", netloc="", fragment="").geturl()
    return page if is_own_page(page) else "/"
