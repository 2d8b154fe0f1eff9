"""What does the public page of a course show, and how is it kept from the database?

What is public is read once in `FRESH_S` for all visitors of all pages, and kept in the shared
memory. Which courses and teams have a page is known by heart, too, so that asking for others, in
whatever number, costs no query.
"""

import time
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import TypeVar

from django.core.cache import cache
from django.utils import timezone

from courses.models import Course, Team
from dashboard.strips import Day
from health.queries.outages import Outage
from health.queries.public import PublicPlace, public_places
from health.rules.availability import Span, availability

FRESH_S = 15.0  # of what was read, and again of what was drawn from it: half a minute in all
KEPT_S = 300  # how old an answer may be that is given while somebody else makes a newer one
MAKING_S = 20  # after that whoever makes it is believed dead
DAYS = 14
RANKS = {"down": 0, "unknown": 1, "up": 2}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """An environment of a team. percent: of the watched time it answered; None when nobody watched.

    since: when it came to be as it is; None when it was never looked at.
    """

    team: str
    team_slug: str
    name: str
    status: str
    since: datetime | None
    days: list[Day]
    percent: float | None
    outages: list[Outage]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is public of a course, or of one team of it: places that do not answer first."""

    name: str
    slug: str
    time_zone: str
    at: datetime
    places: list[Place]
    team: str = ""

    @property
    def today(self) -> date:
        """The last of the days, which is not over."""
        return self.at.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()

    @property
    def down(self) -> int:
        return sum(place.status == "down" for place in self.places)

    @property
    def unknown(self) -> int:
        return sum(place.status == "unknown" for place in self.places)

    @property
    def tone(self) -> str:
        if self.down:
            return "bad"
        return "idle" if self.unknown or not self.places else "good"

    @property
    def outages(self) -> list[tuple[Place, Outage]]:
        """The outages with their places: those that go on first, then the newest."""
        found = [(place, outage) for place in self.places for outage in place.outages]
        return sorted(found, key=lambda row: (row[1].end is None, row[1].start), reverse=True)


def shared(key: str, make: Callable[[], T]) -> T:
    """Return what `make` returns, made at most once in `FRESH_S` for all processes."""
    found: tuple[float, T] | None = cache.get(key)
    if found and found[0] > time.time() - FRESH_S:
        return found[1]
    if not cache.add(f"{key}:taken", 1, MAKING_S) and found:
        return found[1]
    try:
        made = make()
        cache.set(key, (time.time(), made), KEPT_S)
    finally:
        cache.delete(f"{key}:taken")
    return made


def is_public(course: str, team: str = "") -> bool:
    """Whether the course opened its page, and has this team, if one is named."""
    teams = shared("status:public", _public_teams).get(course)
    return teams is not None and (not team or team in teams)


def picture(course: str, team: str = "") -> Picture | None:
    """Return what is public of a course, or of one team of it; None where nothing is any more."""
    whole = shared(f"status:picture:{course}", lambda: _picture(course, timezone.now()))
    name = shared("status:public", _public_teams).get(course, {}).get(team, "")
    if whole is None or not team:
        return whole
    its_own = [place for place in whole.places if place.team_slug == team]
    return Picture(whole.name, whole.slug, whole.time_zone, whole.at, its_own, name)


def _public_teams() -> dict[str, dict[str, str]]:
    """Return the courses that opened their page: by address, the names of their teams by address."""
    courses = Course.objects.filter(has_status_page=True, is_archived=False)
    found: dict[str, dict[str, str]] = {slug: {} for slug in courses.values_list("slug", flat=True)}
    teams = Team.objects.filter(course__in=courses, is_archived=False)
    for course, slug, name in teams.values_list("course__slug", "slug", "name"):
        found.setdefault(course, {})[slug] = name
    return found


def _picture(slug: str, now: datetime) -> Picture | None:
    course = Course.objects.filter(slug=slug, has_status_page=True, is_archived=False).first()
    if course is None:
        return None
    teams = {row.pk: row for row in course.teams.all()}
    days = _days(now, zoneinfo.ZoneInfo(course.time_zone))
    found = public_places(course.pk, start=days[0][0], now=now)
    places = [_place(row, teams[row.team_id], days) for row in found]
    places.sort(key=lambda row: (RANKS[row.status], row.team.casefold(), row.team_slug))
    return Picture(course.name, course.slug, course.time_zone, now, places)


def _days(now: datetime, zone: zoneinfo.ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Return the last days as the course's clock cuts them; the last one ends now."""
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    edges = [datetime.combine(date, clock.min, zone) for date in dates]
    return list(zip(edges, [*edges[1:], max(now, edges[-1])], strict=True))


def _place(row: PublicPlace, team: Team, days: Sequence[tuple[datetime, datetime]]) -> Place:
    percent = availability(row.spans).percent
    its_days = [_day(row.spans, start, end) for start, end in days]
    return Place(team.name, team.slug, row.name, row.status, row.since, its_days, percent, row.outages)


def _day(spans: Sequence[Span], start: datetime, end: datetime) -> Day:
    inside = [
        Span(row.status, max(row.start, start), min(row.end, end))
        for row in spans
        if row.start < end and row.end > start
    ]
    return Day(start.date(), availability(inside).percent)
