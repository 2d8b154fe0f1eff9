"""Which team needs somebody now?"""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.filters import tags_by_team
from courses.http import Request
from courses.live import live_page
from courses.views.pages import is_mail_filed
from dashboard import queries
from dashboard.exports import overview_csv
from dashboard.rows import Row, rows
from dashboard.standing import Standing
from dashboard.tiles import crowd, drawn, tiles
from dashboard.views.asked import GRID, Asked, asked_of
from dashboard.wording import CONCERNS
from experiments.queries import running_by_team
from pipelines.queries import server_notices

ROWS = 50


@require_GET
def overview(request: Request) -> HttpResponse:
    """Every team, the worst first; who sees only their own team is led to its page.

    `course`, `state`, `tutor`, `tag`, `watched` and `q` narrow it; `view` is grid or table; `tv` leaves
    everything out but the teams, for a screen on a wall.
    """
    courses = queries.courses_of(request.user)
    own_page = _own_page(request, courses)
    if own_page and not request.htmx:  # what is shown already goes on refreshing itself
        return redirect(own_page)
    asked = asked_of(request, courses)
    if wants_csv(request):
        found = queries.overview(asked.teams, asked.filters, courses, now=timezone.now())
        is_staff = any(course.is_staffed for course in courses)
        return overview_csv(found.standings, tags=tags_by_team(request.user) if is_staff else None)
    return live_page(
        request,
        "dashboard/overview.html",
        frame={**_frame(request, asked), "own_page": own_page},
        is_own=asked.is_own,
        teams=lambda: _teams(request, asked),
    )


def _frame(request: Request, asked: Asked) -> dict[str, Any]:
    """Return what stands around the teams. While there are none, there is nothing to find or to keep."""
    return {
        "courses": asked.courses,
        "filters": asked.filters,
        "tutors": asked.tutors,
        "tags": asked.tags,
        "view": asked.view,
        "is_wall": "tv" in request.GET,
        "is_staff": request.user.is_superuser or any(course.is_staffed for course in asked.courses),
        "has_any": asked.has_any,
        "setup": _setup(request, asked.courses),
    }


def _own_page(request: Request, courses: list[Any]) -> str:
    """Return the page of a student's only team. Who staffs a course has none, which needs no query."""
    is_staff = any(course.is_staffed for course in courses)
    return "" if is_staff else queries.page_of_only_team(request.user)


def _setup(request: Request, courses: list[Any]) -> queries.Setup | None:
    """Return the first steps for who sees the whole page, without filters."""
    return None if request.GET else queries.open_setup(request.user, courses, is_mail_filed=is_mail_filed())


def _teams(request: Request, asked: Asked) -> dict[str, Any]:
    """Return what changes by itself: the counts, and the teams as tiles or as a page of rows."""
    now = timezone.now()
    found = queries.overview(asked.teams, asked.filters, asked.courses, now=now)
    context = {
        "overview": found,
        "tabs": [(concern, *CONCERNS[concern], count) for concern, count in found.counts.items() if count],
        "notices": [notice for notice in server_notices(request.user, now=now) if notice.tone == "bad"],
    }
    if asked.view == GRID:
        made = tiles(found.standings, asked.courses, now=now)
        return {**context, "tiles": drawn(made), "crowd": crowd(len(made))}
    page = Paginator(found.standings, ROWS).get_page(request.GET.get("page"))
    return {**context, "page": page, "rows": _rows(list(page.object_list), asked, now)}


def _rows(shown: list[Standing], asked: Asked, now: datetime) -> list[Row]:
    return rows(
        zip(shown, tiles(shown, asked.courses, now=now), strict=True),
        asked.courses,
        running=running_by_team([one.team_id for one in shown]),
        down=queries.downtime(shown, now=now),
    )
