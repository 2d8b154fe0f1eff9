"""When may a person be written to, and when is their digest due? Pure decisions, no database, no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_DAY = timedelta(days=1)
A_WEEK = 7


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When no mail is wanted.

    begins, ends: local times; an end not later than the beginning is on the next day.
    days: the weekdays on which they begin, Monday is 0.
    """

    begins: time
    ends: time
    days: Collection[int]
    zone: ZoneInfo

    def until(self, at: datetime) -> datetime | None:
        """Return when the quiet that `at` falls into is over, or None outside of it.

        Quiet hours that follow on each other count as one; no quiet lasts longer than a week.
        """
        over = None
        for _ in range(A_WEEK):
            further = self._end_of(over or at)
            if further is None:
                break
            over = further
        return over

    def _end_of(self, at: datetime) -> datetime | None:
        today = at.astimezone(self.zone).date()
        ends = [self._span(day) for day in (today - A_DAY, today) if day.weekday() in self.days]
        return max((end for begin, end in ends if begin <= at < end), default=None)

    def _span(self, day: date) -> tuple[datetime, datetime]:
        """Return the quiet that begins on `day`; of an hour that comes twice its end is the later one."""
        last = day if self.ends > self.begins else day + A_DAY
        begin = datetime.combine(day, self.begins, self.zone)
        end = datetime.combine(last, self.ends, self.zone)
        return begin.astimezone(UTC), max(end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def next_hour(after: datetime, *, hour: int, zone: ZoneInfo) -> datetime:
    """Return the next instant after `after` at which the clocks of `zone` show `hour`, once a day.

    An hour that is skipped when clocks are set forward counts as the one after it.
    """
    day = after.astimezone(zone).date()
    today = datetime.combine(day, time(hour), zone).astimezone(UTC)
    return today if today > after else datetime.combine(day + A_DAY, time(hour), zone).astimezone(UTC)
