"""How does long work get done? In turns of some seconds, step by step, by whichever worker is free.

The row is the queue. A worker leases the job, and every step is one transaction that writes the
step's effect, the checkpoint and the renewed lease. A worker that dies leaves the job at its last
checkpoint; once the lease is over another one goes on. One that was only slow finds its lease
taken over, and what it was about to write is rolled back.
"""

import logging
import time
import uuid
from datetime import datetime, timedelta

from django.db import transaction

from courses.models import Job
from courses.rules.jobs import pause_after, rate_after
from courses.services.jobs import files
from courses.services.jobs.kinds import JobKind, JobRefusedError, Progress, Write, kind_of, known_kinds

logger = logging.getLogger(__name__)
TURN = timedelta(seconds=20)
AT_ONCE = 4  # jobs in the hands of workers, so that checks and alerts never wait for a free one
ATTEMPTS = 5
STEP = [
    "done",
    "total",
    "checkpoint",
    "outcome",
    "rate_per_s",
    "progress_at",
    "attempts",
    "leased_until",
    "not_before",
]
RESULT = ["result_bytes", "result_name", "result_type"]
END = ["state", "finished_at", "error", "remedy", "lease_token", "leased_until", "not_before"]


class _LeaseLostError(Exception):
    """Another worker has the job, or somebody ended it."""


def run_due_jobs(*, now: datetime) -> int:
    """Give one job that is due a turn and return how many steps were done."""
    if not Job.objects.due(now).exists():  # spares SQLite a write lock on every tick
        return 0
    job = claim_job(now=now)
    kind = kind_of(job.kind) if job else None
    return _Turn(job, kind, now).run() if job and kind else 0


def claim_job(*, now: datetime) -> Job | None:
    """Take the job that was left alone longest, so that no other worker takes it."""
    if Job.objects.still_open().filter(leased_until__gt=now).count() >= AT_ONCE:
        return None
    due = Job.objects.due(now).filter(kind__in=known_kinds())
    for job in due.select_related("course", "asked_by")[:AT_ONCE]:
        kind = kind_of(job.kind)
        assert kind  # noqa: S101 - the query asked for it
        token, old = uuid.uuid4().hex, job.lease_token
        job.lease_token, job.leased_until = token, now + timedelta(seconds=kind.patience_s)
        if job.started_at is None:
            job.started_at = job.progress_at = now
        job.state, job.attempts = Job.State.RUNNING, job.attempts + 1
        names = ("lease_token", "leased_until", "started_at", "progress_at", "state", "attempts")
        mine = Job.objects.due(now).filter(pk=job.pk, lease_token=old)
        if mine.order_by().update(**{name: getattr(job, name) for name in names}):
            return job
    return None


class _Turn:
    """Some seconds of work on one job under one lease."""

    def __init__(self, job: Job, kind: JobKind, now: datetime) -> None:
        self.job, self.kind, self.begun_at = job, kind, now
        self.begun_s = time.monotonic()

    def now(self) -> datetime:
        return self.begun_at + timedelta(seconds=time.monotonic() - self.begun_s)

    def run(self) -> int:
        """Do steps until the job or the turn is over; return how many were done."""
        count = 0
        try:
            if self.job.attempts > ATTEMPTS:
                words = self.job.error or "The worker ended in the middle, each time."
                raise JobRefusedError(words, "Start it again. If this repeats, see the log of the worker.")
            for write in self.kind.steps(self.job):
                if not self.step(write):
                    return count
                count += 1
                if self.job.not_before or self.now() - self.begun_at >= TURN:
                    self.release()
                    return count
            self.end(Job.State.DONE)
        except _LeaseLostError:
            pass  # whoever has it now goes on from the last checkpoint
        except JobRefusedError as refusal:
            self.end(Job.State.FAILED, error=refusal.reason, remedy=refusal.remedy)
        except Exception as error:  # one broken job must not end the worker's loop; it is tried again
            logger.exception("Job %s (%s) stumbled", self.job.pk, self.job.kind)
            self.stumble(f"It stopped unexpectedly ({type(error).__name__}).")
        return count

    def locked(self) -> Job:
        """Return the job's row, locked until the transaction ends. Raises _LeaseLostError."""
        mine = Job.objects.select_for_update().filter(pk=self.job.pk, lease_token=self.job.lease_token)
        row = mine.filter(state=Job.State.RUNNING).first()
        if row is None:
            raise _LeaseLostError
        return row

    def step(self, write: Write) -> bool:
        """Do one step and return True, or end the job if somebody called it off."""
        with transaction.atomic():
            if self.locked().cancel_requested_at is None:
                self.note(write(self.now()))
                self.job.save(update_fields=[*STEP, *RESULT])
                return True
        self.end(Job.State.CANCELLED)
        return False

    def note(self, progress: Progress) -> None:
        job, now = self.job, self.now()
        seconds = (now - job.progress_at).total_seconds()
        job.rate_per_s = rate_after(job.rate_per_s, count=progress.done - job.done, seconds=seconds)
        job.done, job.total, job.checkpoint = progress.done, progress.total, dict(progress.checkpoint)
        job.outcome, job.progress_at, job.attempts = progress.outcome[:500], now, 0
        job.leased_until = now + timedelta(seconds=self.kind.patience_s)
        job.not_before = now + timedelta(seconds=progress.wait_s) if progress.wait_s else None

    def release(self) -> None:
        """Leave the job to the next turn, of any worker."""
        leased = Job.objects.filter(pk=self.job.pk, lease_token=self.job.lease_token)
        leased.update(leased_until=None, lease_token="")

    def stumble(self, error: str) -> None:
        again = self.now() + timedelta(seconds=pause_after(max(1, self.job.attempts)))
        leased = Job.objects.filter(pk=self.job.pk, lease_token=self.job.lease_token)
        leased.update(leased_until=None, lease_token="", not_before=again, error=error)

    def end(self, state: Job.State, *, error: str = "", remedy: str = "") -> None:
        with transaction.atomic():
            job = self.locked()
            job.state, job.finished_at = state, self.now()
            job.error, job.remedy = error[:300], remedy[:300]
            job.lease_token, job.leased_until, job.not_before = "", None, None
            if state == Job.State.DONE:
                files.drop_input(job)
            else:
                files.drop_unfinished(job)
            job.save(update_fields=[*END, *RESULT])
            files.drop_older_results(job)
