"""What tests of personal mail do again and again: somebody asks, something breaks, a page is read."""

from datetime import UTC, datetime

from django.test import Client

from alerts import services
from alerts.models import Delivery
from alerts.rules import Observation
from tests import factories

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
PAGE = "/alerts/notifications/"


def observe(project, value=1, at=NOW, signal="health.test", title="Shop is down"):
    services.observe([Observation(signal, "thing:1", project.pk, value, at, title)], now=at)


def subscribed(user, **fields):
    return factories.SubscriptionFactory(owner=user, **fields)


def mails_of(user):
    return list(Delivery.objects.filter(channel__owner=user).order_by("pk"))


def text_of(message):
    return message.get_content().replace("\r\n", "\n")


def send(user, path, **data):
    client = Client()
    client.force_login(user)
    return client.post(path, data)


def look(user, path=PAGE):
    client = Client()
    client.force_login(user)
    return client.get(path).content.decode()


def night(user, **fields):
    user.time_zone = "Europe/Berlin"
    user.save()
    return subscribed(user, has_quiet_hours=True, **fields)


def daily(user, **fields):
    user.time_zone = "Europe/Berlin"
    user.save()
    subscription = subscribed(user, has_digest=True, **fields)
    subscription.digest_due_at = datetime(2026, 3, 2, 7, tzinfo=UTC)
    subscription.digest_zone = user.time_zone
    subscription.save()
    return subscription


def dropped(user):
    [row] = mails_of(user)
    return row.state, row.last_error
