"""What happens to the time series? A result is added to its minute and to each longer step.

The caller holds the lock of the environment's state, so that reading a row and writing it back
loses nothing when several workers write at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product

from health.models import Check, EnvironmentRollup, EnvironmentSample
from health.rules import histogram, slots
from health.rules.verdicts import Verdict

KEY = ["environment", "at"]
GOOD = ("ok", "http_3xx")  # a failure that answers at once would make an outage look fast
FIGURES = [
    *("n", "expected", "ok", "http_3xx", "http_4xx", "http_5xx", "timeout", "dns", "tls", "other"),
    *("latency_ms_sum", "latency_ms_max", "histogram"),
]
Counts = EnvironmentSample | EnvironmentRollup
Measured = tuple[Check, datetime, Verdict]


def add_results(results: Sequence[Measured]) -> None:
    """Add every result to its minute, 5 minutes, hour and day."""
    _add_to_samples(results)
    _add_to_rollups(results)


def _add_to_samples(results: Sequence[Measured]) -> None:
    ids = {check.environment_id for check, _, _ in results}
    minutes = {slots.floor_to(at, 1) for _, at, _ in results}
    stored = EnvironmentSample.objects.filter(environment_id__in=ids, at__in=minutes)
    rows = {(row.environment_id, row.at): row for row in stored}
    for check, at, verdict in results:
        pk, minute = check.environment_id, slots.floor_to(at, 1)
        row = rows.setdefault((pk, minute), EnvironmentSample(environment_id=pk, at=minute))
        _add(row, 1, check, verdict)
    EnvironmentSample.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=KEY, update_fields=FIGURES
    )


def _add_to_rollups(results: Sequence[Measured]) -> None:
    ids = {check.environment_id for check, _, _ in results}
    starts = {slots.floor_to(at, step) for _, at, _ in results for step in slots.ROLLUP_STEPS_MINUTES}
    stored = EnvironmentRollup.objects.filter(environment_id__in=ids, at__in=starts)
    rows = {(row.environment_id, row.step_minutes, row.at): row for row in stored}
    for (check, at, verdict), step in product(results, slots.ROLLUP_STEPS_MINUTES):
        pk, start = check.environment_id, slots.floor_to(at, step)
        empty = EnvironmentRollup(environment_id=pk, step_minutes=step, at=start)
        _add(rows.setdefault((pk, step, start), empty), step, check, verdict)
    EnvironmentRollup.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=[*KEY, "step_minutes"], update_fields=FIGURES
    )


def _add(row: Counts, step_minutes: int, check: Check, verdict: Verdict) -> None:
    end = row.at + timedelta(minutes=step_minutes)
    row.expected = slots.slots_between(check.pk, check.interval_s, row.at, end)
    if not verdict.counted_as:
        return
    row.n += 1
    setattr(row, verdict.counted_as, getattr(row, verdict.counted_as) + 1)
    if verdict.latency_ms is not None and verdict.counted_as in GOOD:
        row.latency_ms_sum += verdict.latency_ms
        row.latency_ms_max = max(row.latency_ms_max, verdict.latency_ms)
        row.histogram = histogram.merge([row.histogram, {histogram.bucket_of(verdict.latency_ms): 1}])
