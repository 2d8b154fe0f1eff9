"""What does a person ask to be told of, and how do they stop it?"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from alerts.models import Channel, Delivery, Interest, Subscription
from alerts.services import outbox
from alerts.services.digests import schedule
from alerts.services.stop_links import Mails
from courses.models import User

SWITCHES = {Mails.ALERTS: "has_alerts", Mails.DIGEST: "has_digest"}


def _channel_of(user: User, *, now: datetime) -> Channel:
    """Return the locked personal channel of `user`, made with its subscription when there is none."""
    made = {"kind": Channel.Kind.EMAIL, "target": "", "created_at": now}
    channel = Channel.objects.get_or_create(owner=user, defaults=made)[0]
    Subscription.objects.get_or_create(channel=channel)
    return Channel.objects.select_for_update().get(pk=channel.pk)


@transaction.atomic
def save_subscription(
    subscription: Subscription, *, owner: User, cells: Collection[tuple[str, str]], now: datetime
) -> None:
    """Store what `owner` asks for. What is held back by their quiet hours is asked about anew.

    cells: the kinds and severities of alerts they want.
    """
    subscription.channel = _channel_of(owner, now=now)
    known = Subscription.objects.get(channel=subscription.channel)
    subscription.pk, subscription.digest_told_until = known.pk, known.digest_told_until
    if subscription.has_digest:
        if not known.has_digest:
            subscription.digest_told_until = None
        schedule(subscription, now=now)
    subscription.save()
    subscription.interests.all().delete()
    Interest.objects.bulk_create(
        Interest(subscription=subscription, kind=kind, severity=severity) for kind, severity in sorted(cells)
    )
    waiting = Delivery.objects.filter(channel=subscription.channel, state=Delivery.State.PENDING)
    waiting.filter(held_until__gt=now, attempts=0).update(next_attempt_at=now)


@transaction.atomic
def send_test_to(user: User, *, now: datetime) -> Delivery:
    """Queue a test message to `user`; one that still waits is not doubled."""
    return outbox.send_test(_channel_of(user, now=now), now=now)


@transaction.atomic
def stop_all_mails(user: User) -> None:
    """Switch off alerts and digest; what `user` chose otherwise is kept for later."""
    everything = dict.fromkeys(SWITCHES.values(), False)
    Subscription.objects.filter(channel__owner=user).update(**everything)


@transaction.atomic
def stop_mails(channel_id: int, *, mails: Mails) -> None:
    """Switch off what a link in a mail was asked to stop; what still waits is dropped before it is sent."""
    Subscription.objects.filter(channel=channel_id).update(**{SWITCHES[mails]: False})
