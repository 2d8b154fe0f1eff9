"""What does every view share? The request type, what it asks for, full page or partial."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from courses.filters import Filters
from courses.models import User
from courses.rules.names import row_number
from courses.rules.tags import tag_name

Row = TypeVar("Row", bound=Model)


class Request(HttpRequest):
    """A request that passed the login: `user` is a person, `htmx` says who asks."""

    user: User
    htmx: HtmxDetails


def page_of(request: Request, rows: QuerySet[Row], *, size: int) -> Page[Row]:
    """Return the page of `rows` that `?page=` names; a wrong number shows the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def asked_text(request: Request, name: str, *, most: int = 100) -> str:
    """Return what `?name=` says, at most so many characters and none that no database takes."""
    return request.GET.get(name, "").replace("\0", "").strip()[:most]


def asked_filters(request: Request, states: Collection[str]) -> Filters:
    """Return what narrows a list. A state that is none of `states` asks for nothing."""
    state = asked_text(request, "state")
    return Filters(
        course=asked_text(request, "course", most=60),
        tutor=row_number(request.GET.get("tutor", "")),
        tag=tag_name(asked_text(request, "tag")),
        text=asked_text(request, "q", most=80),
        state=state if state in states else "",
    )


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
