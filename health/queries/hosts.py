"""Which machines may this reader see, and how busy are and were they?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.charts.axes import TimeAxis
from courses.charts.lines import LineChart, Series, line_chart
from courses.charts.sparklines import Sparkline
from courses.models import Membership, User
from courses.rules.ranges import Range
from courses.states import TONE_OF
from courses.templatetags.ui import percent
from health.models import Host, HostRollup, HostSample, HostState
from health.queries.trends import trend_line
from health.rules import slots, trend
from health.rules.ranges import Window, window
from health.wording import window_label

AN_HOUR = timedelta(hours=1)
# (ident, title, lines as (label, field))
CHARTS = [
    ("cpu", _("CPU"), [(_("mean"), "cpu_percent"), (_("highest"), "cpu_percent_max")]),
    ("memory", _("Memory"), [(_("in use"), "memory_percent"), (_("swap"), "swap_percent")]),
    ("disk", _("Disk"), [(_("in use"), "disk_percent")]),
    (
        "network",
        _("Network"),
        [(_("received"), "network_received_bytes_per_s"), (_("sent"), "network_sent_bytes_per_s")],
    ),
]
Step = HostSample | HostRollup


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

    @property
    def tone(self) -> str:
        return TONE_OF[self.status]


def rate(value: float) -> str:
    """Return bytes a second for reading: `1.2 MB/s`."""
    for unit, size in ((gettext("GB/s"), 1e9), (gettext("MB/s"), 1e6), (gettext("kB/s"), 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return gettext("%(n)s B/s") % {"n": f"{value:.0f}"}


def whole_percent(value: float) -> str:
    """Return a percentage for reading, without decimals: `42 %`."""
    return percent(value, 0)


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
    rows = _rows(host.pk, shown)
    state: HostState | None = getattr(host, "state", None)
    status, silent = _heard(state, now)
    return HostPage(
        state=state,
        status=status,
        silent=silent,
        period=window_label(shown, zone),
        n=sum(row.n for row in rows),
        charts=[_chart(*chart, rows, shown, TimeAxis(shown.start, shown.end, zone)) for chart in CHARTS],
    )


def _chart(
    ident: str,
    title: object,
    lines: Sequence[tuple[object, str]],
    rows: Sequence[Step],
    shown: Window,
    axis: TimeAxis,
) -> LineChart:
    is_share = "percent" in lines[0][1]
    return line_chart(
        str(title),
        [Series(str(label), _folded(rows, name, shown)) for label, name in lines],
        ident=ident,
        axis=axis,
        max_gap=shown.step * 2,
        show=whole_percent if is_share else rate,
        ceiling=100.0 if is_share else None,
    )


def _rows(host_id: int, shown: Window) -> Sequence[Step]:
    since = slots.floor_to(shown.start, shown.table_minutes)
    here = {"host_id": host_id, "at__gte": since, "at__lte": shown.end}
    if shown.table_minutes == 1:
        return list(HostSample.objects.filter(**here).order_by("at"))
    return list(HostRollup.objects.filter(**here, step_minutes=shown.table_minutes).order_by("at"))


def _folded(rows: Sequence[Step], name: str, shown: Window) -> list[tuple[datetime, float | None]]:
    """Return one point for each step of the chart: the mean, or the highest of a highest."""
    step_minutes = int(shown.step / timedelta(minutes=1))
    steps: dict[datetime, list[tuple[int, float]]] = {}
    for row in rows:
        at = max(slots.floor_to(row.at, step_minutes), shown.start)
        steps.setdefault(at, []).append((row.n, getattr(row, name)))
    if name.endswith("_max"):
        return [(at, max(value for _, value in parts)) for at, parts in steps.items()]
    return [
        (at, sum(n * value for n, value in parts) / sum(n for n, _ in parts)) for at, parts in steps.items()
    ]
