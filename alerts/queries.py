"""What do the pages about alerts need from several tables?"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from alerts.models import Alert, AlertQuerySet, Channel, Delivery, Subscription
from alerts.rules import State
from courses.models import Event, Membership, User

STORY_LENGTH = 100
WORDS = {"fired": "began", "resolved": "is over"}
PATIENCE = timedelta(minutes=2)  # longer than any batch takes


def open_alerts(project_ids: Collection[int]) -> dict[int, list[Alert]]:
    """Return the pending and firing alerts of each project that has any, urgent first. One query."""
    found: dict[int, list[Alert]] = defaultdict(list)
    rows = Alert.objects.still_open().filter(project__in=project_ids).select_related("rule")
    for alert in rows.urgent_first():
        found[alert.project_id].append(alert)
    return dict(found)


def open_subjects(signal: str) -> set[str]:
    """Return what open alerts about `signal` were raised on. One query."""
    return set(Alert.objects.still_open().filter(rule__signal=signal).values_list("subject", flat=True))


def inbox(user: User, *, severity: str = "", course: str = "") -> AlertQuerySet:
    """Return what `user` may see, in any state. course: a slug; empty words choose nothing."""
    rows = Alert.objects.visible_to(user)
    if severity:
        rows = rows.filter(rule__severity=severity)
    if course:
        rows = rows.filter(project__team__course__slug=course)
    return rows


def untaken(user: User) -> dict[str, Any]:
    """Return how many firing alerts of `user` nobody has acknowledged, and the newest of them."""
    rows = Alert.objects.visible_to(user).filter(state=State.FIRING, acknowledged_at=None)
    return {"count": rows.count(), "newest": rows.order_by("-pk").first()}


def counts(rows: AlertQuerySet) -> dict[str, int]:
    """Return how many alerts there are in each state, and open ones altogether."""
    totals = rows.aggregate(
        firing=Count("pk", filter=Q(state=State.FIRING)),
        pending=Count("pk", filter=Q(state=State.PENDING)),
        resolved=Count("pk", filter=Q(state=State.RESOLVED)),
    )
    return {"open": totals["firing"] + totals["pending"], **totals}


def in_state(rows: AlertQuerySet, state: str) -> AlertQuerySet:
    """Return the alerts in `state`, or those still open, urgent first, ready to be shown."""
    chosen = rows.still_open() if state == "open" else rows.filter(state=state)
    return chosen.select_related("rule", "project__team__course", "acknowledged_by").urgent_first()


def roles_of(user: User) -> set[str]:
    """Return the roles `user` has in any course."""
    if user.is_superuser:
        return {Membership.Role.LECTURER, Membership.Role.TUTOR}
    return set(Membership.objects.filter(user=user).values_list("role", flat=True))


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an alert's story."""

    at: datetime
    tone: str
    word: str
    text: str
    detail: str = ""
    actor: User | None = None


def story(alert: Alert, deliveries: Collection[Delivery]) -> list[Step]:
    """Return what happened to `alert`, newest first: its signs, what people did, what went out."""
    first = Step(alert.pending_since, "busy", "first sign", alert.rule.name)
    steps = []
    events = Event.objects.filter(
        project=alert.project_id,
        kind=Event.Kind.ALERT,
        url=alert.get_absolute_url(),
        at__gte=alert.pending_since,
    ).select_related("actor")
    for event in events.latest_first()[:STORY_LENGTH]:
        word, _, text = event.title.partition(": ")
        steps.append(Step(event.at, event.tone, word.lower(), text, event.detail, event.actor))
    for delivery in deliveries:
        if delivery.sent_at:
            text = f"{delivery.channel} was told that it {WORDS[delivery.transition]}"
            steps.append(Step(delivery.sent_at, "idle", "told", text))
    return [*sorted(steps, key=lambda step: step.at, reverse=True), first]


def channels(user: User) -> QuerySet[Channel]:
    """Return the channels `user` manages, each with what became of its latest message."""
    latest = Delivery.objects.filter(channel=OuterRef("pk")).order_by("-created_at", "-pk")
    return (
        Channel.objects.visible_to(user)
        .select_related("course")
        .annotate(
            latest_state=Subquery(latest.values("state")[:1]),
            latest_at=Subquery(latest.values("created_at")[:1]),
            latest_error=Subquery(latest.values("last_error")[:1]),
        )
    )


def waiting_since(user: User, *, now: datetime) -> datetime | None:
    """Return since when a message is due that no worker has taken up, if that is longer than normal."""
    rows = Delivery.objects.visible_to(user).in_turn(now - PATIENCE, per_channel=1)
    return rows.values_list("next_attempt_at", flat=True).first()


def delivery_counts(user: User) -> dict[str, int]:
    """Return how many messages of the courses `user` staffs are in each state; all of them under ""."""
    rows = Delivery.objects.visible_to(user).order_by().values_list("state").annotate(n=Count("pk"))
    totals = dict(rows)
    return {"": sum(totals.values()), **totals}


def delivery_log(user: User, *, state: str = "") -> QuerySet[Delivery]:
    """Return the messages of the courses `user` staffs, newest first."""
    rows = Delivery.objects.visible_to(user).select_related("channel__course", "alert__project__team")
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("-created_at", "-pk")


def subscription_of(user: User) -> Subscription:
    """Return what `user` asks to be told of; unsaved, with everything off, where they never asked."""
    known = Subscription.objects.filter(channel__owner=user).prefetch_related("interests").first()
    return known or Subscription()


def mails_to(user: User) -> QuerySet[Delivery]:
    """Return the messages to `user` in person, newest first, without alerts they may no longer see."""
    may_see = Q(alert=None) | Q(alert__in=Alert.objects.visible_to(user).values("pk"))
    rows = Delivery.objects.filter(may_see, channel__owner=user).select_related("alert")
    return rows.order_by("-created_at", "-pk")
