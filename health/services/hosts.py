"""What happens when a machine was measured?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from agent.courseops_agent.reading import Reading
from courses.models import Course
from health.models import Host, HostRollup, HostSample, HostState
from health.rules import slots

SAMPLE_EVERY_S = 15
# Two workers on one machine both hear the tick; the second reading says nothing new.
TOO_SOON = timedelta(seconds=SAMPLE_EVERY_S / 2)
# A host is silent when three readings in a row stayed out, and never within the first minute.
MISSED, FRESH_AT_LEAST_S = 3, 60
FIGURES = [
    *("cpu_percent", "load_1m", "memory_percent", "memory_used_bytes", "swap_percent"),
    *("disk_percent", "disk_used_bytes", "disk_total_bytes"),
    *("network_received_bytes_per_s", "network_sent_bytes_per_s"),
]
OUTCOMES = ("stored", "too_soon", "not_newer")
INTEGERS = {"memory_used_bytes", "disk_used_bytes", "disk_total_bytes"}


@dataclass(frozen=True, slots=True)
class Told:
    """What an agent tells: what it read, when, and how often it reads."""

    at: datetime
    every_s: float
    reading: Reading


@transaction.atomic
def record_host_sample(
    reading: Reading, *, now: datetime, course: Course | None = None, every_s: float = SAMPLE_EVERY_S
) -> Host:
    """Store a reading of a machine taken `now`, unless one was stored just before or later.

    course: whose machine it is; None for those this site runs on. every_s: how often it is read.
    """
    return _record(Told(now, every_s, reading), course)[0]


def _record(told: Told, course: Course | None) -> tuple[Host, str]:
    """Store one reading, and return its host and what became of it: a key of `OUTCOMES`."""
    reading, now = told.reading, told.at
    host, _ = Host.objects.get_or_create(course=course, name=reading.name, defaults={"created_at": now})
    host = Host.objects.select_for_update().get(pk=host.pk)
    figures = {name: getattr(reading, name) for name in FIGURES}
    last = HostState.objects.filter(pk=host.pk).values_list("last_sampled_at", flat=True).first()
    if last is not None and now < last + TOO_SOON:
        return host, "too_soon" if last < now else "not_newer"
    HostState.objects.update_or_create(
        host=host,
        defaults={
            **figures,
            "last_sampled_at": now,
            "fresh_until": now + timedelta(seconds=max(FRESH_AT_LEAST_S, MISSED * told.every_s)),
            "cpu_count": reading.cpu_count,
            "memory_total_bytes": reading.memory_total_bytes,
        },
    )
    _add(HostSample(host=host, at=slots.floor_to(now, 1)), _expected(1, told.every_s), figures)
    for step in slots.ROLLUP_STEPS_MINUTES:
        row = HostRollup(host=host, step_minutes=step, at=slots.floor_to(now, step))
        _add(row, _expected(step, told.every_s), figures)
    return host, "stored"


def _expected(step_minutes: int, every_s: float) -> int:
    """Return how many readings a step should hold. One that holds a reading at all expected it."""
    return max(1, round(step_minutes * 60 / every_s))


def _add(empty: HostSample | HostRollup, expected: int, figures: dict[str, float]) -> None:
    """Add a reading to the row with the key of `empty`, under the lock of its host."""
    row = type(empty).objects.filter(pk=empty.pk).first() or empty
    for name, value in figures.items():
        mean = (getattr(row, name) * row.n + value) / (row.n + 1) if row.n else value
        setattr(row, name, round(mean) if name in INTEGERS else mean)
    row.n += 1
    row.expected = expected
    row.cpu_percent_max = max(row.cpu_percent_max, figures["cpu_percent"])
    row.memory_percent_max = max(row.memory_percent_max, figures["memory_percent"])
    row.save(force_insert=row is empty, force_update=row is not empty)


@transaction.atomic
def record_agent_readings(readings: Iterable[Told], *, course: Course) -> dict[str, int]:
    """Store what an agent read, oldest first, and return how many readings had each of `OUTCOMES`.

    Sending them again stores nothing twice.
    """
    counts = dict.fromkeys(OUTCOMES, 0)
    for told in readings:
        counts[_record(told, course)[1]] += 1
    return counts
