"""What does a message say? What happened, since when, where to look, and why you get it."""

from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from alerts.clients import Letter
from alerts.models import Alert, Channel, Delivery
from alerts.rules import one_line

WORDS = {"fired": "Firing", "resolved": "Resolved"}
TONES = {Delivery.Transition.FIRED: "bad", Delivery.Transition.RESOLVED: "good"}


def compose(delivery: Delivery) -> Letter:
    """Return the letter of `delivery`, whose alert and channel are loaded."""
    channel = delivery.channel
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    alert = delivery.alert
    subject = _subject(alert, delivery.transition) if alert else "Test message"
    parts = _about(alert, delivery.transition, channel) if alert else _test(channel)
    return Letter(
        subject=one_line(f"[Courseops] {subject}", 200),
        body="\n\n".join([*parts, _why(channel)]) + "\n",
        tone=TONES.get(Delivery.Transition(delivery.transition), "neutral"),
        key=delivery.dedupe_key,
        thread=f"alert-{alert.pk}" if alert else f"test-{channel.pk}",
        list_name=f"{channel.course.slug}.{host}",
    )


def _subject(alert: Alert, transition: str) -> str:
    # Most titles begin with the project; subjects are short.
    project = "" if alert.project.name in alert.title else f" · {alert.project}"
    return f"{WORDS[transition]}: {alert.title} · {alert.project.team}{project}"


def _about(alert: Alert, transition: str, channel: Channel) -> list[str]:
    zone = channel.course.time_zone
    lines = [
        f"{alert.rule} ({alert.rule.severity})",
        f"{alert.title}",
        f"Team: {alert.project.team}",
        f"Project: {alert.project}",
        f"Since: {_moment(alert.pending_since, zone)}",
    ]
    if transition == Delivery.Transition.RESOLVED and alert.resolved_at:
        lines.append(f"Over since: {_moment(alert.resolved_at, zone)}")
    links = [f"Alert: {settings.SITE_URL}{alert.get_absolute_url()}"]
    if alert.path:
        links.insert(0, f"Look: {settings.SITE_URL}{alert.path}")
    told = "\n".join(one_line(line, 300) for line in lines)
    return [part for part in (told, alert.detail, "\n".join(links)) if part]


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def _test(channel: Channel) -> list[str]:
    return [f"This is a test of the channel “{one_line(channel.name, 80)}”. Alerts will come the same way."]


def _why(channel: Channel) -> str:
    course = one_line(channel.course.name, 120)
    address = f"{settings.SITE_URL}{reverse('alerts:channel_list')}"
    return (
        f"You get this because the channel “{one_line(channel.name, 80)}” of the course “{course}” "
        f"tells about alerts.\nLecturers of the course change that at {address}"
    )
