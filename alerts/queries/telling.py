"""Which channels tell of alerts, and what became of their messages?"""

from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery

from alerts.models import Alert, Channel, Delivery
from courses.filters import Filters, narrowed
from courses.models import User

PATIENCE = timedelta(minutes=2)  # longer than any batch takes


def channels(user: User) -> QuerySet[Channel]:
    """Return the channels `user` manages, each with what became of its latest message."""
    latest = Delivery.objects.filter(channel=OuterRef("pk")).order_by("-created_at", "-pk")
    return (
        Channel.objects.visible_to(user)
        .select_related("course")
        .annotate(
            latest_state=Subquery(latest.values("state")[:1]),
            latest_transition=Subquery(latest.values("transition")[:1]),
            latest_at=Subquery(latest.values("created_at")[:1]),
            latest_error=Subquery(latest.values("last_error")[:1]),
        )
    )


def waiting_since(user: User, *, now: datetime) -> datetime | None:
    """Return since when a message is due that no worker has taken up, if that is longer than normal."""
    rows = Delivery.objects.visible_to(user).in_turn(now - PATIENCE, per_channel=1)
    return rows.values_list("next_attempt_at", flat=True).first()


def delivery_log(user: User, *, channel: int = 0, tag: str = "") -> QuerySet[Delivery]:
    """Return the messages of the courses `user` staffs, newest first. channel: 0 is any.

    tag: only about teams that have it.
    """
    rows = Delivery.objects.visible_to(user).select_related("channel__course", "alert__project__team")
    if channel:
        rows = rows.filter(channel=channel)
    rows = narrowed(rows, Filters(tag=tag), user=user, team="alert__project__team__", named=())
    return rows.order_by("-created_at", "-pk")


def delivery_counts(rows: QuerySet[Delivery]) -> dict[str, int]:
    """Return how many of these messages are in each state; all of them under ""."""
    totals = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {"": sum(totals.values()), **totals}


def channel_choices(user: User) -> list[tuple[int, str, str]]:
    """Return pk, name and course of the channels whose messages `user` may read about."""
    rows = Delivery.objects.visible_to(user).order_by().values("channel")
    found = Channel.objects.filter(pk__in=rows).order_by("name", "pk")
    return list(found.values_list("pk", "name", "course__name"))


def told(alert: Alert) -> QuerySet[Delivery]:
    """Return what its course was told of `alert`; what goes to persons is their own affair."""
    rows = alert.deliveries.filter(channel__owner=None)
    return rows.select_related("channel").order_by("-created_at", "-pk")
