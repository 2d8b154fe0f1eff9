"""What happens to machine keys? They are made, used and revoked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from courses import keys
from courses.models import ApiKey, Course, Environment, Project, User
from courses.services.timeline import record_events, settings_event

USE_IS_NOTED_EVERY = timedelta(minutes=1)


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
    title = f"API key “{name}” made"
    detail = f"co_{prefix}…, may {row.scopes}"
    record_events([settings_event(project or course, title=title, detail=detail, actor=created_by, now=now)])
    return row, key


@transaction.atomic
def revoke_api_key(row: ApiKey, *, actor: User, now: datetime) -> bool:
    """Close the door to a key for good. Return whether it was open until now."""
    if not ApiKey.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now):
        return False
    title = f"API key “{row.name}” revoked"
    place = row.project or row.course
    record_events([settings_event(place, title=title, detail=f"co_{row.prefix}…", actor=actor, now=now)])
    return True


def mark_key_used(row: ApiKey, *, now: datetime) -> None:
    """Note that a key was used, at most once a minute."""
    if row.last_used_at is None or now - row.last_used_at > USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
