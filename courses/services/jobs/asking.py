"""How is long work asked for, and called off?"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from courses.models import Course, Job, User
from courses.services.jobs import files
from courses.services.jobs.kinds import JobRefusedError

OPEN_PER_COURSE = 5
MAX_PARAMETERS = 2000  # characters as JSON


@transaction.atomic
def start_job(
    course: Course,
    *,
    kind: str,
    asked_by: User | None,
    now: datetime,
    parameters: Mapping[str, Any] | None = None,
    data: bytes = b"",
) -> tuple[Job, bool]:
    """Return the job that does this, and whether it is new: one that is open is not started twice.

    data: the file it is to read. Raises JobRefusedError when the course has too many open jobs.
    """
    Course.objects.select_for_update().get(pk=course.pk)  # one at a time, so that the count is right
    told = json.dumps([kind, dict(parameters or {})], sort_keys=True)
    if len(told) > MAX_PARAMETERS:
        raise ValueError("the parameters of a job are small; a file goes into its data")
    key = hashlib.sha256(told.encode() + b"\0" + data).hexdigest()
    there = course.jobs.still_open()
    same = there.filter(key=key).first()
    if same:
        return same, False
    if there.count() >= OPEN_PER_COURSE:
        reason = f"The course has {OPEN_PER_COURSE} unfinished jobs."
        raise JobRefusedError(reason, "Wait until one has ended, or cancel one.")
    job = Job.objects.create(
        course=course,
        kind=kind,
        asked_by=asked_by,
        key=key,
        parameters=dict(parameters or {}),
        created_at=now,
        progress_at=now,
    )
    files.store_input(job, data)
    return job, True


@transaction.atomic
def cancel_job(job: Job, *, actor: User, now: datetime) -> None:
    """Call a job off: at once while nobody works on it, else before its next step."""
    rows = Job.objects.still_open().filter(pk=job.pk)
    idle = rows.filter(Q(leased_until=None) | Q(leased_until__lte=now))
    ended = {"state": Job.State.CANCELLED, "finished_at": now, "leased_until": None, "lease_token": ""}
    if idle.update(**ended, cancel_requested_at=now, cancelled_by=actor, result_bytes=0):
        job.chunks.all().delete()
    else:
        rows.filter(cancel_requested_at=None).update(cancel_requested_at=now, cancelled_by=actor)
