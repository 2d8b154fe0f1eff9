"""Which jobs cannot be trusted? Pure decisions, no database, no clock.

A job is flaky that has both failed and passed on the same commit: what it says does not follow from the
code. Source: Luo, Hariri, Eloussi, Marinov, "An Empirical Analysis of Flaky Tests", FSE 2014, section 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FLAKY_FOR = timedelta(days=14)  # after its last failure on such a commit
MOST_KEPT = 10  # jobs of a repository


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a job failed and passed on one commit: retries, and pipelines started again."""

    name: str
    failed: int
    passed: int
    at: datetime  # of the newest of them


@dataclass(frozen=True, slots=True)
class FlakyJob:
    """A flaky job, on how many commits it was so, and when it was last."""

    name: str
    commits: int
    at: datetime


def is_flaky(*, failed: int, passed: int) -> bool:
    """Whether a job with these outcomes on one commit is flaky."""
    return failed > 0 and passed > 0


def flaky_jobs(tries: Iterable[Tries], *, now: datetime) -> list[FlakyJob]:
    """Return the jobs of one repository that are flaky `now`, those of most commits first."""
    found: dict[str, list[datetime]] = {}
    for row in tries:
        if is_flaky(failed=row.failed, passed=row.passed):
            found.setdefault(row.name, []).append(row.at)
    jobs = [FlakyJob(name, len(times), max(times)) for name, times in found.items()]
    jobs.sort(key=lambda job: (-job.commits, job.name))
    return still_flaky(jobs, now=now)[:MOST_KEPT]


def still_flaky(jobs: Sequence[FlakyJob], *, now: datetime) -> list[FlakyJob]:
    """Return those of `jobs` that were so lately."""
    return [job for job in jobs if now - job.at <= FLAKY_FOR]
