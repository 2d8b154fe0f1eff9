"""Which team needs somebody now?"""

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.filters import Filters
from courses.http import Request, asked_filters
from courses.live import live_page
from courses.models import SavedView
from courses.queries import tutors_of
from courses.views.pages import is_mail_filed
from dashboard import queries
from dashboard.exports import overview_csv
from dashboard.rules import Concern
from dashboard.tiles import tiles
from dashboard.wording import CONCERNS, error_counts
from experiments.queries import running_by_team
from pipelines.queries import server_notices

GRID, TABLE = "grid", "table"
FEW_TEAMS = 8  # up to so many a table says more than a grid
ROWS = 50


@require_GET
def overview(request: Request) -> HttpResponse:
    """Every team, the worst first; who sees only their own team is led to its page.

    `course`, `state`, `tutor`, `watched` and `q` narrow it; `view` is grid or table; `tv` leaves
    everything out but the teams, for a screen on a wall.
    """
    courses = queries.courses_of(request.user)
    is_staff = any(course.is_staffed for course in courses)
    own = None if is_staff or request.GET else queries.only_team(request.user)
    if own:
        return redirect(own)
    tutors = tutors_of(request.user) if is_staff else []
    filters = _filters(request, tutors)
    if wants_csv(request):
        found = queries.overview(request.user, filters, courses, now=timezone.now())
        return overview_csv(found.standings)
    frame = {
        "courses": courses,
        "filters": filters,
        "tutors": tutors,
        "is_wall": "tv" in request.GET,
        "setup": _setup(request, courses),
        "saved_views": SavedView.objects.filter(user=request.user),
    }
    return live_page(
        request,
        "dashboard/overview.html",
        frame=frame,
        is_own=filters.is_watched or bool(filters.tutor and "tutor" not in request.GET),
        teams=lambda: _teams(request, filters, courses, dict(tutors)),
    )


def _setup(request: Request, courses: list[Any]) -> queries.Setup | None:
    """Return the first steps for who sees the whole page, without filters."""
    return None if request.GET else queries.open_setup(request.user, courses, is_mail_filed=is_mail_filed())


def _filters(request: Request, tutors: list[tuple[int, str]]) -> Filters:
    """Return what the address asks for. Who tutors teams begins with their own; `tutor=` shows all."""
    filters = asked_filters(request, {*Concern, queries.UNTAKEN})
    mine = request.user.pk if "tutor" not in request.GET and request.user.pk in dict(tutors) else 0
    return replace(filters, is_watched="watched" in request.GET, tutor=filters.tutor or mine)


def _teams(request: Request, filters: Filters, courses: list[Any], tutors: dict[int, str]) -> dict[str, Any]:
    """Return what changes by itself: the counts, and the teams as tiles or as a page of rows."""
    now = timezone.now()
    found = queries.overview(request.user, filters, courses, now=now)
    asked = request.GET.get("view")
    view = asked if asked in (GRID, TABLE) else GRID if found.total > FEW_TEAMS else TABLE
    context: dict[str, Any] = {
        "overview": found,
        "view": view,
        "tabs": [(concern, *CONCERNS[concern], count) for concern, count in found.counts.items() if count],
        "notices": [notice for notice in server_notices(request.user, now=now) if notice.tone == "bad"],
        "may_take": request.user.pk in tutors or any(course.may_edit for course in courses),
    }
    if view == GRID:
        return {**context, "tiles": tiles(found.standings, courses, now=now)}
    page = Paginator(found.standings, ROWS).get_page(request.GET.get("page"))
    running = running_by_team([one.team_id for one in page.object_list])
    rows = zip(page.object_list, tiles(page.object_list, courses, now=now), strict=True)
    lines = [(one, tile, error_counts(one), running.get(one.team_id, ())) for one, tile in rows]
    return {**context, "page": page, "rows": lines}
