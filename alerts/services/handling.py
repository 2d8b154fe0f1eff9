"""What do people do with alerts, rules and channels?"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from alerts.models import Alert, Channel, Rule
from alerts.queries import open_subjects
from alerts.rules import State, Transition, one_line
from alerts.services import outbox
from alerts.services.observing import lock_watches
from courses.models import Event, User
from courses.services import record_events, settings_event


@transaction.atomic
def acknowledge(alerts: Collection[Alert], *, by: User, note: str, now: datetime) -> list[Alert]:
    """Note that `by` takes care of those of `alerts` that are open and free. Returns these."""
    note = one_line(note, 500)
    free = _locked(alerts, Alert.objects.still_open().filter(acknowledged_at=None))
    rows = Alert.objects.filter(pk__in=[alert.pk for alert in free])
    rows.update(acknowledged_at=now, acknowledged_by=by, acknowledged_note=note)
    record_events([_handled(alert, "Acknowledged", by=by, detail=note, now=now) for alert in free])
    return free


@transaction.atomic
def unacknowledge(alerts: Collection[Alert], *, by: User, now: datetime) -> list[Alert]:
    """Take the acknowledgements of `alerts` back. Returns the alerts that had one."""
    taken = _locked(alerts, Alert.objects.filter(acknowledged_at__isnull=False))
    rows = Alert.objects.filter(pk__in=[alert.pk for alert in taken])
    rows.update(acknowledged_at=None, acknowledged_by=None, acknowledged_note="")
    record_events([_handled(alert, "No longer acknowledged", by=by, detail="", now=now) for alert in taken])
    return taken


def _locked(alerts: Collection[Alert], rows: QuerySet[Alert]) -> list[Alert]:
    """Return those of `alerts` that are among `rows`, locked so that nobody else moves them."""
    wanted = rows.filter(pk__in=[alert.pk for alert in alerts]).select_related("project__team__course")
    return list(wanted.select_for_update(of=("self",)).order_by("pk"))


def _handled(alert: Alert, what: str, *, by: User, detail: str, now: datetime) -> Event:
    title = f"{what}: {alert.title}"
    url, kind = alert.get_absolute_url(), Event.Kind.ALERT
    return settings_event(alert.project, title=title, actor=by, now=now, detail=detail, url=url, kind=kind)


@transaction.atomic
def close_alerts(subjects: Sequence[str], *, reason: str, now: datetime) -> None:
    """End the open alerts of subjects that are no longer measured, and tell those who were told."""
    _close(Alert.objects.filter(subject__in=subjects), reason=reason, now=now)


def close_forgotten(
    signal: str, *, watched: Callable[[], Collection[str]], reason: str, now: datetime
) -> None:
    """End the open alerts about `signal` on subjects that nobody measures any more, whatever took them away.

    watched: the subjects that are measured; asked only while an alert is open.
    """
    subjects = open_subjects(signal)
    if not subjects:  # spares SQLite a write lock on every tick
        return
    gone = subjects.difference(watched())
    if gone:
        close_alerts(sorted(gone), reason=reason, now=now)


def _close(alerts: QuerySet[Alert], *, reason: str, now: datetime) -> None:
    still_open = alerts.exclude(state=State.RESOLVED)
    keys = {(row.rule_id, row.subject): row.project_id for row in still_open}
    if not keys:
        return
    lock_watches(keys)
    still_open.filter(state=State.PENDING).delete()
    firing = list(still_open.select_related("project__team__course"))
    still_open.update(state=State.RESOLVED, resolved_at=now, detail=one_line(reason, 2000))
    for alert in firing:
        alert.resolved_at = now
    outbox.tell([(alert, Transition.RESOLVED) for alert in firing], now=now)


@transaction.atomic
def save_rule(rule: Rule, *, by: User, now: datetime) -> None:
    """Store a rule. Switched off, it lets go of what it had opened."""
    what = "changed" if rule.pk else "added"
    rule.save()
    if not rule.is_enabled:
        reason = f"The rule “{rule.name}” was switched off."
        _close(Alert.objects.filter(rule=rule), reason=reason, now=now)
    if rule.course:
        record_events(
            [settings_event(rule.course, title=f"Alert rule “{rule.name}” {what}", actor=by, now=now)]
        )


@transaction.atomic
def save_channel(channel: Channel, *, by: User, now: datetime) -> bool:
    """Store a channel, new or changed. False when the course has another of this name."""
    what = "changed" if channel.pk else "added"
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        return False
    _note(channel, what, by=by, now=now)
    return True


@transaction.atomic
def delete_channel(channel: Channel, *, by: User, now: datetime) -> None:
    """Remove a channel with all that it sent or was to send."""
    _note(channel, "deleted", by=by, now=now)
    channel.delete()


def _note(channel: Channel, what: str, *, by: User, now: datetime) -> None:
    if channel.course:
        title = f"Alert channel “{channel.name}” {what}"
        record_events([settings_event(channel.course, title=title, actor=by, now=now)])
