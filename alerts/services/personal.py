"""Which persons are told of an alert, and may and should each still be told when their mail is about to go?

Planning asks who wants it; sending asks again, because people leave, change their mind, sleep, and
alerts end.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.clients import Letter
from alerts.models import Alert, Delivery, Interest, Subscription
from alerts.rules import State, kind_of
from alerts.services.digest_letters import digest_letters
from alerts.services.letters import TONES, about, subject_of, to_person
from alerts.services.reach import Pair, Scope, interests, reach
from alerts.services.stop_links import Mails
from courses.models import Team

OVER = "It was over before it could be told."
UNWANTED = "The person no longer asks for it, or may no longer see it."
NOTHING = "There was nothing to tell."
TEAMS = {
    Scope.OWN: gettext_lazy("your own teams"),
    Scope.WATCHED: gettext_lazy("teams you watch"),
    Scope.STAFFED: gettext_lazy("the courses you staff"),
}


def wanted_by(alerts: Collection[Alert]) -> dict[int, set[int]]:
    """Return the personal channels that ask for each alert. A few queries for any number of people."""
    asking: dict[tuple[str, str], set[int]] = defaultdict(set)
    for channel, kind, severity in interests(kinds={kind_of(alert.rule.signal) for alert in alerts}):
        asking[kind, severity].add(channel)
    pairs = (
        _reach(set().union(*asking.values()), {alert.project.team_id for alert in alerts}) if asking else {}
    )
    reached: dict[int, set[int]] = defaultdict(set)
    for channel, team in pairs:
        reached[team].add(channel)
    return {
        alert.pk: asking[kind_of(alert.rule.signal), alert.rule.severity] & reached[alert.project.team_id]
        for alert in alerts
    }


def _reach(channels: Collection[int], teams: Collection[int]) -> dict[Pair, Scope]:
    return reach(Subscription.objects.filter(channel__in=channels), Team.objects.filter(pk__in=teams))


@dataclass
class Sorted:
    """What becomes of messages to persons: sent as letters, held until then, or dropped for a reason."""

    letters: dict[int, Letter] = field(default_factory=dict)
    held: dict[int, datetime] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)


def sort_out(rows: Sequence[Delivery], *, now: datetime) -> Sorted:
    """Decide about messages to persons. `rows` come with their channel, its owner and their alert."""
    result = Sorted()
    active = [row for row in rows if row.channel.subscription.person.is_active]
    result.dropped |= {row.pk: UNWANTED for row in rows if row not in active}
    result.letters |= {row.pk: _test(row) for row in active if row.transition == Delivery.Transition.TEST}
    digests = [row for row in active if row.transition == Delivery.Transition.DIGEST]
    result.letters |= digest_letters(digests, now=now)
    result.dropped |= {row.pk: NOTHING for row in digests if row.pk not in result.letters}
    _sort_alerts([row for row in active if row.alert], result, now=now)
    return result


def _sort_alerts(rows: Sequence[Delivery], result: Sorted, *, now: datetime) -> None:
    if not rows:
        return
    channels = {row.channel_id for row in rows}
    alerts = {row.alert_id: row.alert for row in rows if row.alert}
    pairs = _reach(channels, {alert.project.team_id for alert in alerts.values()})
    asked = interests(kinds={kind_of(alert.rule.signal) for alert in alerts.values()}, channels=channels)
    told = told_of(alerts, channels)
    for row in rows:
        alert = alerts[row.alert_id]
        scope = pairs.get((row.channel_id, alert.project.team_id))
        is_asked = (row.channel_id, kind_of(alert.rule.signal), alert.rule.severity) in asked
        quiet = row.channel.subscription.quiet_hours
        until = quiet.until(now) if quiet else None
        if scope is None or not is_asked:
            result.dropped[row.pk] = UNWANTED
        elif _is_stale(row, alert, told):
            result.dropped[row.pk] = OVER
        elif until:
            result.held[row.pk] = until
        else:
            result.letters[row.pk] = _letter(row, alert, scope)


def _is_stale(row: Delivery, alert: Alert, told: Collection[tuple[int | None, int]]) -> bool:
    """Whether the alert was over before it was told, so that neither its beginning nor its end is news."""
    if row.transition == Delivery.Transition.FIRED:
        return alert.state == State.RESOLVED
    return (alert.pk, row.channel_id) not in told


def told_of(alerts: Collection[int | None], channels: Collection[int]) -> set[tuple[int | None, int]]:
    """Return which channels were told that which alert began."""
    rows = Delivery.objects.filter(
        alert__in=alerts,
        channel__in=channels,
        transition=Delivery.Transition.FIRED,
        state=Delivery.State.SENT,
    )
    return set(rows.values_list("alert_id", "channel_id"))


def _letter(row: Delivery, alert: Alert, scope: Scope) -> Letter:
    reader = row.channel.subscription
    with translation.override(reader.language):
        return to_person(
            row,
            subject=subject_of(alert, row.transition),
            parts=about(alert, row.transition, reader.zone),
            why=_why(alert, scope),
            tone=TONES.get(Delivery.Transition(row.transition), "neutral"),
            thread=f"alert-{alert.pk}",
            mails=Mails.ALERTS,
        )


def _why(alert: Alert, scope: Scope) -> str:
    words = _("You get this because you asked for mail about alerts: %(kind)s, %(severity)s, %(teams)s.")
    kind = Interest.Kind(kind_of(alert.rule.signal)).label
    severity = alert.rule.get_severity_display()
    return words % {"kind": kind, "severity": severity, "teams": TEAMS[scope]}


def _test(row: Delivery) -> Letter:
    with translation.override(row.channel.subscription.language):
        return to_person(
            row,
            subject=_("Test message"),
            parts=[_("This is a test. What you ask for will come the same way.")],
            why=_("You get this because you asked for a test message."),
            tone="neutral",
            thread=f"test-{row.channel_id}",
            mails=Mails.ALERTS,
        )
