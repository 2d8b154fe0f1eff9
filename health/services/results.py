"""What happens when answers come in? State, log, series, timeline and alerts move together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from alerts.rules import Observation
from alerts.services import observe
from courses.models import Environment, Event
from courses.services import record_events
from health.models import Check, CheckResult, EnvironmentState, Transition
from health.rules import availability, day, slots
from health.rules.verdicts import DOWN, UP, Verdict
from health.services import series

STATE_FIELDS = [
    "status",
    "since",
    "last_checked_at",
    "fresh_until",
    "last_latency_ms",
    "http_status",
    "error_kind",
    "detail",
    "consecutive_failures",
    "day",
    "day_until",
]
SIGNAL = "health.environment.down"
TONES = {UP: Event.Tone.GOOD, DOWN: Event.Tone.BAD}


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found out at an instant. (check, at) tells it from its repetition."""

    check: Check
    at: datetime
    verdict: Verdict


def _locked_states(results: Sequence[Result], now: datetime) -> dict[int, EnvironmentState]:
    """Return the states of environments that still exist, locked in one order for all workers."""
    wanted = {result.check.environment_id for result in results}
    there = Environment.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True)
    known = set(EnvironmentState.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    EnvironmentState.objects.bulk_create(
        [EnvironmentState(environment_id=pk, since=now) for pk in there if pk not in known],
        ignore_conflicts=True,
    )
    rows = EnvironmentState.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    return {state.pk: state for state in rows}


def _move(state: EnvironmentState, result: Result) -> list[Transition]:
    """Bring `state` up to date in memory and return the changes of status."""
    verdict, check = result.verdict, result.check
    found = [
        Transition(
            environment_id=state.pk,
            at=at,
            from_status=old,
            to_status=new,
            error_kind=verdict.error_kind if at == result.at else "",
        )
        for at, old, new in availability.changes(state.status, state.fresh_until, verdict.status, result.at)
    ]
    if found:
        state.since = result.at
    state.day = day.noted(state.day, state.day_until, result.at, verdict.status)
    state.day_until = day.hour_of(result.at)
    state.status, state.error_kind, state.detail = verdict.status, verdict.error_kind, verdict.detail
    state.http_status, state.last_latency_ms = verdict.http_status, verdict.latency_ms
    state.last_checked_at = result.at
    state.fresh_until = slots.fresh_until(result.at, check.interval_s, check.timeout_s)
    state.consecutive_failures = state.consecutive_failures + 1 if verdict.status == DOWN else 0
    return found


def subject_of(environment_id: int) -> str:
    """Return what alerts know an environment by."""
    return f"environment:{environment_id}"


def _headline(result: Result) -> str:
    """Return what is the case, in words that stand alone in a mail or among the alerts of a course."""
    environment, verdict = result.check.environment, result.verdict
    place = f"{environment.project.name[:80]} {environment.name}"
    if verdict.status == UP:
        return f"{place} is up"
    what = "is down" if verdict.status == DOWN else "cannot be checked"
    return f"{place} {what}: {verdict.detail}"[:200]


def _event(result: Result) -> Event:
    environment, status = result.check.environment, result.verdict.status
    return Event(
        course_id=environment.project.team.course_id,
        team_id=environment.project.team_id,
        project_id=environment.project_id,
        environment=environment,
        at=result.at,
        kind=Event.Kind.INCIDENT,
        tone=TONES.get(status, Event.Tone.NEUTRAL),
        title=_headline(result),
        url=environment.get_absolute_url(),
        dedupe_key=f"health:{environment.pk}:{result.at.timestamp():.6f}:{status}",
    )


def _observation(result: Result) -> Observation:
    environment = result.check.environment
    return Observation(
        signal=SIGNAL,
        subject=subject_of(environment.pk),
        project_id=environment.project_id,
        value=result.verdict.down_value,
        at=result.at,
        title=_headline(result),
        detail=result.check.url,
        path=environment.get_absolute_url(),
    )


def _log_entry(result: Result) -> CheckResult:
    verdict = result.verdict
    return CheckResult(
        environment_id=result.check.environment_id,
        at=result.at,
        status=verdict.status,
        http_status=verdict.http_status,
        latency_ms=verdict.latency_ms,
        error_kind=verdict.error_kind,
        detail=verdict.detail,
    )


@transaction.atomic
def record_results(results: Sequence[Result], *, now: datetime) -> None:
    """Store a batch of answers and everything that follows from them.

    A result not newer than the last one of its environment changes nothing, so that a batch
    may be written twice. A place first seen up is no news; any other change of status is.
    """
    states = _locked_states(results, now)
    taken: list[Result] = []
    transitions: list[Transition] = []
    events: list[Event] = []
    for result in sorted(results, key=lambda result: result.at):
        state = states.get(result.check.environment_id)
        if state is None or (state.last_checked_at is not None and result.at <= state.last_checked_at):
            continue
        is_first = state.last_checked_at is None
        is_news = state.status != result.verdict.status and not (is_first and result.verdict.status == UP)
        transitions += _move(state, result)
        events += [_event(result)] if is_news else []
        taken.append(result)
    moved = {result.check.environment_id for result in taken}
    EnvironmentState.objects.bulk_create(
        [states[pk] for pk in sorted(moved)],
        update_conflicts=True,
        unique_fields=["environment"],
        update_fields=STATE_FIELDS,
    )
    CheckResult.objects.bulk_create([_log_entry(result) for result in taken])
    Transition.objects.bulk_create(transitions, ignore_conflicts=True)
    record_events(events)
    series.add_results([(result.check, result.at, result.verdict) for result in taken])
    observe([_observation(result) for result in taken], now=now)
