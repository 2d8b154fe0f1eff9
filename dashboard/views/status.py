"""Do the apps of a course answer? What anybody may see, without signing in and without a cookie."""

import gzip
import zoneinfo
from collections.abc import Callable, Sequence

from django.contrib.auth.decorators import login_not_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from dashboard.badge import badge
from dashboard.status import DAYS, Picture, Place, is_public, picture, shared
from dashboard.strips import Strip, strip

MAX_AGE_S = 30
PLACES_SHOWN = 250  # those beyond are up; each has a page of its own
FEW = 20  # that are up and still stand below the problems; more are folded
OUTAGES_SHOWN = 40
Draw = Callable[[Picture, str], str]  # what is shown, and the reader's own zone, if they chose one

Line = tuple[Place, Strip]


@login_not_required
@require_safe
def status_course(request: HttpRequest, course: str) -> HttpResponse:
    """Which apps of a course answer, and which did not lately."""
    return _answer(request, course, "", _page, "text/html")


@login_not_required
@require_safe
def status_team(request: HttpRequest, course: str, team: str) -> HttpResponse:
    """The same of one team."""
    return _answer(request, course, team, _page, "text/html")


@login_not_required
@require_safe
def status_badge(request: HttpRequest, course: str, team: str) -> HttpResponse:
    """The state of a team as a small picture."""
    return _answer(request, course, team, lambda shown, _own: badge(shown), "image/svg+xml")


def _page(shown: Picture, own_zone: str) -> str:
    places = [(place, strip(place.days)) for place in shown.places[:PLACES_SHOWN]]
    context = {
        "picture": shown,
        "own_zone": own_zone,
        "groups": _groups(places),
        "first": places[0][0].days[0].on if places else None,
        "more_places": max(0, len(shown.places) - PLACES_SHOWN),
        "outages": shown.outages[:OUTAGES_SHOWN],
        "more_outages": max(0, len(shown.outages) - OUTAGES_SHOWN),
        "days": DAYS,
    }
    # Without the request: the page is the same for all who read in this zone, whoever asks first.
    return render_to_string("dashboard/status_page.html", context)


def _groups(places: Sequence[Line]) -> list[tuple[str, Sequence[Line]]]:
    """Return the tables of the page: what to press for one, empty for what stands open, and its rows."""
    fine = [line for line in places if line[0].status == "up"]
    if len(fine) <= FEW:
        return [("", places)] if places else []
    words = ngettext("%(count)s fine", "%(count)s fine", len(fine)) % {"count": intcomma(len(fine))}
    problems = places[: len(places) - len(fine)]
    return [("", problems), (words, fine)] if problems else [(words, fine)]


def _answer(request: HttpRequest, course: str, team: str, draw: Draw, kind: str) -> HttpResponse:
    """Answer with what is drawn once for all who read the same language in the same zone.

    That is the course's zone, but for those who signed in and chose one.
    """
    if not is_public(course, team):
        raise Http404
    language = translation.get_language_from_request(request)
    own_zone = "" if draw is not _page else getattr(request.user, "time_zone", "")
    key = f"status:drawn:{kind}:{language}:{own_zone}:{course}:{team}"
    packed = shared(key, lambda: _packed(course, team, draw, language, own_zone))
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    body = packed if is_packed else gzip.decompress(packed)
    scope = "private" if own_zone else "public"
    headers = {"Cache-Control": f"{scope}, max-age={MAX_AGE_S}", "Content-Language": language}
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    response = HttpResponse(body, content_type=f"{kind}; charset=utf-8", headers=headers)
    # The login middleware looked for a session, but what is public depends on none: caches may share it.
    if not own_zone:
        request.session.accessed = False
    patch_vary_headers(response, ["Accept-Encoding", "Accept-Language"])
    return response


def _packed(course: str, team: str, draw: Draw, language: str, own_zone: str) -> bytes:
    shown = picture(course, team)
    if shown is None:
        raise Http404
    zone = zoneinfo.ZoneInfo(own_zone or shown.time_zone)
    with translation.override(language), timezone.override(zone):
        return gzip.compress(draw(shown, own_zone).encode(), mtime=0)
