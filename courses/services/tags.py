"""How does a team get its tags, and lose them?"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from courses.models import Course, Tag, Team, User
from courses.services.timeline import record_events, settings_event


@transaction.atomic
def tag_team(team: Team, *, names: Collection[str], actor: User, now: datetime) -> bool:
    """Give `team` exactly the tags with these `names`; return whether it had others.

    A tag that no team has any more goes. The change stands on the course's timeline, which only its
    staff read: the team's own is read by its students.
    """
    course = Course.objects.select_for_update(no_key=True).get(pk=team.course_id)  # one at a time
    had = list(team.tags.values_list("name", flat=True))
    if set(had) == set(names):
        return False
    course.tags.bulk_create([Tag(course=course, name=name) for name in names], ignore_conflicts=True)
    team.tags.set(course.tags.filter(name__in=names))
    course.tags.filter(teams=None).delete()
    title, detail = f"Team “{team.name}” tagged", f"tags: {_told(had)} → {_told(names)}"
    record_events([settings_event(course, title=title, detail=detail, actor=actor, now=now)])
    return True


def _told(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
