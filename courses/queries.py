"""What do the pages of the catalogue show that stands in several tables?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Lower, NullIf

from courses.charts.axes import TimeAxis
from courses.charts.happenings import PAIRED, Happening, marks_and_ranges
from courses.charts.overlays import SHAPES, Mark, Overlay, overlay
from courses.models import ApiKey, Course, Event, Membership, Tag, Team, User, WatchedTeam

EVENTS_DRAWN = 200
AROUND_READ = 100  # before and after a chart: among these is looked for the other ends of what lasted into it
# Lecturers first: by their letters, students would stand before tutors.
RANK = Case(*(When(memberships__role=role, then=n) for n, role in enumerate(Membership.Role.values)))


def timeline(
    events: QuerySet[Event], *, kind: str = "", project: int = 0, environment: int = 0
) -> QuerySet[Event]:
    """Return the entries, newest first, with all that their lines name. 0 and "" leave nothing out."""
    if kind in Event.Kind.values:
        events = events.filter(kind=kind)
    if project:
        events = events.filter(project=project)
    if environment:
        events = events.filter(environment=environment)
    rows = events.select_related("actor", "team__course", "project__team__course", "environment")
    return rows.order_by("-at", "-pk")


def events_over(events: QuerySet[Event], axis: TimeAxis, *, marks: Sequence[Mark] = ()) -> Overlay:
    """Return what of `events`, and `marks` beside them, is drawn over charts of the span of `axis`."""
    drawn = events.filter(kind__in=SHAPES).exclude(kind__in=PAIRED, dedupe_key=None).order_by("-at", "-pk")
    inside = drawn.filter(at__gte=axis.start, at__lte=axis.end).annotate(number=Window(Count("pk")))
    newest = list(inside[:EVENTS_DRAWN])
    paired = drawn.filter(kind__in=PAIRED)
    earlier = paired.filter(at__lt=axis.start).values("pk")[:AROUND_READ]
    later = paired.filter(at__gt=axis.end).order_by("at", "pk").values("pk")[:AROUND_READ]
    around = paired.filter(Q(pk__in=earlier) | Q(pk__in=later))
    rows = [
        Happening(row.at, row.kind, row.tone, row.title, row.url, row.dedupe_key or "")
        for row in sorted([*newest, *around], key=lambda row: (row.at, row.pk))
    ]
    left_out = newest[0].number - len(newest) if newest else 0
    return overlay([*marks_and_ranges(rows), *marks], axis, left_out=left_out)


def courses_of(user: User) -> QuerySet[Any]:
    """Return the courses `user` takes part in, each with `role` and the `team_count` they see.

    Archived ones come last.
    """
    mine = Membership.objects.filter(course=OuterRef("pk"), user_id=user.pk).order_by("role")
    seen = Team.objects.visible_to(user).filter(is_archived=False)
    teams = Count("teams", filter=Q(teams__in=seen.values("pk")))
    rows = Course.objects.visible_to(user).annotate(team_count=teams, role=Subquery(mine.values("role")[:1]))
    return rows.order_by("is_archived", "name")


def staff_of(course: Course) -> list[tuple[User, str]]:
    """Return the people who lecture or tutor, each once for each role in words, lecturers first."""
    rows = course.memberships.staff().select_related("user").order_by("role", "user__email")
    return list(dict.fromkeys((row.user, row.get_role_display()) for row in rows))


def teams_of(course: Course, user: User, *, text: str) -> QuerySet[Team]:
    """Return the teams `user` may see whose name or tag holds `text`.

    Each has its counts, its `tutors`, and as `shown_tags` those of its tags that `user` may see.
    """
    counts = {
        "member_count": Count("memberships", filter=Q(memberships__role="student"), distinct=True),
        "project_count": Count("projects", distinct=True),
    }
    tags = Tag.objects.visible_to(user)
    teams = course.teams.visible_to(user)
    if text:
        tagged = tags.filter(name__icontains=text).values("teams")
        teams = teams.filter(Q(name__icontains=text) | Q(pk__in=tagged))
    parts = [
        Prefetch("memberships", Membership.objects.tutors().select_related("user"), to_attr="tutors"),
        Prefetch("tags", tags.order_by("name"), to_attr="shown_tags"),
    ]
    rows = teams.select_related("course").annotate(**counts).prefetch_related(*parts)
    return rows.order_by("is_archived", "name", "pk")


def courses_with_rights(user: User) -> QuerySet[Any]:
    """Return the courses `user` may see, each with whether they staff it and whether they `may_edit` it."""
    same = OuterRef("pk")
    return Course.objects.visible_to(user).annotate(
        is_staffed=Exists(Course.objects.staffed_by(user).filter(pk=same)),
        may_edit=Exists(Course.objects.editable_by(user).filter(pk=same)),
    )


def with_rights(teams: QuerySet[Team], user: User) -> QuerySet[Any]:
    """Return `teams`, each with whether `user` `may_edit` it, `may_archive` it and has it `is_watched`."""
    its_own = Team.objects.editable_by(user).filter(pk=OuterRef("pk"))
    its_course = Course.objects.editable_by(user).filter(pk=OuterRef("course"))
    is_watched = Exists(WatchedTeam.objects.filter(team=OuterRef("pk"), user_id=user.pk))
    return teams.annotate(may_edit=Exists(its_own), may_archive=Exists(its_course), is_watched=is_watched)


def watched_teams(user: User) -> QuerySet[Team]:
    """Return the teams on the reader's watch list that they may still see, archived ones left out."""
    teams = Team.objects.visible_to(user).filter(watchers__user=user, is_archived=False)
    return teams.filter(course__is_archived=False).select_related("course")


