"""What happens to checks? They are made, changed, claimed and run."""

from datetime import datetime

from django.db import connection, transaction

from alerts.services import close_forgotten
from courses.models import Environment, User
from courses.services import record_events, settings_event
from health.clients import probes
from health.models import Check
from health.rules import slots, verdicts
from health.services.results import SIGNAL, Result, record_results, subject_of

BATCH = 200


def ensure_check(environment: Environment, *, now: datetime) -> Check | None:
    """Return the environment's check, made now if it has a URL and no check yet."""
    if not environment.url:
        return None
    return Check.objects.get_or_create(environment=environment, defaults={"next_due_at": now})[0]


def ensure_checks(*, now: datetime) -> None:
    """Give every environment with a URL its check, however the environment came to be."""
    without = Environment.objects.filter(health_check=None).exclude(url="")
    missing = [Check(environment=environment, next_due_at=now) for environment in without[:1000]]
    if missing:
        Check.objects.bulk_create(missing, ignore_conflicts=True)


@transaction.atomic
def update_check(
    check: Check,
    *,
    path: str,
    interval_s: int,
    timeout_s: int,
    is_enabled: bool,
    actor: User | None,
    now: datetime,
) -> None:
    """Change how an environment is asked; it is asked again at once."""
    check.path, check.interval_s, check.timeout_s = path, interval_s, timeout_s
    check.is_enabled, check.next_due_at = is_enabled, now
    check.save(update_fields=["path", "interval_s", "timeout_s", "is_enabled", "next_due_at"])
    environment = check.environment
    how = f"every {interval_s} s, timeout {timeout_s} s, path “{path}”" if is_enabled else "switched off"
    title, url = f"Check of {environment.name} changed", environment.get_absolute_url()
    record_events([settings_event(environment, title=title, detail=how, url=url, actor=actor, now=now)])


def request_check(check: Check, *, now: datetime) -> None:
    """Make a check due now. The next tick runs it."""
    Check.objects.filter(pk=check.pk, next_due_at__gt=now).update(next_due_at=now)


def close_forgotten_alerts(*, now: datetime) -> None:
    """End the open alerts of environments that nobody asks any more, whatever took them away.

    URLs, checks and whole environments go in many places, most of which know nothing of alerts.
    """
    reason = "It is no longer checked: its URL or its check was removed or switched off."
    close_forgotten(SIGNAL, watched=_subjects_checked, reason=reason, now=now)


def _subjects_checked() -> set[str]:
    return {subject_of(pk) for pk in Check.objects.running().values_list("environment_id", flat=True)}


@transaction.atomic
def claim_due_checks(*, now: datetime) -> list[Check]:
    """Take up to `BATCH` due checks, so that no other worker takes them, and return them."""
    due = Check.objects.due(now).select_related("environment__project__team")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    batch = list(due[:BATCH])
    for check in batch:
        check.next_due_at = slots.next_slot(check.pk, check.interval_s, now)
    Check.objects.bulk_update(batch, ["next_due_at"])
    return batch


def run_due_checks(*, now: datetime) -> int:
    """Ask one batch of due environments all at once, store the answers; return how many.

    The asking happens outside any transaction. Answers are stored within a second or so of
    their arrival: an environment that hangs keeps nobody else waiting. A worker that dies in
    between costs the rest of the batch one slot.
    """
    ensure_checks(now=now)
    close_forgotten_alerts(now=now)
    if not Check.objects.due(now).exists():  # spares SQLite a write lock on every tick
        return 0
    checks = claim_due_checks(now=now)
    for arrived in probes.probe_as_ready([(check.url, check.timeout_s) for check in checks]):
        results = [Result(checks[place], now, verdicts.judge(outcome)) for place, outcome in arrived]
        record_results(results, now=now)
    return len(checks)
