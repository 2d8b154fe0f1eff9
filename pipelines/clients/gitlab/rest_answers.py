"""What do the answers of GitLab's REST mean?"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from pipelines.clients.gitlab import answers
from pipelines.clients.readings import (
    JobReading,
    PipelineReading,
    text,
)


class Project(msgspec.Struct):
    id: answers.RemoteId
    path_with_namespace: str
    default_branch: str | None = None
    archived: bool | None = None
    empty_repo: bool | None = None


class Brief(msgspec.Struct):
    """A pipeline as the list shows it."""

    id: answers.RemoteId
    updated_at: answers.Instant


class Detail(msgspec.Struct):
    group: str | None = None


class Pipeline(msgspec.Struct):
    id: answers.RemoteId
    status: str
    created_at: answers.Instant
    updated_at: answers.Instant
    iid: answers.RemoteId = 0
    sha: str | None = None
    ref: str | None = None
    source: str | None = None
    detailed_status: Detail | None = None
    coverage: str | float | None = None
    duration: float | None = None
    queued_duration: float | None = None
    started_at: answers.Instant | None = None
    finished_at: answers.Instant | None = None


class Job(msgspec.Struct):
    id: answers.RemoteId
    name: str
    status: str
    stage: str | None = None
    allow_failure: bool = False
    duration: float | None = None
    failure_reason: str | None = None


def _coverage(value: str | float | None) -> float | None:
    """Return a share in percent: jobs tell a number, pipelines a text such as `63.64`."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _jobs(jobs: Sequence[Job]) -> tuple[JobReading, ...]:
    """Return the last try of each job. The first try tells the order of the stages."""
    tries = sorted(jobs, key=lambda job: job.id)
    failed = Counter((job.stage, job.name) for job in tries if job.status == "failed")
    stages = list(dict.fromkeys(job.stage or "" for job in tries))
    last = list({(job.stage, job.name): job for job in tries}.values())
    order = answers.in_stage_order(stages, [(job.stage or "", job.id) for job in last])
    return tuple(
        JobReading(
            job.id,
            text(job.name),
            text(job.stage),
            text(job.status, 30),
            job.allow_failure,
            job.duration,
            text((job.failure_reason or "").replace("_", " ")),
            failed[job.stage, job.name] - (job.status == "failed"),
        )
        for job in (last[i] for i in order)
    )


def pipeline_reading(row: Pipeline, jobs: Sequence[Job]) -> PipelineReading:
    return PipelineReading(
        remote_id=row.id,
        iid=row.iid,
        sha=text(row.sha, 64),
        ref=text(row.ref),
        source=text(row.source, 40),
        status=text(row.status, 30),
        status_group=text(row.detailed_status and row.detailed_status.group, 40),
        coverage=_coverage(row.coverage),
        duration_s=row.duration,
        queued_s=row.queued_duration,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        updated_at=row.updated_at,
        jobs=_jobs(jobs),
    )
