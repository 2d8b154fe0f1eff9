"""What is drawn of an environment: its latency, and when it was up?"""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from django.db.models import Q

from courses.charts.bars import StatusBar, status_bar
from courses.charts.lines import LineChart, Mark, Series, line_chart
from courses.models import Environment, Event
from courses.templatetags.ui import ms
from health.models import Check, EnvironmentRollup, EnvironmentSample
from health.rules import availability, histogram, slots
from health.rules.ranges import Window

MARKS_SHOWN = 30
Counts = EnvironmentSample | EnvironmentRollup


def availability_bar(parts: Iterable[availability.Span], shown: Window, zone: tzinfo) -> StatusBar:
    """Return the bar of what held when. What came before the first check was not missed."""
    return status_bar(
        f"Availability, {shown.words(zone)}",
        [(part.status, part.start, part.end) for part in parts],
        ident="availability",
        start=shown.start,
        end=shown.end,
        zone=zone,
        since=shown.since,
    )


def latency_chart(
    environment: Environment, check: Check | None, rows: Iterable[Counts], shown: Window, zone: tzinfo
) -> LineChart:
    """Return the lines of p50 and p95, with what was told meanwhile."""
    merged = _merged(rows, shown)
    interval = timedelta(seconds=check.interval_s if check else 0)
    return line_chart(
        "Latency",
        [
            Series("p50", [(at, histogram.percentile(counts, 0.5)) for at, counts in merged]),
            Series("p95", [(at, histogram.percentile(counts, 0.95)) for at, counts in merged]),
        ],
        ident="latency",
        start=shown.start,
        end=shown.end,
        max_gap=max(shown.span.step, interval) * 2,
        show=ms,
        zone=zone,
        marks=_marks(environment, shown.start, shown.end),
    )


def _merged(rows: Iterable[Counts], shown: Window) -> list[tuple[datetime, histogram.Histogram]]:
    """Return the latencies of each step of the chart that has any."""
    step_minutes = int(shown.span.step / timedelta(minutes=1))
    folded: dict[datetime, list[histogram.Histogram]] = {}
    for row in rows:
        if row.histogram:
            at = max(slots.floor_to(row.at, step_minutes), shown.start)
            folded.setdefault(at, []).append(row.histogram)
    return [(at, histogram.merge(parts)) for at, parts in folded.items()]


def _marks(environment: Environment, start: datetime, now: datetime) -> list[Mark]:
    told = Event.objects.filter(
        Q(environment=environment) | Q(environment=None, project=environment.project_id),
        kind__in=[Event.Kind.DEPLOYMENT, Event.Kind.EXPERIMENT, Event.Kind.INCIDENT],
        at__gte=start,
        at__lte=now,
    )
    rows = told.latest_first().values_list("at", "title", "tone")[:MARKS_SHOWN]
    return [Mark(at, title, tone) for at, title, tone in reversed(rows)]
