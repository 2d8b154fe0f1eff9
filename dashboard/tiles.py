"""How does a team look as a tile? A state, a word, why, and the last 24 hours as a line."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from courses.filters import taught
from courses.models import Course
from dashboard.rules import TROUBLE
from dashboard.standing import Standing
from dashboard.wording import CONCERNS, state_of
from health.rules.day import day_paths

CROWDS = (
    12,
    24,
    60,
    110,
)  # up to so many tiles fill a screen of 1920 × 1080 in a size of their own, see site.css
# Written out here and not in a template: a page of 1,000 teams shows as many, most of them alike.
STRIP = '<svg class="day" viewBox="0 0 48 6" aria-hidden="true">{}{}</svg>'


@dataclass(frozen=True, slots=True)
class Tile:
    """What the template draws. strip: the last 24 hours as a line, empty where nobody watched.

    take: where the alert is acknowledged that waits for somebody; empty if the reader may not.
    """

    pk: int
    name: str
    url: str
    tone: str
    word: str
    reason: str
    course: str
    is_trouble: bool
    strip: str
    take: str
    is_taken: bool


@lru_cache(maxsize=4096)
def strip(line: str) -> SafeString | str:
    """Return a line of hours, see health.rules.day, as a picture; what is bad is thicker, too."""
    seen, down = day_paths(line)
    if not seen and not down:
        return ""
    return format_html(
        STRIP,
        format_html('<path d="{}" />', seen) if seen else "",
        format_html('<path class="bad" d="{}" />', down) if down else "",
    )


def crowd(count: int) -> str:
    """Return the class of a grid of so many tiles: the fewer, the larger they are."""
    return next((f"n{most}" for most in CROWDS if count <= most), "")


def addresses(courses: Iterable[Course]) -> dict[int, str]:
    """Return by course the address of its teams' pages, short of the team.

    One address is reversed for each course, not for each of a thousand teams.
    """
    return {row.pk: reverse("dashboard:team_detail", args=[row.slug, "-"])[:-2] for row in courses}


def tiles(found: Iterable[Standing], courses: Collection[Course], *, now: datetime) -> list[Tile]:
    """Return the tiles of `found`. With several courses that are taught each names its own."""
    is_one = len(taught(courses)) <= 1
    names = {course.pk: "" if is_one else course.name for course in courses}
    bases, take = addresses(courses), reverse("alerts:acknowledge", args=[0])
    made = []
    for one in found:
        word, reason = state_of(one, now)
        alert = one.untaken
        made.append(
            Tile(
                one.team_id,
                one.name,
                f"{bases[one.course_id]}{one.slug}/",
                CONCERNS[one.concern][0],
                word,
                reason,
                names[one.course_id],
                one.concern in TROUBLE,
                strip(one.day),
                take.replace("/0/", f"/{alert.pk}/") if alert and one.may_edit else "",
                bool(one.alerts) and alert is None,
            )
        )
    return made


def drawn(made: Iterable[Tile]) -> SafeString:
    """Return the tiles as HTML. What did not change since the last look is not rendered again."""
    language = get_language()
    return format_html_join("", "{}", ((_drawn(tile, language),) for tile in made))


@lru_cache(maxsize=4096)
def _drawn(tile: Tile, language: str | None) -> SafeString:
    """Return one tile in the current `language`, which is part of what names it in the cache."""
    return render_to_string("dashboard/_tile.html", {"tile": tile})
