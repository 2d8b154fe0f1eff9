"""How did an app fare day by day? A bar for each day, and what days that were alike say in words.

How high a bar is up and down is how long it was so; a minute down still shows, and what nobody watched
is a thin line. Who cannot see the bars gets the days that were not wholly up by name.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

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
class Run:
    """Days in a row that were alike: paths as (status, where), and what they say: `22 Nov: 99.03 % up`."""

    paths: list[tuple[str, str]]
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The days of an app, the oldest first, and all of them in words."""

    runs: list[Run]
    words: str


def strip(days: Sequence[Day]) -> Strip:
    """Return the drawing of the last `days`."""
    runs = []
    others: defaultdict[str, list[str]] = defaultdict(list)
    for first, alike in _runs(days):
        name, said = _name(alike), _said(alike[0])
        places = range(first, first + len(alike))
        runs.append(Run(_paths(places, alike[0].percent), f"{name}: {said}"))
        if alike[0].percent != 100:
            others[said].append(name)
    whole = sum(day.percent == 100 for day in days)
    words = [ngettext("%(n)s day up", "%(n)s days up", whole) % {"n": whole}] if whole else []
    words += [f"{said}: {', '.join(names)}" for said, names in others.items()]
    return Strip(runs, str(capfirst("; ".join(words))))


def _runs(days: Sequence[Day]) -> Iterator[tuple[int, list[Day]]]:
    """Give the days that follow each other and were alike, with the place of the first."""
    first = 0
    for _percent, group in groupby(days, key=lambda day: day.percent):
        alike = list(group)
        yield first, alike
        first += len(alike)


def _name(alike: Sequence[Day]) -> str:
    first, last = (date_format(day.on, "MONTH_DAY_FORMAT") for day in (alike[0], alike[-1]))
    if len(alike) == 1:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _said(day: Day) -> str:
    if day.percent is None:
        return _("not watched")
    if day.percent == 100:
        return _("up")
    return _("%(share)s up") % {"share": percent(day.percent, 2)} if day.percent else _("down")


def _paths(places: range, share: float | None) -> list[tuple[str, str]]:
    if share is None:
        return [("unknown", _boxes(places, TOP * 2, 2))]
    if share == 100:
        return [("up", _boxes(places, TOP, HEIGHT - TOP))]
    foot = min(max(round(HEIGHT - HEIGHT * share / 100), LEAST_DOWN), HEIGHT)
    below = [("up", _boxes(places, foot, HEIGHT - foot))] if foot < HEIGHT else []
    return [("down", _boxes(places, 0, foot - 1)), *below]


def _boxes(places: range, top: int, height: int) -> str:
    return "".join(f"M{n * WIDTH} {top}h8v{height}h-8z" for n in places)
