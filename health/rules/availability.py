"""For what share of the time was a place up, as far as anybody looked?

Weighted by time and made from transitions, never by counting answers: what nobody saw is
neither up nor down, and the parts of a window add up to its length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from health.rules.verdicts import DOWN, UNKNOWN, UP


@dataclass(frozen=True, slots=True)
class Span:
    """A status that held from `start` to `end`. Unknown also stands for "before the first check"."""

    status: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Availability:
    """How long each status held."""

    up: timedelta
    down: timedelta
    unknown: timedelta

    @property
    def percent(self) -> float | None:
        """The up share of the time that was watched, 0 to 100; None when nobody looked."""
        watched = self.up + self.down
        return 100 * (self.up / watched) if watched else None

    @property
    def coverage_percent(self) -> float:
        """The share of the time that was watched, 0 to 100."""
        total = self.up + self.down + self.unknown
        return 100 * ((self.up + self.down) / total) if total else 0.0


def spans(
    changes: Sequence[tuple[datetime, str]], start: datetime, end: datetime, fresh_until: datetime | None
) -> list[Span]:
    """Return the statuses between `start` and `end`, without gap or overlap.

    changes: (instant, new status) in order of time; those before `start` tell what held then.
    fresh_until: from when on the last status is no longer believed; None when there is none.
    """
    if fresh_until is not None and fresh_until < end:
        changes = [change for change in changes if change[0] <= fresh_until] + [(fresh_until, UNKNOWN)]
    edges = [(start, UNKNOWN), *changes, (end, "")]
    found: list[Span] = []
    for (at, status), (until, _) in pairwise(edges):
        first, last = max(at, start), min(max(until, start), end)
        if found and first < last and found[-1].status == status:
            found[-1] = Span(status, found[-1].start, last)
        elif first < last:
            found.append(Span(status, first, last))
    return found


def availability(parts: Sequence[Span]) -> Availability:
    """Return how long each status held over adjoining spans."""
    held = {UP: timedelta(), DOWN: timedelta(), UNKNOWN: timedelta()}
    for part in parts:
        held[part.status] += part.end - part.start
    return Availability(held[UP], held[DOWN], held[UNKNOWN])


def changes(
    status: str, fresh_until: datetime | None, new_status: str, at: datetime
) -> list[tuple[datetime, str, str]]:
    """Return the (instant, old, new) changes that an answer at `at` brings.

    When nobody looked for so long that the old status was no longer believed, the gap is a
    change of its own: a worker that was away leaves unknown time behind, not up time.
    """
    found = []
    if fresh_until is not None and fresh_until < at and status != UNKNOWN:
        found.append((fresh_until, status, UNKNOWN))
        status = UNKNOWN
    if new_status != status:
        found.append((at, status, new_status))
    return found
