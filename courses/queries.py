"""What do the pages of the catalogue show that stands in several tables?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from courses.models import ApiKey, Course, Event, Membership, Team, User

TIMELINE_LENGTH = 30


def timeline(events: QuerySet[Event], *, kind: str) -> QuerySet[Event]:
    """Return the last entries, of one kind if `kind` is one, with all that their lines name."""
    if kind in Event.Kind.values:
        events = events.filter(kind=kind)
    rows = events.select_related("actor", "team__course", "project__team__course", "environment")
    return rows.order_by("-at", "-pk")[:TIMELINE_LENGTH]


def teams_of(course: Course, user: User, *, text: str) -> QuerySet[Team]:
    """Return the teams `user` may see whose name holds `text`, with `member_count` and `project_count`."""
    counts = {
        "member_count": Count("memberships", filter=Q(memberships__role="student"), distinct=True),
        "project_count": Count("projects", distinct=True),
    }
    teams = course.teams.visible_to(user).filter(name__icontains=text).select_related("course")
    return teams.annotate(**counts).order_by("is_archived", "name", "pk")


def people_of(course: Course, *, text: str) -> QuerySet[Membership]:
    """Return the roles in the course of people whose name or address holds `text`."""
    match = Q(user__name__icontains=text) | Q(user__email__icontains=text) | Q(team__name__icontains=text)
    return (
        course.memberships.filter(match)
        .select_related("user", "team__course")
        .order_by("role", "user__email", "pk")
    )


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key and what has become of it: `active`, `expired` or `revoked`."""

    key: ApiKey
    state: str


def key_lines(rows: QuerySet[ApiKey], *, now: datetime) -> Sequence[KeyLine]:
    """Return the keys with their states, those that open doors first."""
    rows = rows.select_related("project__team", "environment", "created_by")
    lines = [KeyLine(row, key_state(row, now=now)) for row in rows]
    return sorted(lines, key=lambda line: line.state)


def key_state(row: ApiKey, *, now: datetime) -> str:
    if row.revoked_at:
        return "revoked"
    return "expired" if row.expires_at and row.expires_at <= now else "active"
