"""What is drawn of a host: how busy it was, and when nothing was heard of it?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.charts.axes import TimeAxis
from courses.charts.lines import LineChart, Series, line_chart
from courses.charts.overlays import Overlay, Range, overlay
from courses.templatetags.ui import percent
from health.models import Host, HostRollup, HostSample, HostState
from health.rules import slots
from health.rules.ranges import Window
from health.rules.silence import silences

SILENCES_DRAWN = 200
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


def rate(value: float) -> str:
    """Return bytes a second for reading: `1.2 MB/s`."""
    for unit, size in ((gettext("GB/s"), 1e9), (gettext("MB/s"), 1e6), (gettext("kB/s"), 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return gettext("%(n)s B/s") % {"n": f"{value:.0f}"}


def whole_percent(value: float) -> str:
    """Return a percentage for reading, without decimals: `42 %`."""
    return percent(value, 0)


def host_charts(rows: Sequence[Step], shown: Window, axis: TimeAxis, overlay: Overlay) -> list[LineChart]:
    """Return the drawings of what `shown` spans, each under the same events."""
    return [_chart(*chart, rows, shown, axis, overlay) for chart in CHARTS]


def _chart(
    ident: str,
    title: object,
    lines: Sequence[tuple[object, str]],
    rows: Sequence[Step],
    shown: Window,
    axis: TimeAxis,
    overlay: Overlay,
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
        overlay=overlay,
    )


def silences_over(
    state: HostState | None, rows: Sequence[Step], shown: Window, axis: TimeAxis, *, now: datetime
) -> Overlay:
    """Return when no reading came of a host, to be drawn over every chart. Two queries.

    Nothing else that happened is known to concern one machine: alerts and deployments belong to projects
    and environments, and no environment says where it runs.
    """
    if state is None:
        return Overlay()
    steps = _table(state.host_id, shown).values_list("at", flat=True)
    before = steps.filter(at__lt=_first_step(shown)).order_by("-at")[:1]
    after = steps.filter(at__gt=shown.end).order_by("at")[:1]
    limit = state.fresh_until - state.last_sampled_at
    found = silences(
        [*before, *(row.at for row in rows), *after], timedelta(minutes=shown.table_minutes), limit
    )
    gaps = [_silence(start, end) for start, end in found if start < shown.end and end > shown.start]
    if state.is_stale(now):
        gaps.append(_silence(state.last_sampled_at, now if shown.asked.end else None))
    drawn = gaps[-SILENCES_DRAWN:]
    return overlay(drawn, axis, left_out=len(gaps) - len(drawn))


def _silence(start: datetime, end: datetime | None) -> Range:
    return Range(start, end, gettext("No readings"), "silence", "warn")


def host_steps(host: Host, shown: Window) -> Sequence[Step]:
    """Return the rows of what `shown` spans, oldest first."""
    rows = _table(host.pk, shown).filter(at__gte=_first_step(shown), at__lte=shown.end)
    return list(rows.order_by("at"))


def _first_step(shown: Window) -> datetime:
    return slots.floor_to(shown.start, shown.table_minutes)


def _table(host_id: int, shown: Window) -> QuerySet[Any]:
    if shown.table_minutes == 1:
        return HostSample.objects.filter(host_id=host_id)
    return HostRollup.objects.filter(host_id=host_id, step_minutes=shown.table_minutes)


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
