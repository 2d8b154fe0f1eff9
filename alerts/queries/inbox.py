"""Which alerts are there, narrowed and grouped as the reader asked?"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery, Window

from alerts.models import Alert, AlertQuerySet, Rule
from alerts.models.alerts import URGENCY
from alerts.models.rules import RuleQuerySet
from alerts.rules import State
from courses.filters import Filters as TeamFilters
from courses.filters import narrowed
from courses.models import Course, Team, User

OPEN, UNTAKEN, TAKEN = "open", "untaken", "taken"
STATES = {
    OPEN: ~Q(state=State.RESOLVED),
    UNTAKEN: Q(state=State.FIRING, acknowledged_at=None),
    TAKEN: ~Q(state=State.RESOLVED) & Q(acknowledged_at__isnull=False),
    State.PENDING.value: Q(state=State.PENDING, acknowledged_at=None),
    State.RESOLVED.value: Q(state=State.RESOLVED),
}
BY_TEAM, BY_RULE, FLAT = "team", "rule", "none"
# what alerts are grouped by -> the field that tells groups apart, and the one they are sorted by
GROUPS = {BY_TEAM: ("project__team", "project__team__name"), BY_RULE: ("rule", "rule__name")}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for; what is empty or 0 chooses nothing. course: a slug; tutor: a user."""

    state: str = OPEN
    severity: str = ""
    course: str = ""
    tutor: int = 0
    tag: str = ""
    team: int = 0
    rule: int = 0
    text: str = ""
    group: str = ""

    @property
    def is_active(self) -> bool:
        """Whether anything but the state narrows the list."""
        return self != Filters(state=self.state, group=self.group)

    @property
    def choice_count(self) -> int:
        """How many of the lists to choose from leave something out."""
        return sum(map(bool, (self.severity, self.course, self.tutor, self.tag, self.team, self.rule)))


@dataclass(frozen=True, slots=True)
class Group:
    """The alerts of one team or rule on a page. total: how many there are on all pages."""

    by: str
    pk: int
    name: str
    url: str
    total: int
    alerts: list[Alert] = field(default_factory=list)


def open_subjects(signal: str) -> set[str]:
    """Return what open alerts about `signal` were raised on. One query."""
    return set(Alert.objects.still_open().filter(rule__signal=signal).values_list("subject", flat=True))


def inbox(user: User, asked: Filters) -> AlertQuerySet:
    """Return what `user` may see and asked for, in any state."""
    exact = {
        "rule__severity": asked.severity,
        "project__team": asked.team,
        "rule": asked.rule,
    }
    rows = Alert.objects.visible_to(user).filter(**{name: value for name, value in exact.items() if value})
    teams = TeamFilters(course=asked.course, tutor=asked.tutor, tag=asked.tag)
    rows = narrowed(rows, teams, user=user, team="project__team__", named=())
    for word in asked.text.split():
        places = ("title", "detail", "rule__name", "project__name", "project__team__name")
        found = Q()
        for place in places:
            found |= Q(**{f"{place}__icontains": word})
        rows = rows.filter(found)
    return rows


def untaken(user: User) -> dict[str, Any]:
    """Return how many firing alerts of `user` nobody has acknowledged, and the newest of them.

    Those of the sample course count until there is a course that somebody teaches.
    """
    rows = Alert.objects.visible_to(user).filter(state=State.FIRING, acknowledged_at=None)
    taught = Course.objects.taught().filter(is_archived=False)
    rows = rows.exclude(Exists(taught), project__team__course__is_sample=True)
    newest = rows.annotate(total=Window(Count("pk"))).order_by("-pk").first()
    return {"count": vars(newest)["total"] if newest else 0, "newest": newest}


def counts(rows: AlertQuerySet) -> dict[str, int]:
    """Return how many alerts there are in each state of the inbox."""
    return rows.aggregate(**{state: Count("pk", filter=condition) for state, condition in STATES.items()})


def in_state(rows: AlertQuerySet, state: str, *, group: str = FLAT) -> AlertQuerySet:
    """Return the alerts in `state`, urgent first, ready to be shown; what is over with the newest first.

    group: groups stand together, the one with the most urgent alert first, then the largest.
    """
    chosen = rows.filter(STATES[state]).select_related("rule", "project__team__course", "acknowledged_by")
    if group == FLAT:
        return chosen.order_by("-resolved_at", "-pk") if state == State.RESOLVED else chosen.urgent_first()
    key, name = GROUPS[group]
    whole = [F(key)]
    return chosen.annotate(
        urgency=URGENCY,
        worst=Window(Min("urgency"), partition_by=whole),
        total=Window(Count("pk"), partition_by=whole),
    ).order_by("worst", "-total", name, key, "urgency", "-resolved_at", "-pending_since", "-pk")


def groups(alerts: Iterable[Alert], by: str) -> list[Group]:
    """Return the alerts of one page, sorted by `in_state`, as groups; all in one without a name if flat."""
    if by == FLAT:
        rows = list(alerts)
        return [Group(by=by, pk=0, name="", url="", total=len(rows), alerts=rows)] if rows else []
    found = []
    for pk, part in groupby(alerts, lambda row: row.project.team_id if by == BY_TEAM else row.rule_id):
        rows = list(part)
        team, rule = rows[0].project.team, rows[0].rule
        name, url = (team.name, team.get_absolute_url()) if by == BY_TEAM else (rule.name, "")
        found.append(Group(by=by, pk=pk, name=name, url=url, total=vars(rows[0])["total"], alerts=rows))
    return found


def takeable(user: User, alerts: Collection[Alert]) -> set[int]:
    """Return which of the open `alerts` the user may acknowledge or take back."""
    wanted = [alert.pk for alert in alerts if alert.state != State.RESOLVED]
    return set(Alert.objects.editable_by(user).filter(pk__in=wanted).values_list("pk", flat=True))


def choices(user: User, *, team: int, rule: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the teams and the rules with open alerts, and those asked for, as choices of a filter."""
    seen = Alert.objects.visible_to(user)
    concerned = seen.still_open().order_by()
    teams = Team.objects.filter(
        Q(pk__in=concerned.values("project__team"))
        | Q(pk__in=seen.filter(project__team=team).values("project__team"))
    ).order_by("name", "pk")
    rules = seen.filter(~Q(state=State.RESOLVED) | Q(rule=rule)).order_by("rule__name", "rule")
    return (
        list(teams.values_list("pk", "name")),
        list(rules.values_list("rule", "rule__name").distinct()),
    )


def rules(user: User) -> RuleQuerySet:
    """Return the rules that judge what `user` sees, each with how many alerts of it are open."""
    mine = Alert.objects.visible_to(user).still_open().filter(rule=OuterRef("pk")).order_by()
    number = mine.values("rule").annotate(n=Count("pk")).values("n")
    return Rule.objects.visible_to(user).select_related("course").annotate(open_count=Subquery(number))
