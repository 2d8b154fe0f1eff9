"""How does a team look as a row of the table? What its tile says, and what each app knows of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from courses.models import Course
from dashboard.standing import Standing
from dashboard.tiles import Tile
from dashboard.wording import day_of, error_counts, no_errors
from experiments.models import Experiment


@dataclass(frozen=True, slots=True)
class Row:
    """What the template draws. no_errors: what it means that there are none. day: the last one in words."""

    one: Standing
    tile: Tile
    errors: list[str]
    no_errors: str
    experiments: Sequence[Experiment]
    day: str
    was_down: bool
    watch: str


def rows(
    tiles: Iterable[tuple[Standing, Tile]],
    courses: Iterable[Course],
    *,
    running: Mapping[int, Sequence[Experiment]],
    down: Mapping[int, timedelta],
) -> list[Row]:
    """Return the rows of teams and their tiles.

    running, down: by team its experiments, and how long it was down in the last day.
    """
    slugs = {course.pk: course.slug for course in courses}
    return [
        Row(
            one=one,
            tile=tile,
            errors=error_counts(one),
            no_errors=no_errors(one),
            experiments=running.get(one.team_id, ()),
            day=day_of(one, down.get(one.team_id)),
            was_down="d" in one.day,
            watch=reverse("courses:team_watch", args=[slugs[one.course_id], one.slug]),
        )
        for one, tile in tiles
    ]
