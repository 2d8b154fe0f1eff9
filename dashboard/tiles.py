"""How does a team look as a tile? A state, a word, why, and the last 24 hours as a line."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.urls import reverse

from courses.models import Course
from dashboard.queries.standings import Standing
from dashboard.rules import TROUBLE
from dashboard.wording import CONCERNS, state_of

HOUR_WIDTH = 2  # of which one is a gap, in units of a line that is 48 wide and 6 high


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


@lru_cache(maxsize=4096)
def day_paths(line: str) -> tuple[str, str]:
    """Return the paths of a day's hours that went well and that did not."""
    return _path(line, "u"), _path(line, "d")


def _path(line: str, letter: str) -> str:
    hours = [n for n, seen in enumerate(line) if seen == letter]
    return "".join(f"M{n * HOUR_WIDTH} 3h1.4" for n in hours)


def tiles(found: list[Standing], courses: list[Course], *, now: datetime) -> list[Tile]:
    """Return the tiles of `found`. With several courses each names its own."""
    by_pk = {course.pk: course for course in courses}
    # One address is reversed for each course, not for each of a thousand teams.
    bases = {pk: reverse("dashboard:team_detail", args=[row.slug, "-"])[:-2] for pk, row in by_pk.items()}
    made = []
    for one in found:
        word, reason = state_of(one, now)
        course = by_pk[one.course_id]
        made.append(
            Tile(
                one.name,
                f"{bases[one.course_id]}{one.slug}/",
                CONCERNS[one.concern][0],
                word,
                reason,
                course.name if len(courses) > 1 else "",
                one.concern in TROUBLE,
                *day_paths(one.day),
                one.untaken_alert,
            )
        )
    return made
