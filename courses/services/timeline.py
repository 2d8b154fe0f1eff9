"""How does something get onto the timeline?"""

from collections.abc import Sequence
from datetime import datetime

from courses.models import Course, Environment, Event, Project, Team, User


def record_events(events: Sequence[Event]) -> None:
    """Append `events` to the timeline. One whose `dedupe_key` stands there already is left out."""
    Event.objects.bulk_create(events, ignore_conflicts=True)


def settings_event(
    place: Course | Team | Project | Environment,
    *,
    title: str,
    actor: User | None,
    now: datetime,
    detail: str = "",
    url: str = "",
    kind: Event.Kind = Event.Kind.SETTINGS,
) -> Event:
    """Return the entry, not yet stored, that says who changed what at `place`. Long words are cut."""
    environment = place if isinstance(place, Environment) else None
    project = environment.project if environment else place if isinstance(place, Project) else None
    team = project.team if project else place if isinstance(place, Team) else None
    course = team.course if team else place if isinstance(place, Course) else None
    return Event(
        course=course,
        team=team,
        project=project,
        environment=environment,
        at=now,
        recorded_at=now,
        kind=kind,
        title=title[:200],
        detail=detail[:2000],
        url=url,
        actor=actor,
    )
