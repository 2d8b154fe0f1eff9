"""What does a daily digest say, to whom, about the teams that they may still see?"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.clients import Letter
from alerts.models import Alert, Delivery, Subscription
from alerts.rules import State, one_line
from alerts.services.letters import moment, to_person
from alerts.services.reach import reach
from alerts.services.stop_links import Mails
from courses.models import Event, Team

LINES = 20  # alerts of each sort in one digest
ALERTS_READ = 2000
TOLD = (Event.Kind.DEPLOYMENT, Event.Kind.PIPELINE, Event.Kind.INCIDENT, Event.Kind.EXPERIMENT)

Happenings = dict[int, Counter[str]]  # team -> kind of event -> how many


def digest_letters(rows: Iterable[Delivery], *, now: datetime) -> dict[int, Letter]:
    """Return the letters of the digests that have anything to tell, by message.

    The queries are the same for any number of people whose digests begin at one instant.
    """
    wanted = [row for row in rows if row.tells_since and row.channel.subscription.has_digest]
    wanted.sort(key=lambda row: (row.tells_since or now, row.pk))
    found: dict[int, Letter] = {}
    for since, group in groupby(wanted, key=lambda row: row.tells_since):
        found |= _letters_since(since or now, list(group))
    return found


def _letters_since(since: datetime, rows: Sequence[Delivery]) -> dict[int, Letter]:
    teams_of = defaultdict(set)
    subscriptions = Subscription.objects.filter(channel__in=[row.channel_id for row in rows])
    running = Team.objects.filter(is_archived=False, course__is_archived=False, course__is_sample=False)
    for channel, team in reach(subscriptions, running):
        teams_of[channel].add(team)
    teams = set().union(*teams_of.values())
    alerts, happened = _alerts_since(since, teams), _events_since(since, teams)
    found = {}
    for row in rows:
        mine = teams_of[row.channel_id]
        told = [alert for alert in alerts if alert.project.team_id in mine]
        counts = sum((happened[team] for team in mine if team in happened), Counter[str]())
        if told or counts:
            found[row.pk] = _letter(row, since, told, counts)
    return found


def _alerts_since(since: datetime, teams: Collection[int]) -> Sequence[Alert]:
    is_news = Q(state=State.FIRING) | Q(fired_at__isnull=False, resolved_at__gte=since)
    rows = Alert.objects.filter(is_news, project__team__in=teams).select_related("rule", "project__team")
    return list(rows.urgent_first()[:ALERTS_READ])


def _events_since(since: datetime, teams: Collection[int]) -> Happenings:
    happened: Happenings = defaultdict(Counter)
    rows = Event.objects.filter(team__in=teams, at__gte=since, kind__in=TOLD).order_by()
    for team, kind, count in rows.values_list("team", "kind").annotate(n=Count("pk")):
        happened[team][kind] = count
    return happened


def _letter(row: Delivery, since: datetime, alerts: Sequence[Alert], happened: Counter[str]) -> Letter:
    reader = row.channel.subscription
    with translation.override(reader.language):
        begin = moment(since, reader.zone)
        still_open = [alert for alert in alerts if alert.state == State.FIRING]
        over = [alert for alert in alerts if alert.state == State.RESOLVED]
        now_open = ngettext("%(n)s open alert", "%(n)s open alerts", len(still_open)) % {"n": len(still_open)}
        now_over = ngettext("%(n)s over", "%(n)s over", len(over)) % {"n": len(over)}
        return to_person(
            row,
            subject=_("Your day: %(open)s, %(over)s") % {"open": now_open, "over": now_over},
            parts=_parts(begin, still_open, over, happened),
            why=_("You get this because you asked for a digest every day."),
            tone="neutral",
            thread=f"digest-{row.channel_id}",
            mails=Mails.DIGEST,
        )


def _parts(
    begin: str, still_open: Sequence[Alert], over: Sequence[Alert], happened: Counter[str]
) -> list[str]:
    parts = []
    if still_open:
        parts.append(_alert_lines(_("Open now:"), still_open))
    if over:
        parts.append(_alert_lines(_("Over since %(moment)s:") % {"moment": begin}, over))
    if happened:
        counts = ", ".join(_in_words(kind, happened[kind]) for kind in TOLD if happened[kind])
        parts.append(_("Also since %(moment)s: %(counts)s.") % {"moment": begin, "counts": counts})
    return [*parts, _("All alerts: %(url)s") % {"url": f"{settings.SITE_URL}{reverse('alerts:inbox')}"}]


def _alert_lines(title: str, alerts: Sequence[Alert]) -> str:
    lines = [title]
    for alert in alerts[:LINES]:
        words = f"- {alert.project.team}: {alert.words} ({alert.rule.get_severity_display()})"
        lines += [one_line(words, 300), f"  {settings.SITE_URL}{alert.get_absolute_url()}"]
    if len(alerts) > LINES:
        lines.append(_("… and %(count)s more") % {"count": len(alerts) - LINES})
    return "\n".join(lines)


def _in_words(kind: str, n: int) -> str:
    words = {
        Event.Kind.DEPLOYMENT: ngettext("%(n)s deployment", "%(n)s deployments", n),
        Event.Kind.PIPELINE: ngettext("%(n)s pipeline event", "%(n)s pipeline events", n),
        Event.Kind.INCIDENT: ngettext("%(n)s incident event", "%(n)s incident events", n),
        Event.Kind.EXPERIMENT: ngettext("%(n)s experiment event", "%(n)s experiment events", n),
    }
    return words[Event.Kind(kind)] % {"n": n}
