"""Whose daily digest is due? What it says is found when it is about to go."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from alerts.hours import next_hour
from alerts.models import Delivery, Subscription
from alerts.services.outbox import new_delivery

AT_ONCE = 500
A_DAY, AT_MOST = timedelta(days=1), timedelta(days=7)


def plan_digests(*, now: datetime) -> int:
    """Queue the digests that are due and return how many, one a day at most for each person.

    Hours that were missed are caught up by one digest. Who has moved to another zone gets the
    hour of the new one from then on.
    """
    has_moved = ~Q(digest_zone=F("channel__owner__time_zone"))
    due = Subscription.objects.filter(Q(digest_due_at__lte=now) | has_moved, has_digest=True)
    if not due.exists():  # spares SQLite a write lock on every tick
        return 0
    with transaction.atomic():
        # A row that another worker holds is skipped, and one it has just moved on no longer matches.
        locked = due.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        mine = list(locked.select_related("channel__owner")[:AT_ONCE])
        told = Delivery.objects.filter(dedupe_key__in=[_key(row) for row in mine])
        known = set(told.values_list("dedupe_key", flat=True))
        due_now = [row for row in mine if _is_due(row, now) and _key(row) not in known]
        Delivery.objects.bulk_create([_delivery(row, now=now) for row in due_now], ignore_conflicts=True)
        for row in due_now:
            row.digest_told_until = now
        for row in mine:
            schedule(row, now=now)
        Subscription.objects.bulk_update(mine, ["digest_due_at", "digest_zone", "digest_told_until"])
    return len(due_now)


def schedule(subscription: Subscription, *, now: datetime) -> None:
    """Set when the next digest is due, in the zone of the person; not stored."""
    subscription.digest_due_at = next_hour(now, hour=subscription.digest_hour, zone=subscription.zone)
    subscription.digest_zone = subscription.person.time_zone


def _is_due(row: Subscription, now: datetime) -> bool:
    is_here = row.digest_zone == row.person.time_zone
    return is_here and row.digest_due_at is not None and row.digest_due_at <= now


def _key(row: Subscription) -> str:
    """Return what stands for the digest of one person and day; the database takes it once."""
    day = row.digest_due_at.astimezone(row.zone) if row.digest_due_at else ""
    return f"digest{row.channel_id}x{day:%Y%m%d}"


def _delivery(row: Subscription, *, now: datetime) -> Delivery:
    delivery = new_delivery(row.channel, alert=None, transition=Delivery.Transition.DIGEST, now=now)
    since = row.digest_told_until or (row.digest_due_at or now) - A_DAY
    delivery.tells_since, delivery.dedupe_key = max(since, now - AT_MOST), _key(row)
    return delivery
