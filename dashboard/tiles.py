"""How does a team look as a tile? A state, a word, why, and the last 24 hours as a line."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from courses.models import Course
from dashboard.rules import TROUBLE
from dashboard.standing import Standing
from dashboard.wording import CONCERNS, state_of
from health.rules.day import day_paths


@dataclass(frozen=True, slots=True)
class Tile:
    """What the template draws. seen, down: paths through the hours that were watched, and that were bad."""

    name: str
    url: str
    tone: str
    word: str
    reason: str
    course: str
    is_trouble: bool
    seen: str
    down: str
    alert: int | None
    is_taken: bool


def addresses(courses: Iterable[Course]) -> dict[int, str]:
    """Return by course the address of its teams' pages, short of the team.

    One address is reversed for each course, not for each of a thousand teams.
    """
    return {row.pk: reverse("dashboard:team_detail", args=[row.slug, "-"])[:-2] for row in courses}


def tiles(found: Iterable[Standing], courses: Collection[Course], *, now: datetime) -> list[Tile]:
    """Return the tiles of `found`. With several courses each names its own."""
    names = {course.pk: course.name if len(courses) > 1 else "" for course in courses}
    bases = addresses(courses)
    made = []
    for one in found:
        word, reason = state_of(one, now)
        alert = one.untaken
        made.append(
            Tile(
                one.name,
                f"{bases[one.course_id]}{one.slug}/",
                CONCERNS[one.concern][0],
                word,
                reason,
                names[one.course_id],
                one.concern in TROUBLE,
                *day_paths(one.day),
                alert.pk if alert else None,
                bool(one.alerts) and alert is None,
            )
        )
    return made
