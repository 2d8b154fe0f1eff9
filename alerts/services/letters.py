"""What does a message say? What happened, since when, where to look, and why you get it."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts import wording
from alerts.clients import Letter
from alerts.models import Alert, Channel, Delivery
from alerts.rules import one_line
from alerts.services.stop_links import Mails, stop_path
from courses.templatetags.ui import duration

SUBJECTS = {
    Delivery.Transition.FIRED: gettext_lazy("Firing: %(title)s"),
    Delivery.Transition.RESOLVED: gettext_lazy("Resolved after %(span)s, was: %(title)s"),
}
TONES = {Delivery.Transition.FIRED: "bad", Delivery.Transition.RESOLVED: "good"}


def compose(delivery: Delivery) -> Letter:
    """Return the letter of `delivery`, whose alert, channel and course are loaded."""
    channel, alert = delivery.channel, delivery.alert
    course = channel.course
    zone = ZoneInfo(course.time_zone if course else settings.TIME_ZONE)
    parts = about(alert, delivery.transition, zone) if alert else _test(channel)
    return Letter(
        subject=subject_line(subject_of(alert, delivery.transition) if alert else _("Test message")),
        body="\n\n".join([*parts, _why(channel)]) + "\n",
        tone=TONES.get(Delivery.Transition(delivery.transition), "neutral"),
        key=delivery.dedupe_key,
        thread=f"alert-{alert.pk}" if alert else f"test-{channel.pk}",
        list_name=f"{course.slug if course else 'alerts'}.{host_name()}",
    )


def to_person(
    delivery: Delivery, *, subject: str, parts: Sequence[str], why: str, tone: str, thread: str, mails: Mails
) -> Letter:
    """Return a letter to the owner of a personal channel, who can stop its kind with one click."""
    stop = f"{settings.SITE_URL}{stop_path(delivery.channel_id, mails)}"
    change = f"{settings.SITE_URL}{reverse('alerts:notifications')}"
    ends = [
        why,
        _("Change what you get: %(url)s") % {"url": change},
        _("Stop these mails: %(url)s") % {"url": stop},
    ]
    return Letter(
        subject=subject_line(subject),
        body="\n\n".join([*parts, "\n".join(ends)]) + "\n",
        tone=tone,
        key=delivery.dedupe_key,
        thread=thread,
        list_name=f"{mails}.{host_name()}",
        stop_url=stop,
    )


def host_name() -> str:
    """Return the name of this site's host."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def subject_line(words: str) -> str:
    """Return `words` as the subject of a letter, one line whatever they hold."""
    return one_line(f"[Courseops] {words}", 200)


def subject_of(alert: Alert, transition: str) -> str:
    """Return what happened to `alert` in one line."""
    # Most titles begin with the project; subjects are short.
    project = "" if alert.project.name in alert.title else f" · {alert.project}"
    words = SUBJECTS[Delivery.Transition(transition)]
    what = words % {"title": alert.title, "span": duration(alert.span)}
    return f"{what} · {alert.project.team}{project}"


def about(alert: Alert, transition: str, zone: ZoneInfo) -> list[str]:
    """Return the paragraphs that tell of `alert`, with times in `zone`."""
    is_over = transition == Delivery.Transition.RESOLVED
    lines = [
        f"{alert.rule} ({alert.rule.get_severity_display()})",
        wording.title_of(alert.title, is_over=is_over),
        _("Team: %(name)s") % {"name": alert.project.team},
        _("Project: %(name)s") % {"name": alert.project},
        _("Since: %(moment)s") % {"moment": moment(alert.pending_since, zone)},
    ]
    if is_over and alert.resolved_at:
        over = {"moment": moment(alert.resolved_at, zone), "span": duration(alert.span)}
        lines.append(_("Over since: %(moment)s, after %(span)s") % over)
    links = [_("Alert: %(url)s") % {"url": f"{settings.SITE_URL}{alert.get_absolute_url()}"}]
    if alert.path:
        links.insert(0, _("Look: %(url)s") % {"url": f"{settings.SITE_URL}{alert.path}"})
    told = "\n".join(one_line(line, 300) for line in lines)
    return [part for part in (told, alert.detail, "\n".join(links)) if part]


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant with the name of its zone, the same in every language."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def _test(channel: Channel) -> list[str]:
    name = one_line(channel.name, 80)
    return [_("This is a test of the channel “%(name)s”. Alerts will come the same way.") % {"name": name}]


def _why(channel: Channel) -> str:
    because = _(
        "You get this because the channel “%(channel)s” of the course “%(course)s” tells about alerts.\n"
        "Lecturers of the course change that at %(url)s"
    )
    return because % {
        "channel": one_line(channel.name, 80),
        "course": one_line(str(channel.course), 120),
        "url": f"{settings.SITE_URL}{reverse('alerts:channel_list')}",
    }
