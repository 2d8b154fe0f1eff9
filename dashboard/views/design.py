"""What are pages made of? Every component with its name, drawn from data that is made up."""

import math
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courses.charts.axes import TimeAxis
from courses.charts.bars import status_bar
from courses.charts.distributions import Bin, distribution
from courses.charts.intervals import Interval, interval_chart
from courses.charts.lines import Band, Series, line_chart
from courses.charts.overlays import Mark, Range, overlay
from courses.charts.sparklines import sparkline
from courses.charts.stacks import Part, stacked_bars
from courses.http import Request
from courses.models import Course, Event
from courses.states import TONES
from courses.templatetags.ui import ms, percent

COLOURS = (
    "page",
    "card",
    "sunk",
    "line",
    "edge",
    "ink",
    "soft",
    "accent",
    "good",
    "bad",
    "warn",
    "busy",
    "idle",
)
SPACES = (("s1", "0.25"), ("s2", "0.5"), ("s3", "0.75"), ("s4", "1"), ("s6", "1.5"), ("s8", "2.5"))
SIZES = ("t1", "t2", "t3", "t4", "t5")
STEP = timedelta(minutes=15)


@require_GET
def design(request: Request) -> HttpResponse:
    """The design system, for staff."""
    if not (request.user.is_staff or Course.objects.staffed_by(request.user).exists()):
        raise Http404
    now = timezone.now()
    context = {
        "colours": COLOURS,
        "spaces": SPACES,
        "sizes": SIZES,
        "states": dict(TONES),
        "stages": [
            ("build", "good", _("passed")),
            ("test", "bad", _("failed")),
            ("deploy", "idle", _("skipped")),
        ],
        "crumbs": [(_("Courses"), "#crumbs"), (_("A team"), "#crumbs")],
        "tabs": [(_("Inbox"), "#tabs", True), (_("Rules"), "#tabs", False), (_("Channels"), "#tabs", False)],
        "toast": Message(messages.SUCCESS, _("Acknowledged: production answers with 502")),
        "now": now,
        "earlier": now - timedelta(days=3, hours=2),
        "page": Paginator(range(60), 20).page(2),
        **_happenings(now),
        **_charts(now),
        **_plots(),
    }
    return render(request, "dashboard/design.html", context)


def _happenings(now: datetime) -> dict[str, Any]:
    """Return a timeline as `ui/_timeline.html` shows it."""
    kinds = Event.Kind
    events = [
        Event(at=now, kind=kinds.INCIDENT, tone=Event.Tone.BAD, title=_("Down: 502 Bad Gateway")),
        Event(at=now - STEP, kind=kinds.DEPLOYMENT, title=_("Deployed 1a2b3c4d to production")),
    ]
    shown = [(kind.value, kind.label) for kind in (kinds.INCIDENT, kinds.DEPLOYMENT)]
    return {"lines": [(events[0], 3), (events[1], 1)], "asked": {}, "kinds": shown}


def _charts(now: datetime) -> dict[str, Any]:
    """Return a chart of each kind over the day before `now`."""
    start = now - timedelta(days=1)
    axis = TimeAxis(start, now, timezone.get_current_timezone())
    instants = [start + STEP * n for n in range(1, 96)]
    p50 = [(at, _wave(n, 80, 20) if not 40 < n < 48 else None) for n, at in enumerate(instants)]
    p95 = [(at, value * 1.9 if value else None) for at, value in p50]
    band = [(at, value, high) for (at, value), (_at, high) in zip(p50, p95, strict=True) if value and high]
    drawn = overlay(
        [
            Mark(start + STEP * 20, _("Deployed 1a2b3c4d to production"), "deployment", "good"),
            Range(start + STEP * 40, start + STEP * 48, _("Down: 502 Bad Gateway")),
        ],
        axis,
    )
    spans = [("up", start, instants[40]), ("down", instants[40], instants[48]), ("up", instants[48], now)]
    parts = [
        Part("2XX", "good", [(at, 40 + n % 7) for n, at in enumerate(instants)]),
        Part("5XX", "bad", [(at, 3 if 40 < n < 48 else 0) for n, at in enumerate(instants)]),
    ]
    return {
        "line": line_chart(
            _("Latency"),
            [Series(_("p50"), p50), Series(_("p95"), p95)],
            ident="latency",
            axis=axis,
            max_gap=STEP * 2,
            show=ms,
            bands=[Band(_("p50 to p95"), band)],
            overlay=drawn,
        ),
        "overlay": drawn,
        "bar": status_bar(_("Availability"), spans, ident="availability", axis=axis, overlay=drawn),
        "stack": stacked_bars(_("Answers"), parts, ident="answers", axis=axis, step=STEP),
        "sparkline": sparkline([value for _at, value in p50], label=_("Latency, last 24 h")),
    }


def _plots() -> dict[str, Any]:
    """Return a chart of each kind that shows no time."""
    intervals = [
        Interval(_("Sign-ups"), "+4.1 %", 0.010, 0.041, 0.073, "good"),
        Interval(_("Time on page"), "−0.8 %", -0.031, -0.008, 0.016),
    ]
    bins = [Bin(20.0 * n, 20.0 * (n + 1), count) for n, count in enumerate((3, 18, 52, 71, 44, 20, 9, 4, 1))]
    return {
        "intervals": interval_chart(
            _("Difference to the control"), intervals, ident="difference", label=_percentage
        ),
        "distribution": distribution(
            _("Latencies"), bins, ident="latencies", show=ms, quantiles=[("p50", 71.0), ("p95", 131.0)]
        ),
    }


def _wave(n: int, middle: float, swing: float) -> float:
    return middle + swing * math.sin(n / 7) + swing / 3 * math.sin(n / 1.7)


def _percentage(value: float, digits: int) -> str:
    return percent(value * 100, max(0, digits - 2))
