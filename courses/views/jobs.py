"""Which long work is going on in a course, how far is it, and what came out of it?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courses.exports import jobs_csv, wants_csv
from courses.http import Request, page_of
from courses.live import live_page
from courses.models import Course, Job
from courses.rules.jobs import percent_done, seconds_left
from courses.services import jobs
from courses.services.archive import start_archive
from courses.views.pages import course_tabs, crumbs_to

ROWS = 50
FRESH_S = 1.5  # just below the 2 s between two polls
SILENT = timedelta(seconds=6)  # after that the last rate is no longer believed
PATIENCE = timedelta(minutes=1)  # a worker that runs takes up a job long before
TONES = {"waiting": "busy", "running": "busy", "done": "good", "failed": "bad", "cancelled": "idle"}


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as pages show it; empty words where there is nothing to say.

    alone_for: how long no worker has taken it up, None where that is no wonder.
    """

    job: Job
    tone: str
    label: str | Promise
    percent: int | None
    amount: str
    rate: str
    left_s: float | None
    if_stopped: str | Promise
    is_worked_on: bool
    alone_for: timedelta | None


def job_line(job: Job, now: datetime) -> JobLine:
    """Return how far `job` is, in words. A kind whose app is gone goes by its name."""
    kind = jobs.kind_of(job.kind)
    counted = kind.counted if kind else str
    is_worked_on = job.is_open and job.leased_until is not None and job.leased_until > now
    is_moving = bool(job.rate_per_s) and is_worked_on and now - job.progress_at < SILENT
    left_s = seconds_left(done=job.done, total=job.total, rate=job.rate_per_s) if is_moving else None
    words = {"done": number_format(job.done, force_grouping=True), "total": counted(job.total or 0)}
    is_part = job.total is not None and job.done < job.total
    rate = _("%(amount)s per second") % {"amount": counted(round(job.rate_per_s or 0))}
    return JobLine(
        job,
        TONES[job.state],
        kind.label if kind else job.kind,
        percent_done(done=job.done, total=job.total),
        _("%(done)s of %(total)s") % words if is_part else counted(job.done),
        rate if is_moving and (job.rate_per_s or 0) >= 0.5 else "",
        left_s,
        kind.if_stopped if kind else "",
        is_worked_on,
        None if is_worked_on else _alone_for(job, now),
    )


def _alone_for(job: Job, now: datetime) -> timedelta | None:
    times = (job.created_at, job.progress_at, job.not_before, job.leased_until)
    span = now - max(at for at in times if at)
    return span if job.is_open and span > PATIENCE else None


def _fresh_s(request: Request) -> float:
    """Return how old the live part may be: who loads the page has just asked, started or cancelled."""
    return FRESH_S if request.htmx else 0


@require_GET
def job_list(request: Request, course: str) -> HttpResponse:
    """What was asked for in a course, the newest first."""
    row = get_object_or_404(Course.objects.staffed_by(request.user), slug=course)
    rows = row.jobs.select_related("asked_by")
    if wants_csv(request):
        return jobs_csv(row.slug, rows)
    may_edit = Course.objects.editable_by(request.user).filter(pk=row.pk).exists()
    tabs = course_tabs(row, request.user, "courses:job_list")
    frame = {"course": row, "crumbs": crumbs_to(row), "tabs": tabs, "may_edit": may_edit}
    return live_page(
        request,
        "courses/job_list.html",
        frame=frame,
        fresh_s=_fresh_s(request),
        jobs=partial(_list, request, rows),
    )


def _list(request: Request, rows: QuerySet[Job]) -> dict[str, Any]:
    page = page_of(request, rows, size=ROWS)
    lines = [job_line(job, timezone.now()) for job in page]
    return {"page": page, "lines": lines, "is_open": any(line.job.is_open for line in lines)}


@require_GET
def job_detail(request: Request, pk: int) -> HttpResponse:
    """One job: how far it is, what came of it, and what helps if it failed."""
    rows = Job.objects.visible_to(request.user).select_related("course", "asked_by", "cancelled_by")
    job = get_object_or_404(rows, pk=pk)
    may_edit = Job.objects.editable_by(request.user).filter(pk=pk).exists()
    line = job_line(job, timezone.now())
    frame = {"job": job, "line": line, "crumbs": crumbs_to(job.course), "may_edit": may_edit}
    return live_page(
        request, "courses/job_detail.html", frame=frame, fresh_s=_fresh_s(request), progress=dict
    )


@require_POST
def archive_start(request: Request, course: str) -> HttpResponse:
    """Ask for all that is known of a course in one file."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    try:
        job, is_new = start_archive(row, actor=request.user, now=timezone.now())
    except jobs.JobRefusedError as refusal:
        messages.error(request, f"{refusal.reason} {refusal.remedy}")
        return redirect("courses:job_list", row.slug)
    if not is_new:
        messages.info(request, _("This archive is being made already."))
    return redirect(job)


@require_POST
def job_cancel(request: Request, pk: int) -> HttpResponse:
    """Call a job off."""
    job = get_object_or_404(Job.objects.editable_by(request.user), pk=pk)
    jobs.cancel_job(job, actor=request.user, now=timezone.now())
    return redirect(job)


@require_GET
def job_result(request: Request, pk: int) -> StreamingHttpResponse:
    """The file that a job made."""
    done = Job.objects.editable_by(request.user).filter(state=Job.State.DONE, result_bytes__gt=0)
    job = get_object_or_404(done, pk=pk)
    headers = {
        "Content-Disposition": f'attachment; filename="{job.result_name}"',
        "Content-Length": str(job.result_bytes),
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(jobs.read_result(job), content_type=job.result_type, headers=headers)
