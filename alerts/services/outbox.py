"""What is written down to be told? Rows for every channel, and for the timeline.

Written in the transaction that moves the alert: either both stand or neither.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db import transaction

from alerts.models import Alert, Channel, Delivery
from alerts.rules import Transition
from alerts.services.personal import wanted_by
from alerts.wording import SEVERITIES
from courses.models import Event
from courses.services import record_events

Move = tuple[Alert, Transition]


def tell(moves: Sequence[Move], *, now: datetime) -> None:
    """Queue one message for each move and channel, and note the moves on the timeline."""
    if not moves:
        return
    hearers = _hearers([alert for alert, transition in moves if transition == Transition.FIRED])
    told = _told_of([alert for alert, transition in moves if transition == Transition.RESOLVED])
    rows = []
    for alert, transition in moves:
        if transition == Transition.FIRED:
            to = hearers[alert.pk]
            told[alert.pk] |= {channel for channel in to if channel.send_resolved}
        else:  # nobody is told the end of what they were not told of
            to = told[alert.pk]
        rows += [new_delivery(channel, alert=alert, transition=transition, now=now) for channel in to]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    record_events([_event(alert, transition) for alert, transition in moves])


def _hearers(fired: Sequence[Alert]) -> dict[int, set[Channel]]:
    """Return who is told that each alert began: the channels of its course, and the persons who asked."""
    if not fired:
        return {}
    of_course, hearers = defaultdict(set), {}
    courses = {alert.project.team.course_id for alert in fired}
    for channel in Channel.objects.filter(course__in=courses, is_enabled=True):
        of_course[channel.course_id].add(channel)
    wanted = wanted_by(fired)
    persons = Channel.objects.in_bulk(set().union(*wanted.values()))
    for alert in fired:
        asking = {persons[pk] for pk in wanted[alert.pk]}
        hearers[alert.pk] = of_course[alert.project.team.course_id] | asking
    return hearers


def _told_of(ended: Sequence[Alert]) -> dict[int, set[Channel]]:
    """Return who was told that each alert began and wants to hear of its end."""
    told = defaultdict(set)
    rows = Delivery.objects.filter(
        alert__in=ended,
        transition=Delivery.Transition.FIRED,
        channel__is_enabled=True,
        channel__send_resolved=True,
    )
    for row in rows.exclude(state=Delivery.State.DROPPED).select_related("channel"):
        told[cast("int", row.alert_id)].add(row.channel)
    return told


def new_delivery(channel: Channel, *, alert: Alert | None, transition: str, now: datetime) -> Delivery:
    """Return an unsaved message for `channel`, due at once."""
    return Delivery(
        alert=alert,
        transition=transition,
        channel=channel,
        created_at=now,
        next_attempt_at=now,
        dedupe_key=uuid.uuid4().hex,
    )


def _event(alert: Alert, transition: Transition) -> Event:
    is_fired = transition == Transition.FIRED
    severity = alert.rule.severity if is_fired else ""
    at = (alert.fired_at if is_fired else alert.resolved_at) or alert.last_observed_at
    return Event(
        course=alert.project.team.course,
        team=alert.project.team,
        project=alert.project,
        at=at,
        kind=Event.Kind.ALERT,
        tone=SEVERITIES[severity] if is_fired else Event.Tone.GOOD,
        title=f"{f'Firing, {severity}' if is_fired else 'Resolved'}: {alert.title}"[:200],
        detail=alert.detail if is_fired else "",
        url=alert.get_absolute_url(),
        dedupe_key=f"alert:{alert.pk}:{transition}",
    )


@transaction.atomic
def send_test(channel: Channel, *, now: datetime) -> Delivery:
    """Queue a test message; one that still waits is not doubled."""
    Channel.objects.select_for_update().get(pk=channel.pk)
    waiting = Delivery.objects.filter(
        channel=channel, transition=Delivery.Transition.TEST, state=Delivery.State.PENDING
    ).first()
    if waiting:
        return waiting
    delivery = new_delivery(channel, alert=None, transition=Delivery.Transition.TEST, now=now)
    delivery.save()
    return delivery
