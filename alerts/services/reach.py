"""Who asked to be told about which teams, and may see them now? Five queries for any number of people."""

from collections.abc import Collection
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from alerts.models import Interest, Subscription
from courses.models import Membership, Team, WatchedTeam

Pair = tuple[int, int]  # channel, team
CHANNEL = "user__mail_channel"


class Scope(StrEnum):
    """Why a team is of interest to a person; the first that holds is what they are told."""

    OWN = "own"
    WATCHED = "watched"
    STAFFED = "staffed"


def reach(subscriptions: QuerySet[Subscription], teams: QuerySet[Team]) -> dict[Pair, Scope]:
    """Return which personal channel asked for which team, and why.

    Only channels of people who may still sign in, and only teams that they may see at this moment.
    """
    active = subscriptions.filter(channel__owner__is_active=True)
    everywhere = active.filter(has_staffed_courses=True, channel__owner__is_superuser=True)
    admins = list(everywhere.values_list("channel", flat=True))  # they staff every course
    known = list(teams.values_list("pk", flat=True)) if admins else []
    return {
        **{(admin, team): Scope.STAFFED for team in known for admin in admins},
        **dict.fromkeys(_staffed(active, teams), Scope.STAFFED),
        **dict.fromkeys(_watched(active, teams), Scope.WATCHED),
        **dict.fromkeys(_own(active, teams), Scope.OWN),
    }


def _staffed(active: QuerySet[Subscription], teams: QuerySet[Team]) -> "QuerySet[Membership, Pair]":
    asked = Q(user__mail_channel__subscription__in=active.filter(has_staffed_courses=True))
    rows = Membership.objects.staff().filter(asked, course__teams__in=teams)
    return rows.order_by().values_list(CHANNEL, "course__teams")


def _watched(active: QuerySet[Subscription], teams: QuerySet[Team]) -> "QuerySet[WatchedTeam, Pair]":
    mine = Membership.objects.filter(user=OuterRef("user"), team=OuterRef("team"))
    staffed = Membership.objects.staff().filter(user=OuterRef("user"), course=OuterRef("team__course"))
    may_see = Q(user__is_superuser=True) | Exists(mine) | Exists(staffed)
    asked = Q(user__mail_channel__subscription__in=active.filter(has_watched_teams=True))
    return WatchedTeam.objects.filter(asked, may_see, team__in=teams).values_list(CHANNEL, "team")


def _own(active: QuerySet[Subscription], teams: QuerySet[Team]) -> "QuerySet[Membership, Pair]":
    asked = Q(user__mail_channel__subscription__in=active.filter(has_own_teams=True))
    return Membership.objects.filter(asked, team__in=teams).order_by().values_list(CHANNEL, "team")


def interests(
    *, kinds: Collection[str], channels: Collection[int] | None = None
) -> set[tuple[int, str, str]]:
    """Return the chosen cells (channel, kind, severity) of those who want mail about alerts."""
    rows = Interest.objects.filter(kind__in=kinds, subscription__has_alerts=True)
    if channels is not None:
        rows = rows.filter(subscription__channel__in=channels)
    return set(rows.values_list("subscription__channel", "kind", "severity"))
