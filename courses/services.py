"""What happens to the catalogue: keys are made and revoked, the timeline is written."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from courses import keys
from courses.models import ApiKey, Course, Environment, Event, Project, User

USE_IS_NOTED_EVERY = timedelta(minutes=1)


def record_events(events: Sequence[Event]) -> None:
    """Append `events` to the timeline. One whose `dedupe_key` stands there already is left out."""
    Event.objects.bulk_create(events, ignore_conflicts=True)


@transaction.atomic
def create_api_key(
    course: Course,
    *,
    name: str,
    scopes: Sequence[str],
    created_by: User | None,
    project: Project | None = None,
    environment: Environment | None = None,
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key and return its row and the key itself, which is never readable again."""
    key, prefix = keys.new_key()
    row = ApiKey.objects.create(
        course=course,
        project=project,
        environment=environment,
        name=name,
        prefix=prefix,
        digest=keys.digest_of(key),
        scopes=" ".join(scopes),
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
    )
    record_events(
        [
            Event(
                course=course,
                team=project.team if project else None,
                project=project,
                at=now,
                kind=Event.Kind.SETTINGS,
                title=f"API key “{name}” made",
                actor=created_by,
            )
        ]
    )
    return row, key


def mark_key_used(row: ApiKey, *, now: datetime) -> None:
    """Note that a key was used, at most once a minute."""
    if row.last_used_at is None or now - row.last_used_at > USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
