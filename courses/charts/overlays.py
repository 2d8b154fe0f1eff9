"""What happened meanwhile? Marks and ranges drawn over every chart of the same span.

Each kind has a lane above the plot and a shape of its own; a range is a bar below the shapes of its lane.
Every line and every range is drawn where it was; only the shapes of a lane that would stand too close are
one shape with their number.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _

from courses.charts.axes import TimeAxis, percent_of
from courses.charts.words import count_words, words_of

LANE_PX = 16
LEAST_APART = 0.14  # of the width: two shapes and a number beside each other on a phone
NAMED = 5  # events of a group that are named

# In a box from -5 to 5. Each is told from the others without its colour.
# Deployments come last: their lane is the nearest to the plot, into which their lines go.
SHAPES = {
    "experiment": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "alert": "M0-5.4 5.4 0 0 5.4-5.4 0z",
    "incident": "M-4-4H4V4H-4z",
    "silence": "M-4.5-5h9l-9 10h9z",
    "pipeline": "M-4-5 5 0-4 5z",
    "note": "M-1.5-5h3v3.5H5v3H1.5V5h-3V1.5H-5v-3h3.5z",
    "deployment": "M0-5 5 4H-5z",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened. kind: one of `SHAPES`. tone: good, bad or neutral."""

    at: datetime
    label: str
    kind: str = "note"
    tone: str = "neutral"
    url: str = ""

    @property
    def until(self) -> datetime | None:
        return self.at


@dataclass(frozen=True, slots=True)
class Range:
    """Something that lasted. until: None while it still does."""

    at: datetime
    until: datetime | None
    label: str
    kind: str = "incident"
    tone: str = "bad"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape in a lane: one event, or several that stand too close, with their number."""

    x: str
    title: str
    tone: str
    count: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A range in its lane and over the plot."""

    x: str
    end: str
    width: str
    title: str
    tone: str


@dataclass(frozen=True, slots=True)
class Lane:
    """All events of a kind. marks: where a line stands, each with its tone."""

    kind: str
    words: str
    y: str
    bar_y: str
    shape: str
    bars: list[Bar]
    shapes: list[Shape]
    marks: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list below a chart. lasted: for how long, in words; empty for a mark."""

    kind: str
    shape: str
    tone: str
    at: datetime
    lasted: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is drawn over the charts of a page. entries: the same as a list, newest first.

    left_out: how many older entries of the timeline are not drawn, because there are too many.
    """

    ident: str = ""
    lanes: tuple[Lane, ...] = ()
    entries: tuple[Entry, ...] = ()
    left_out: int = 0

    @property
    def top_px(self) -> int:
        """How much room the lanes take above a plot."""
        return LANE_PX * len(self.lanes) + 8


def overlay(
    events: Sequence[Mark | Range], axis: TimeAxis, *, ident: str = "events", left_out: int = 0
) -> Overlay:
    """Return the drawing of the `events` that touch the span of `axis`."""
    inside = [one for one in events if one.at <= axis.end and (one.until or axis.end) >= axis.start]
    inside.sort(key=lambda one: (list(SHAPES).index(one.kind), one.at))
    by_kind = [(kind, list(group)) for kind, group in groupby(inside, key=lambda one: one.kind)]
    lanes = tuple(_lane(kind, rows, place, axis) for place, (kind, rows) in enumerate(by_kind))
    newest = sorted(inside, key=lambda one: one.at, reverse=True)
    entries = tuple(_entry(one, axis) for one in newest)
    return Overlay(ident, lanes, entries, left_out)


def _lane(kind: str, rows: Sequence[Mark | Range], place: int, axis: TimeAxis) -> Lane:
    return Lane(
        kind=kind,
        words=count_words(kind, len(rows)),
        y=str(LANE_PX * place + 6),
        bar_y=str(LANE_PX * place + 13),
        shape=SHAPES[kind],
        bars=[_bar(one, axis) for one in rows if isinstance(one, Range)],
        shapes=_shapes(kind, rows, axis),
        marks=[(axis.x(one.at), one.tone) for one in rows if isinstance(one, Mark)],
    )


def _bar(one: Range, axis: TimeAxis) -> Bar:
    first, last = axis.share(one.at), axis.share(one.until or axis.end)
    return Bar(percent_of(first), percent_of(last), percent_of(last - first), _title(one, axis), one.tone)


def _shapes(kind: str, rows: Sequence[Mark | Range], axis: TimeAxis) -> list[Shape]:
    """Return the shapes of a lane, those closer than `LEAST_APART` to the first of a group in it."""
    groups: list[list[Mark | Range]] = []
    for one in rows:
        if groups and axis.share(one.at) - axis.share(groups[-1][0].at) < LEAST_APART:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [_shape(kind, group, axis) for group in groups]


def _shape(kind: str, group: Sequence[Mark | Range], axis: TimeAxis) -> Shape:
    x, tones = axis.x(group[0].at), Counter(one.tone for one in group)
    if len(group) == 1:
        return Shape(x, _title(group[0], axis), group[0].tone, "")
    named = "; ".join(_title(one, axis) for one in group[:NAMED])
    more = "; …" if len(group) > NAMED else ""
    tone = "bad" if "bad" in tones else tones.most_common(1)[0][0]
    count = str(len(group)) if len(group) < 100 else "99+"
    return Shape(x, f"{count_words(kind, len(group))}: {named}{more}", tone, count)


def _title(one: Mark | Range, axis: TimeAxis) -> str:
    lasted = _lasted(one, axis)
    return f"{axis.zoned(one.at)}{lasted and ', '}{lasted}: {one.label}"


def _lasted(one: Mark | Range, axis: TimeAxis) -> str:
    if isinstance(one, Mark):
        return ""
    words = {"lasted": words_of((one.until or axis.end) - one.at)}
    return _("for %(lasted)s") % words if one.until else _("for %(lasted)s so far") % words


def _entry(one: Mark | Range, axis: TimeAxis) -> Entry:
    return Entry(one.kind, SHAPES[one.kind], one.tone, one.at, _lasted(one, axis), one.label, one.url)
