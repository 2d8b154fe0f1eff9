"""How does a page stay fresh for any number of viewers? What changes on it is rendered once for all of them.

A live page has a frame, which is cheap and each reader's own, and parts, which change by themselves.
A part is a `{% partialdef name %}` of the page's template whose root element is
`<div id="name" {% live %}>`; the page shows it as `{{ live.name }}`. htmx asks the page's own URL
for it again and morphs it in, so that neither focus nor scroll moves.

A part is rendered at most once in `FRESH_S` for all readers who have the same rights and read in the
same language and zone. So it must hold nothing personal: it sees no `user`, no `messages` and no CSRF
token. Its buttons belong to the form of the page's frame: `<button form="act" formaction="…">`.
"""

import hashlib
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from courses.http import Request
from courses.models import User

FRESH_S = 8.0  # just below the 10 s between two polls
KEPT_S = 60  # how old a part may be that is shown while somebody else renders a newer one
RENDERING_S = 15  # after that whoever renders it is believed dead
MAX_NEW_PER_MINUTE = 120  # parts that one reader may put into the shared memory

Context = Mapping[str, Any]
Part = Callable[[], Context]

# Names of a template that would make a shared part one reader's own.
NOBODY: Context = {"user": None, "messages": (), "csrf_token": ""}


def live_page(
    request: Request,
    template: str,
    *,
    frame: Context,
    fresh_s: float | None = None,
    is_own: bool = False,
    **parts: Part,
) -> HttpResponse:
    """Return the page, or the one part that htmx asks for.

    frame: the context of the page around the parts; every part sees it, too.
    fresh_s: how old a part may be, where the page is asked for more often than others.
    is_own: whether the parts show what only this reader chose, so that nobody else gets them.
    parts: for each partial of `template` what returns the rest of its context. It is called only when
    no part of the last seconds is at hand, so the query that decides about access belongs into the
    frame, or into the part and there into every query.
    """
    oldest = _oldest(request)
    shelf = _Shelf(request, oldest if fresh_s is None else min(fresh_s, oldest), is_own)
    wanted = request.htmx.target if request.htmx and not request.htmx.history_restore_request else None
    if wanted in parts:
        response = HttpResponse(shelf.part(template, wanted, frame, parts[wanted]))
    else:
        live = {name: shelf.part(template, name, frame, part) for name, part in parts.items()}
        response = render(request, template, {**frame, "live": live})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def own_part(request: Request, template: str, name: str, build: Part, *, address: str = "") -> SafeString:
    """Return a part that stands on every page, for this reader alone; `build` as in `live_page`.

    address: where it is another one than on the pages.
    """
    return _Shelf(request, _oldest(request), True, address=address).part(template, name, {}, build)


def _oldest(request: Request) -> float:
    """Return how old a part may be: who has just done something sees its effect."""
    return 0.0 if len(get_messages(request)) else FRESH_S


def rights_of(user: User) -> str:
    """Return a word that two readers share only if they may see and do the same."""
    if user.is_superuser:
        return "all"
    return repr(sorted(((part.course_id, part.team_id, part.role) for part in user.parts), key=repr))


class _Shelf:
    """The parts of one address as one kind of reader sees them. address: None is that of the request."""

    def __init__(self, request: Request, fresh_s: float, is_own: bool, *, address: str | None = None) -> None:
        self.request, self.fresh_s = request, fresh_s
        self.address = request.get_full_path() if address is None else address
        reader = request.user.pk if is_own else rights_of(request.user)
        self.shown_to = (reader, get_language(), timezone.get_current_timezone_name())

    def part(self, template: str, name: str, frame: Context, build: Part) -> SafeString:
        """Return the part from the shared memory, or render it there."""
        asked = repr((template, name, self.address, self.shown_to))
        key = "live:" + hashlib.sha256(asked.encode()).hexdigest()
        found = cache.get(key)
        if found and found[0] > time.time() - self.fresh_s:
            return _unpacked(found)
        if not cache.add(f"{key}:taken", 1, RENDERING_S) and found and self.fresh_s:
            return _unpacked(found)
        try:
            html = render_to_string(f"{template}#{name}", {**frame, **build(), **NOBODY}, self.request)
            if _may_keep(self.request.user):
                cache.set(key, (time.time(), zlib.compress(html.encode(), 1)), KEPT_S)
        finally:
            cache.delete(f"{key}:taken")
        return html


def _unpacked(found: tuple[float, bytes]) -> SafeString:
    return mark_safe(zlib.decompress(found[1]).decode())  # noqa: S308 - what a template rendered


def _may_keep(user: User) -> bool:
    """Whether `user` has not filled the shared memory with pages of ever new addresses."""
    key = f"live-new:{user.pk}:{int(time.time() // 60)}"
    cache.add(key, 0, 120)
    return cache.incr(key) <= MAX_NEW_PER_MINUTE
