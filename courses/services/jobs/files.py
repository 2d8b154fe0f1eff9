"""Where do the files lie that jobs read and write? In chunks, in the database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from courses.models import Job, JobChunk
from courses.services.jobs.kinds import JobRefusedError

KEPT = timedelta(days=7)
JOB_KEPT = timedelta(days=90)
RESULTS_KEPT = 3  # of one kind in one course
MAX_RESULT_BYTES = 200_000_000
AT_ONCE = 200  # rows dropped in one go


def store_input(job: Job, data: bytes) -> None:
    """Keep what the job is to read until it has ended."""
    JobChunk.objects.bulk_create(_chunks(job, JobChunk.Role.INPUT, 0, data))


def read_input(job: Job) -> bytes:
    """Return what the job is to read."""
    rows = job.chunks.filter(role=JobChunk.Role.INPUT).order_by("start")
    return b"".join(bytes(content) for content in rows.values_list("content", flat=True))


def append_result(job: Job, data: bytes) -> None:
    """Add to the job's file. Called while a step writes: both are stored, or neither.

    Raises JobRefusedError when the file would grow beyond what one job may keep.
    """
    if job.result_bytes + len(data) > MAX_RESULT_BYTES:
        raise JobRefusedError(f"The file would be larger than {MAX_RESULT_BYTES // 1_000_000} MB.")
    JobChunk.objects.bulk_create(_chunks(job, JobChunk.Role.RESULT, job.result_bytes, data))
    job.result_bytes += len(data)


def read_result(job: Job) -> Iterator[bytes]:
    """Yield the job's file piece by piece, one query and one piece in memory at a time."""
    start = 0
    while start < job.result_bytes:
        row = job.chunks.filter(role=JobChunk.Role.RESULT, start=start).first()
        if row is None:  # dropped meanwhile: whoever reads sees that the file is short
            return
        yield bytes(row.content)
        start += len(row.content)


def drop_input(job: Job) -> None:
    """Forget what the job was to read: it may name people."""
    job.chunks.filter(role=JobChunk.Role.INPUT).delete()


def drop_unfinished(job: Job) -> None:
    """Forget the beginning of a file that will never be whole."""
    job.chunks.all().delete()
    job.result_bytes, job.result_name = 0, ""


def drop_older_results(job: Job) -> None:
    """Keep the newest files of this kind in this course."""
    with_file = Job.objects.filter(course=job.course_id, kind=job.kind, result_bytes__gt=0)
    _forget_files(list(with_file.order_by("-pk").values_list("pk", flat=True)[RESULTS_KEPT:]))


def drop_old_jobs(*, now: datetime) -> None:
    """Drop files after a week and jobs after a quarter of a year."""
    ended = Job.objects.exclude(state__in=Job.OPEN)
    old = ended.filter(finished_at__lt=now - KEPT, result_bytes__gt=0)
    _forget_files(list(old.values_list("pk", flat=True)[:AT_ONCE]))
    forgotten = ended.filter(finished_at__lt=now - JOB_KEPT).values_list("pk", flat=True)[:AT_ONCE]
    Job.objects.filter(pk__in=list(forgotten)).delete()


def _forget_files(jobs: list[int]) -> None:
    JobChunk.objects.filter(job__in=jobs).delete()
    Job.objects.filter(pk__in=jobs).update(result_bytes=0)


def _chunks(job: Job, role: JobChunk.Role, start: int, data: bytes) -> list[JobChunk]:
    return [
        JobChunk(job=job, role=role, start=start + at, content=data[at : at + JobChunk.SIZE])
        for at in range(0, len(data), JobChunk.SIZE)
    ]
