"""How did an app fare day by day? One bar for each day, and what it says in words.

How high a bar is up and down is how long it was so; a minute down still shows, and what nobody watched
is a thin line. Who cannot see the bars gets the days that were not wholly up by name.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.templatetags.ui import percent

WIDTH, HEIGHT = 10, 26  # of the field of one day, in pixels
TOP = 8  # of what was up: what was down stands out above it
LEAST_DOWN = 10


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the course's clock. percent: of the watched time it was up; None when nobody watched."""

    on: date
    percent: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """The drawing of a day: paths as (status, where), and what it says: `22 Nov: 99.03 % up`."""

    paths: list[tuple[str, str]]
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The bars of an app, the oldest first, and all of them in words."""

    bars: list[Bar]
    words: str


def strip(days: Sequence[Day]) -> Strip:
    """Return the drawing of the last `days`."""
    told = [(_name(day.on), _said(day)) for day in days]
    bars = [
        Bar(_paths(n, day.percent), f"{name}: {said}")
        for n, (day, (name, said)) in enumerate(zip(days, told, strict=True))
    ]
    whole = sum(day.percent == 100 for day in days)
    words = [ngettext("%(n)s day up", "%(n)s days up", whole) % {"n": whole}] if whole else []
    others: defaultdict[str, list[str]] = defaultdict(list)
    for day, (name, said) in zip(days, told, strict=True):
        if day.percent != 100:
            others[said].append(name)
    words += [f"{said}: {', '.join(names)}" for said, names in others.items()]
    return Strip(bars, str(capfirst("; ".join(words))))


def _name(on: date) -> str:
    return date_format(on, "MONTH_DAY_FORMAT")


def _said(day: Day) -> str:
    if day.percent is None:
        return _("not watched")
    if day.percent == 100:
        return _("up")
    return _("%(share)s up") % {"share": percent(day.percent, 2)} if day.percent else _("down")


def _paths(n: int, share: float | None) -> list[tuple[str, str]]:
    if share is None:
        return [("unknown", _box(n, TOP * 2, 2))]
    if share == 100:
        return [("up", _box(n, TOP, HEIGHT - TOP))]
    foot = min(max(round(HEIGHT - HEIGHT * share / 100), LEAST_DOWN), HEIGHT)
    below = [("up", _box(n, foot, HEIGHT - foot))] if foot < HEIGHT else []
    return [("down", _box(n, 0, foot - 1)), *below]


def _box(n: int, top: int, height: int) -> str:
    return f"M{n * WIDTH} {top}h8v{height}h-8z"
