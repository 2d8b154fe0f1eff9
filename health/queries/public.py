"""What may anybody know of a course's environments? Whether they answer, and when they did not.

No people, no addresses, and of what went wrong no more than its kind.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from courses.models import Environment
from health.models import EnvironmentState, Transition
from health.queries.outages import Outage
from health.rules.availability import Span, spans
from health.rules.verdicts import DOWN, UNKNOWN

CHANGES_READ = 20_000  # of a course: those of a hundred apps that go down 14 times a day


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """An environment: how it is and since when, how it was, and its outages, the newest first."""

    team_id: int
    name: str
    status: str
    since: datetime | None
    spans: list[Span]
    outages: list[Outage]


Change = tuple[datetime, str, str, str]  # when, from, to, kind


def public_places(course_id: int, *, start: datetime, now: datetime) -> list[PublicPlace]:
    """Return the environments of the course's teams as they are `now` and were since `start`.

    One without a URL is never asked, so there is nothing to say of it.
    """
    rows = Environment.objects.filter(project__team__course=course_id, project__team__is_archived=False)
    rows = rows.exclude(url="").select_related("project", "health_state").order_by("name", "pk")
    changes = _changes(course_id, start, now)
    return [_place(row, changes[row.pk], start, now) for row in rows]


def _changes(course_id: int, start: datetime, now: datetime) -> defaultdict[int, list[Change]]:
    """Return by environment the changes of status since `start`, oldest first."""
    rows = Transition.objects.filter(
        environment__project__team__course=course_id, at__gt=start, at__lte=now
    ).order_by("-at", "-pk")
    newest = rows.values_list("environment_id", "at", "from_status", "to_status", "error_kind")
    found: defaultdict[int, list[Change]] = defaultdict(list)
    for pk, at, before, after, kind in reversed(list(newest[:CHANGES_READ])):
        found[pk].append((at, before, after, kind))
    return found


def _place(row: Environment, changes: Sequence[Change], start: datetime, now: datetime) -> PublicPlace:
    state: EnvironmentState | None = getattr(row, "health_state", None)
    if state is None:
        return PublicPlace(row.project.team_id, row.name, UNKNOWN, None, [Span(UNKNOWN, start, now)], [])
    # What held before the first change stands in that change; without one it is what holds now.
    known = [(at, to) for at, _, to, _ in changes]
    first = (start, changes[0][1]) if changes else (state.since, state.status)
    held = spans([first, *known], start, now, state.fresh_until)
    kinds = {at: kind for at, _, to, kind in changes if to == DOWN}
    is_down = state.status_at(now) == DOWN
    outages = []
    for span in reversed(held):
        if span.status == DOWN:
            is_on = is_down and span.end == now
            since = state.since if is_on else span.start
            kind = state.error_kind if is_on else kinds.get(span.start, "")
            outages.append(Outage(since, None if is_on else span.end, kind))
    status = state.status_at(now)
    lasting_since = state.since if status == state.status else state.fresh_until
    return PublicPlace(row.project.team_id, row.name, status, lasting_since, held, outages)
