"""Which teams does the overview show, the worst first, and how many are there of each kind?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from courses.filters import Filters, narrowed, taught
from courses.models import OPERATIONS, Course, Team, User
from courses.queries import courses_with_rights, with_rights
from dashboard.queries.standings import standings
from dashboard.rules import ORDER, Concern
from dashboard.standing import Standing

UNTAKEN = "untaken"  # a filter beside the concerns: an alert fires that nobody has acknowledged
Teams = QuerySet[Team, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Overview:
    """The teams to show, and what was counted before the filter of states.

    silent: how long ago anything was heard of their environments, if that is too long for all of them.
    """

    standings: list[Standing]
    counts: dict[Concern, int]
    untaken: int
    total: int
    silent: timedelta | None
    has_left_site_out: bool  # the course that watches this site itself, whose team is none of students


def courses_of(user: User) -> list[Any]:
    """Return the courses that go on, by name, each with whether `user` staffs it and may edit it."""
    return list(courses_with_rights(user).filter(is_archived=False))


def teams_asked(user: User, filters: Filters, courses: list[Course]) -> Teams:
    """Return the teams that `user` may see and asked for, in any state, as the first fields of `Standing`.

    The site's own course is shown to who asks for it; otherwise what watches the site stands under Health.
    So is the sample course once there is one that somebody teaches: what is made up must not mix with it.
    """
    teams = Team.objects.visible_to(user).filter(is_archived=False, course__in=_shown(courses, filters))
    teams = narrowed(teams, filters, user=user, named=["name"])
    if filters.is_watched:
        teams = teams.filter(watchers__user=user)
    return with_rights(teams, user).values_list("pk", "name", "slug", "course_id", "may_edit", "is_watched")


def _shown(courses: list[Course], filters: Filters) -> list[int]:
    shown = [row for row in courses if row.slug == filters.course] or taught(courses)
    return [row.pk for row in shown]


def overview(teams: Teams, filters: Filters, courses: list[Course], *, now: datetime) -> Overview:
    """Return how the `teams` that were asked for stand, the worst first, then by name."""
    found = standings(teams, now=now)
    counted = Counter(standing.concern for standing in found)
    shown = [standing for standing in found if _is_asked_for(standing, filters.state)]
    shown.sort(key=lambda one: (ORDER.index(one.concern), one.name.casefold(), one.team_id))
    untaken = sum(standing.untaken is not None for standing in found)
    counts = {concern: counted[concern] for concern in ORDER}
    has_left_site_out = filters.course != OPERATIONS and OPERATIONS in (course.slug for course in courses)
    return Overview(shown, counts, untaken, len(found), _silence(found, now), has_left_site_out)


def _silence(found: Iterable[Standing], now: datetime) -> timedelta | None:
    heard = [place.silent_since for one in found for place in one.places]
    last = [at for at in heard if at]
    return now - max(last) if last and len(last) == len(heard) else None


def _is_asked_for(standing: Standing, state: str) -> bool:
    if state == UNTAKEN:
        return standing.untaken is not None
    return state in ("", standing.concern)
