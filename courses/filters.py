"""What narrows a list of what belongs to teams?"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q, QuerySet, Value

from courses.models import OPERATIONS, Course, Membership, Tag, User

Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked to see; what is empty leaves nothing out.

    course: a slug; tutor: a user; tag: a name as `rules.tags.tag_name` returns it.
    """

    course: str = ""
    tutor: int = 0
    tag: str = ""
    text: str = ""
    state: str = ""
    is_watched: bool = False

    @property
    def is_active(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()

    @property
    def choice_count(self) -> int:
        """How many of the lists to choose from leave something out; text and state stand beside them."""
        return sum(map(bool, (self.course, self.tutor, self.tag)))


def narrowed(rows: Rows, asked: Filters, *, user: User, team: str = "", named: Collection[str]) -> Rows:
    """Return the `rows` of the course, the tutor, the tag and the text asked for.

    user: who asks; a tag that they may not see finds nothing, whoever has it.
    team: the path from a row to its team, such as `project__team__`. named: the fields that hold the text.
    """
    if asked.course:
        rows = rows.filter(**{f"{team}course__slug": asked.course})
    if asked.tutor:
        theirs = Membership.objects.tutors().filter(user_id=asked.tutor, team__isnull=False)
        rows = rows.filter(**{f"{team}pk__in": theirs.values("team")})
    if asked.tag:
        tags = Tag.objects.visible_to(user).filter(name=asked.tag)
        rows = rows.filter(**{f"{team}pk__in": tags.values("teams")})
    if asked.text:
        rows = rows.filter(Q(*[(f"{field}__icontains", asked.text) for field in named], _connector=Q.OR))
    return rows


def taught(courses: Iterable[Course]) -> list[Course]:
    """Return the courses of students: not the site's own, and the sample only while there is no other."""
    of_students = [course for course in courses if course.slug != OPERATIONS]
    return [course for course in of_students if course.is_taught] or of_students


def choices_of(user: User, course: str = "") -> tuple[list[tuple[int, str]], list[str]]:
    """Return (user, name) of who tutors teams in the courses `user` staffs, and the tags of teams there.

    Both by name, in one query for every list. course: the only one whose tags are wanted.
    """
    courses = Course.objects.staffed_by(user).filter(is_archived=False).values("pk")
    tutors = Membership.objects.tutors().filter(course__in=courses, team__isnull=False)
    tags = Tag.objects.filter(course__in=courses, teams__is_archived=False)
    if course:
        tags = tags.filter(course__slug=course)
    people = tutors.order_by().values_list("user_id", "user__name", "user__email")
    rows = list(tags.order_by().values_list(Value(0), "name", "name").union(people))
    named = [(pk, name or email) for pk, name, email in rows if pk]
    found = [name for pk, name, _name in rows if not pk]
    return sorted(named, key=lambda one: one[1].casefold()), sorted(found)


def tags_by_team(user: User) -> dict[int, list[str]]:
    """Return the tags of each team that has any which `user` may see."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Tag.objects.visible_to(user).filter(teams__is_archived=False)
    for team, name in rows.order_by("name").values_list("teams", "name"):
        found[team].append(name)
    return dict(found)
