"""How does something get onto the timeline?"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from courses.models import Course, Environment, Event, Project, Team, User

TITLE_LENGTH = 200


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
        title=title[:TITLE_LENGTH],
        detail=detail[:2000],
        url=url,
        actor=actor,
    )


def add_note(team: Team, *, text: str, actor: User, now: datetime) -> None:
    """Append what somebody of the staff writes to `team`. Sent twice within a minute it stands there once."""
    title = text if len(text) <= TITLE_LENGTH else f"{text[: TITLE_LENGTH - 1]}…"
    detail = "" if title == text else text
    note = settings_event(team, title=title, detail=detail, actor=actor, now=now, kind=Event.Kind.NOTE)
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    note.dedupe_key = f"note:{team.pk}:{actor.pk}:{now:%Y%m%d%H%M}:{digest}"
    record_events([note])


@transaction.atomic
def delete_note(note: Event) -> dict[str, Any]:
    """Take a note off the timeline. Return what `restore_note` needs, fit for a session."""
    Event.objects.filter(pk=note.pk, kind=Event.Kind.NOTE).delete()
    kept = {"title": note.title, "detail": note.detail, "actor": note.actor_id, "key": note.dedupe_key}
    return {"at": note.at.isoformat(), **kept}


@transaction.atomic
def restore_note(team: Team, kept: Mapping[str, Any], *, now: datetime) -> None:
    """Put back what `delete_note` took away, as it stood. Safe to repeat."""
    actor = User.objects.filter(pk=kept["actor"]).first()
    words = {"title": kept["title"], "detail": kept["detail"]}
    note = settings_event(team, **words, actor=actor, now=now, kind=Event.Kind.NOTE)
    note.at, note.dedupe_key = datetime.fromisoformat(kept["at"]), kept["key"]
    record_events([note])
