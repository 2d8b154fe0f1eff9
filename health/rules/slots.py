"""When is a check due, how many answers should a span hold, and how long is one believed?

Every check has its own place in the interval, from a hash of its id, as Prometheus spreads its
targets: many checks never start together, and a restart changes nothing.
"""

import math
import zlib
from datetime import UTC, datetime, timedelta

TICK = timedelta(seconds=15)  # how late a worker may be without anybody doubting the state
ROLLUP_STEPS_MINUTES = (5, 60, 1440)  # each measurement counts in one row of each


def offset_s(check_id: int, interval_s: int) -> int:
    """Return the second within each interval at which this check is due."""
    return zlib.crc32(str(check_id).encode()) % interval_s


def next_slot(check_id: int, interval_s: int, now: datetime) -> datetime:
    """Return the first due instant after `now`."""
    offset = offset_s(check_id, interval_s)
    passed = math.floor((now.timestamp() - offset) / interval_s)
    return datetime.fromtimestamp((passed + 1) * interval_s + offset, UTC)


def slots_between(check_id: int, interval_s: int, start: datetime, end: datetime) -> int:
    """Return how many due instants lie in [start, end)."""
    offset = offset_s(check_id, interval_s)
    first = math.ceil((start.timestamp() - offset) / interval_s)
    return max(0, math.ceil((end.timestamp() - offset) / interval_s) - first)


def fresh_until(at: datetime, interval_s: int, timeout_s: int) -> datetime:
    """Return until when an answer given at `at` is believed: two more should have come by then."""
    return at + timedelta(seconds=2 * interval_s + timeout_s) + TICK


def floor_to(at: datetime, step_minutes: int) -> datetime:
    """Return the start of the step, counted in UTC, that `at` falls into."""
    step_s = step_minutes * 60
    return datetime.fromtimestamp(at.timestamp() // step_s * step_s, UTC)
