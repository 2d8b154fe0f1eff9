"""What do observations do to alerts, and who has to be told?

A batch costs the same number of queries whatever its size. The rows of `Watch` are locked in
one order before anything is read, so two workers judge the same subject one after the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from alerts.models import Alert, Rule, Watch
from alerts.rules import (
    Observation,
    Standing,
    State,
    Transition,
    advance,
    in_order,
    one_line,
    several_lines,
)
from alerts.services import outbox
from courses.models import Project

Key = tuple[int, str]  # rule, subject
MOVING = [
    "state",
    "bad_count",
    "good_count",
    "last_value",
    "last_observed_at",
    "title",
    "detail",
    "path",
    "fired_at",
    "resolved_at",
]


@dataclass
class _Case:
    """One rule and one subject, while a batch is judged."""

    rule: Rule
    project: Project
    watch: Watch
    alert: Alert | None
    observations: list[Observation]
    touched: list[Alert] = field(default_factory=list)
    moves: list[tuple[Alert, Transition]] = field(default_factory=list)
    is_moved: bool = False


@transaction.atomic
def observe(observations: Sequence[Observation], *, now: datetime) -> None:
    """Judge a batch of observations by every rule for their signals.

    Call it in the transaction that stores the measurement. Safe to repeat: an observation not
    newer than the last one judged for its rule and subject changes nothing.
    """
    rules = list(Rule.objects.filter(is_enabled=True, signal__in={seen.signal for seen in observations}))
    if not rules:
        return
    ids = {seen.project_id for seen in observations}
    projects = Project.objects.select_related("team__course").in_bulk(ids)
    cases = _load(_by_key(observations, rules, projects), {rule.pk: rule for rule in rules}, projects)
    for case in cases:
        _judge(case)
    _store(cases, now=now)


def _by_key(
    observations: Iterable[Observation], rules: Iterable[Rule], projects: Mapping[int, Project]
) -> dict[Key, list[Observation]]:
    """Return what each rule has to judge; a project that has gone is nobody's concern."""
    by_signal = defaultdict(list)
    for rule in rules:
        by_signal[rule.signal].append(rule)
    judged: dict[Key, list[Observation]] = defaultdict(list)
    for seen in observations:
        project = projects.get(seen.project_id)
        if project is None:
            continue
        for rule in by_signal[seen.signal]:
            if rule.course_id in (None, project.team.course_id):
                judged[rule.pk, seen.subject].append(seen)
    return judged


def lock_watches(judged: Mapping[Key, int]) -> dict[Key, Watch]:
    """Return the locked watches of (rule, subject) pairs, making those there are none of.

    judged: the project of each pair.
    """
    wanted = Watch.objects.filter(
        rule__in={rule for rule, _ in judged}, subject__in={subject for _, subject in judged}
    )
    locked = wanted.select_for_update().order_by("rule_id", "subject")
    watches = {(watch.rule_id, watch.subject): watch for watch in locked}
    missing = sorted(key for key in judged if key not in watches)
    if missing:
        rows = [
            Watch(rule_id=rule, subject=subject, project_id=judged[rule, subject])
            for rule, subject in missing
        ]
        Watch.objects.bulk_create(rows, ignore_conflicts=True)
        watches = {(watch.rule_id, watch.subject): watch for watch in locked.all()}
    return watches


def _load(
    judged: Mapping[Key, list[Observation]], rules: Mapping[int, Rule], projects: Mapping[int, Project]
) -> list[_Case]:
    watches = lock_watches({key: seen[0].project_id for key, seen in judged.items()})
    rows = Alert.objects.still_open().filter(rule__in=rules, subject__in={subject for _, subject in judged})
    alerts = {(alert.rule_id, alert.subject): alert for alert in rows}
    return [
        _Case(
            rule=rules[key[0]],
            project=projects[seen[0].project_id],
            watch=watches[key],
            alert=alerts.get(key),
            observations=in_order(seen, rules[key[0]].condition),
        )
        for key, seen in judged.items()
    ]


def _judge(case: _Case) -> None:
    standing = Standing(judged_at=case.watch.last_observed_at)
    if case.alert:
        standing = Standing(
            State(case.alert.state), case.alert.bad_count, case.alert.good_count, standing.judged_at
        )
    condition = case.rule.condition
    for seen in case.observations:
        after, transition = advance(standing, seen, condition)
        if after is standing:
            continue
        standing = after
        _apply(case, seen, standing, transition)
        case.watch.last_observed_at, case.is_moved = seen.at, True


def _apply(case: _Case, seen: Observation, standing: Standing, transition: Transition | None) -> None:
    """Carry one step over to the alert, beginning or ending it."""
    if case.alert is None and standing.state != State.RESOLVED:
        case.alert = Alert(
            rule=case.rule, subject=case.watch.subject, project=case.project, pending_since=seen.at
        )
    alert = case.alert
    if alert is None:
        return
    if alert not in case.touched:
        alert.project = case.project
        case.touched.append(alert)
    alert.state, alert.bad_count, alert.good_count = standing.state, standing.bad_count, standing.good_count
    alert.last_value, alert.last_observed_at = seen.value, seen.at
    if case.rule.condition.verdict(seen.value):
        alert.title = one_line(seen.title, 200)
        alert.detail = several_lines(seen.detail, 2000)
        alert.path = _inner_path(seen.path)
    if transition == Transition.FIRED:
        alert.fired_at = seen.at
    if standing.state == State.RESOLVED:
        alert.resolved_at = seen.at
        case.alert = None
    if transition in (Transition.FIRED, Transition.RESOLVED):
        case.moves.append((alert, transition))


def _inner_path(path: str) -> str:
    """Return `path` if it is one of this site, else nothing."""
    is_inner = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_inner and path.isprintable() and len(path) <= 200 else ""


def _store(cases: Sequence[_Case], *, now: datetime) -> None:
    touched = [alert for case in cases for alert in case.touched]
    # What never fired leaves no trace: the watch remembers how far it was judged.
    kept = [alert for alert in touched if alert.state != State.RESOLVED or alert.fired_at]
    gone = [
        alert.pk for alert in touched if alert.state == State.RESOLVED and not alert.fired_at and alert.pk
    ]
    if gone:
        Alert.objects.filter(pk__in=gone).delete()
    # What ended is written before what began: a subject has one open alert at any time.
    # Stored rows are written by an upsert that always meets its row: ten times as fast as a bulk
    # update, whose CASE for each field and row holds SQLite's one write lock for seconds.
    known = [alert for alert in kept if alert.pk]
    Alert.objects.bulk_create(known, update_conflicts=True, unique_fields=["pk"], update_fields=MOVING)
    Alert.objects.bulk_create([alert for alert in kept if not alert.pk])
    watches = [case.watch for case in cases if case.is_moved]
    Watch.objects.bulk_create(
        watches, update_conflicts=True, unique_fields=["pk"], update_fields=["last_observed_at"]
    )
    outbox.tell([move for case in cases for move in case.moves], now=now)
