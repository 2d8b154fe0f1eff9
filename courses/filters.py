"""What narrows a list of what belongs to teams?"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from courses.models import Membership

Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked to see; what is empty leaves nothing out. course: a slug; tutor: a user."""

    course: str = ""
    tutor: int = 0
    text: str = ""
    state: str = ""
    is_watched: bool = False

    @property
    def is_active(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def narrowed(rows: Rows, asked: Filters, *, team: str = "", named: Collection[str]) -> Rows:
    """Return the `rows` of the course, the tutor and the text asked for.

    team: the path from a row to its team, such as `project__team__`. named: the fields that hold the text.
    """
    if asked.course:
        rows = rows.filter(**{f"{team}course__slug": asked.course})
    if asked.tutor:
        theirs = Membership.objects.tutors().filter(user_id=asked.tutor, team__isnull=False)
        rows = rows.filter(**{f"{team}pk__in": theirs.values("team")})
    if asked.text:
        rows = rows.filter(Q(*[(f"{field}__icontains", asked.text) for field in named], _connector=Q.OR))
    return rows