def role_counts(course: Course, *, text: str, tag: str) -> dict[str, int]:
    """Return how many people `people_of` finds in `all` and in each role. Some have several."""
    total = Count("user", distinct=True)
    roles = {role: Count("user", distinct=True, filter=Q(role=role)) for role in Membership.Role.values}
    return _parts_found(course, text, tag).aggregate(all=total, **roles)


def _parts_found(course: Course, text: str, tag: str) -> QuerySet[Membership]:
    match = Q(user__name__icontains=text) | Q(user__email__icontains=text) | Q(team__name__icontains=text)
    tagged = Q(team__in=course.tags.filter(name=tag).values("teams")) if tag else Q()
    return course.memberships.filter(match, tagged).order_by()


def people_of(course: Course, *, text: str, tag: str, role: str) -> QuerySet[User]:
    """Return the people of the course whose name, address or team holds `text`, with their `roles`.

    Lecturers, then tutors, each by the name they are shown with; then students, team by team.
    tag: only who is in a team with it. role: only who has this one, and has it in the team that was found.
    """
    found = _parts_found(course, text, tag)
    if role:
        found = found.filter(role=role)
    roles = course.memberships.select_related("team__course").order_by("role", "team__name", "pk")
    here = Q(memberships__course=course)
    studies = here & Q(memberships__role=Membership.Role.STUDENT)
    return (
        User.objects.filter(pk__in=found.values("user"))
        .annotate(
            rank=Min(RANK, filter=here),
            team_name=Coalesce(Min("memberships__team__name", filter=studies), Value("")),
            shown_as=Lower(Coalesce(NullIf("name", Value("")), "email", output_field=CharField())),
        )
        .prefetch_related(Prefetch("memberships", roles, to_attr="roles"))
        .order_by("rank", "team_name", "shown_as", "pk")
    )


def people_to_link(course: Course, lecturer: User) -> QuerySet[User]:
    """Return the people of the course whose first password `lecturer` may let them set by a link.

    Nobody with a part in a course of somebody else: the link would open that one, too.
    """
    elsewhere = Membership.objects.exclude(course__in=Course.objects.editable_by(lecturer).values("pk"))
    return User.objects.filter(
        pk__in=course.memberships.values("user"),
        is_active=True,
        is_staff=False,
        is_superuser=False,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
    ).exclude(pk__in=elsewhere.values("user"))


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key and what has become of it: `active`, `expired` or `revoked`."""

    key: ApiKey
    state: str


def key_lines(rows: QuerySet[ApiKey], *, now: datetime) -> Sequence[KeyLine]:
    """Return the keys with their states, those that open doors first."""
    lines = [KeyLine(row, key_state(row, now=now)) for row in rows]
    return sorted(lines, key=lambda line: line.state)


def key_state(row: ApiKey, *, now: datetime) -> str:
    if row.revoked_at:
        return "revoked"
    return "expired" if row.expires_at and row.expires_at <= now else "active"
