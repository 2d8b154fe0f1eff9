"""For how long was a team down in the last 24 hours?"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from dashboard.standing import PlaceNow, Standing
from health.models import Status, Transition
from health.rules.availability import spans

DAY = timedelta(hours=24)
Between = tuple[datetime, datetime]
Change = tuple[datetime, str, str, datetime | None]  # when, from, to, until when it is believed


def downtime(found: Iterable[Standing], *, now: datetime) -> dict[int, timedelta]:
    """Return by team for how long one of its environments or more was down. One query, if any was."""
    places = [(one.team_id, place) for one in found if "d" in one.day for place in one.places]
    if not places:
        return {}
    rows = Transition.objects.filter(
        environment__in=[place.pk for _, place in places], at__gt=now - DAY, at__lte=now
    )
    change = ("at", "from_status", "to_status", "environment__health_state__fresh_until")
    changes: dict[int, list[Change]] = defaultdict(list)
    for pk, *what in rows.order_by("at", "pk").values_list("environment_id", *change):
        changes[pk].append(tuple(what))
    down: dict[int, list[Between]] = defaultdict(list)
    for team, place in places:
        down[team] += _outages(place, changes[place.pk], now)
    return {team: _together(outages) for team, outages in down.items()}


def _outages(place: PlaceNow, changes: list[Change], now: datetime) -> list[Between]:
    # What held before the first change stands in that change; without one it is what holds now.
    first = (now - DAY, changes[0][1]) if changes else (place.since, place.status)
    believed_until = changes[0][3] if changes else None
    held = spans([first, *((at, to) for at, _, to, _ in changes)], now - DAY, now, believed_until)
    return [(part.start, part.end) for part in held if part.status == Status.DOWN]


def _together(outages: list[Between]) -> timedelta:
    """Return how long the outages lasted; what two of them have in common counts once."""
    total = timedelta()
    counted_until = min((start for start, _ in outages), default=None)
    for start, end in sorted(outages):
        if counted_until and end > counted_until:
            total += end - max(start, counted_until)
            counted_until = end
    return total
