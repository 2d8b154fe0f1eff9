"""Which teams does the address of the overview ask for, and shown how?"""

from dataclasses import dataclass, replace
from typing import Any

from courses.filters import Filters, choices_of
from courses.http import Request, asked_filters
from dashboard import queries
from dashboard.rules import Concern

GRID, TABLE = "grid", "table"
FEW_TEAMS = 8  # up to so many a table says more than a grid


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says. courses, tutors, tags: those to choose from; view: grid or table."""

    courses: list[Any]
    tutors: list[tuple[int, str]]
    tags: list[str]
    filters: Filters
    teams: queries.Teams
    view: str
    has_any: bool  # whether there is anything to find or to keep
    is_own: bool  # whether it shows what only this reader chose: the table says which teams they watch


def asked_of(request: Request, courses: list[Any]) -> Asked:
    """Return what the address asks for. Nonsense asks for nothing."""
    is_staff = any(course.is_staffed for course in courses)
    filters = asked_filters(request, {*Concern, queries.UNTAKEN})
    tutors, tags = choices_of(request.user, filters.course) if is_staff else ([], [])
    filters = _completed(request, filters, tutors)
    teams = queries.teams_asked(request.user, filters, courses)
    view, number = _named_view(request), 0
    if not view:  # only then are the teams looked at before the part that readers share
        number = len(teams.order_by().values_list("pk")[: FEW_TEAMS + 1])
        view = GRID if number > FEW_TEAMS else TABLE
    has_any = bool(request.GET) or filters.is_active or number > 0
    is_own = view == TABLE or filters.is_watched or filters.tutor == request.user.pk
    return Asked(courses, tutors, tags, filters, teams, view, has_any, is_own)


def _completed(request: Request, filters: Filters, tutors: list[tuple[int, str]]) -> Filters:
    """Return what narrows the list. Who tutors teams begins with their own; `tutor=` shows all."""
    begins_with_own = "tutor" not in request.GET and request.user.pk in dict(tutors)
    tutor = request.user.pk if begins_with_own else filters.tutor
    return replace(filters, is_watched="watched" in request.GET, tutor=tutor)


def _named_view(request: Request) -> str:
    """Return how the address asks for the teams, on a wall as a grid unless it says so; "" if it is open."""
    asked = request.GET.get("view")
    if asked in (GRID, TABLE):
        return asked
    return GRID if "tv" in request.GET else ""
