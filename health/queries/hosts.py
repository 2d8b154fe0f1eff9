"""Which machines may this reader see, and how busy are and were they?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext

from courses.charts.axes import TimeAxis
from courses.charts.lines import LineChart
from courses.charts.overlays import Overlay
from courses.charts.sparklines import Sparkline
from courses.models import Membership, User
from courses.rules.ranges import Range
from courses.states import TONE_OF
from health.models import Host, HostSample, HostState
from health.queries.host_charts import host_charts, host_steps, silences_over
from health.queries.trends import trend_line
from health.rules import slots, trend
from health.rules.ranges import window
from health.wording import window_label

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HostRow:
    """One line of the list. status: up, stale or unknown. line: None until there is one.

    silent: how long ago the last reading came, when the next is overdue.
    """

    host: Host
    state: HostState | None
    status: str
    silent: timedelta | None
    line: Sparkline | None


@dataclass(frozen=True, slots=True)
class HostPage:
    """What the page of one host shows that changes by itself. period: what the figures are of, in words."""

    state: HostState | None
    status: str
    silent: timedelta | None
    period: str
    n: int
    charts: list[LineChart]
    overlay: Overlay

    @property
    def tone(self) -> str:
        return TONE_OF[self.status]


def _heard(state: HostState | None, now: datetime) -> tuple[str, timedelta | None]:
    """Return the status, and for how long there is no news where news is overdue.

    A machine is measured from inside: silence may be the machine or only its worker.
    """
    if state is None:
        return "unknown", None
    return ("stale", now - state.last_sampled_at) if state.is_stale(now) else ("up", None)


def may_see_hosts(user: User) -> bool:
    """Return whether there can be hosts for `user` at all: they are for staff."""
    return user.is_superuser or Membership.objects.staff().filter(user_id=user.pk).exists()


def visible_hosts(user: User, *, text: str, now: datetime) -> QuerySet[Host]:
    """Return the hosts `user` may see whose name holds `text`, silent ones first, with what was read last."""
    rows = Host.objects.visible_to(user).select_related("state", "course").filter(name__icontains=text)
    is_heard = Case(When(state__fresh_until__gte=now, then=True), default=False)
    return rows.annotate(is_heard=is_heard).order_by("is_heard", "name", "pk")


def host_rows(hosts: Iterable[Host], *, now: datetime) -> list[HostRow]:
    """Return the lines of `hosts`, each with the CPU of the last hour. One query."""
    shown = list(hosts)
    samples = HostSample.objects.filter(host__in=shown, at__gte=slots.floor_to(now - AN_HOUR, 1))
    busy = {(pk, at): value for pk, at, value in samples.values_list("host_id", "at", "cpu_percent")}
    rows = []
    for host in shown:
        state = getattr(host, "state", None)
        minutes = trend.instants(host.created_at, now, 1, AN_HOUR)
        values = [busy.get((host.pk, at)) for at in minutes]
        line = trend_line(values, 1, words=gettext("CPU of the last %(span)s"))
        rows.append(HostRow(host, state, *_heard(state, now), line))
    return rows


def host_page(host: Host, *, span: Range, now: datetime, zone: tzinfo) -> HostPage:
    """Return how busy `host` is at `now` and was over `span`, times in the reader's `zone`."""
    shown = window(span, host.created_at, now)
    rows = host_steps(host, shown)
    state: HostState | None = getattr(host, "state", None)
    status, silent = _heard(state, now)
    axis = TimeAxis(shown.start, shown.end, zone)
    overlay = silences_over(state, rows, shown, axis, now=now)
    return HostPage(
        state=state,
        status=status,
        silent=silent,
        period=window_label(shown, zone),
        n=sum(row.n for row in rows),
        charts=host_charts(rows, shown, axis, overlay),
        overlay=overlay,
    )
