"""Which long work was asked for, how far did it come, and what came out of it?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.people import User
from courses.models.teams import Course


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """The jobs of the courses `user` staffs: all that can be asked for is staff's work."""
        if user.is_superuser:
            return self
        return self.filter(course__in=Course.objects.staffed_by(user).values("pk"))

    def editable_by(self, user: User) -> JobQuerySet:
        """Those that `user` may cancel and whose file they may take: of courses they lecture."""
        if user.is_superuser:
            return self
        return self.filter(course__in=Course.objects.editable_by(user).values("pk"))

    def still_open(self) -> JobQuerySet:
        return self.filter(state__in=Job.OPEN)

    def due(self, now: datetime) -> JobQuerySet:
        """What a worker may take now, the one longest left alone first."""
        return (
            self.still_open()
            .filter(Q(leased_until=None) | Q(leased_until__lte=now))
            .filter(Q(not_before=None) | Q(not_before__lte=now))
            .order_by("progress_at", "pk")
        )


class Job(models.Model):
    """A piece of long work for a course: done in steps, by any worker, from where the last one stopped."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (State.WAITING, State.RUNNING)

    course = models.ForeignKey(Course, models.CASCADE, related_name="jobs", verbose_name=_("course"))
    # The name under which an app registered what is to be done, such as `courses.archive`.
    kind = models.CharField(_("kind"), max_length=40)
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="jobs", verbose_name=_("asked by")
    )
    # Small; never filtered on. What is larger stands in the chunks.
    parameters = models.JSONField(_("parameters"), default=dict)
    # Tells the same work from other work: while one is open it is not started again.
    key = models.CharField(_("key"), max_length=64)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), null=True)
    # Where to go on. Written in the transaction of the step that led there.
    checkpoint = models.JSONField(_("checkpoint"), default=dict)
    rate_per_s = models.FloatField(_("rate per s"), null=True)
    # Turns begun since the last step: a job that ends its workers must not do so for ever.
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True)
    progress_at = models.DateTimeField(_("progress at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    not_before = models.DateTimeField(_("not before"), null=True)
    leased_until = models.DateTimeField(_("leased until"), null=True)
    lease_token = models.CharField(_("lease token"), max_length=32, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested at"), null=True)
    cancelled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("cancelled by")
    )
    outcome = models.CharField(_("outcome"), max_length=500, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    remedy = models.CharField(_("remedy"), max_length=300, blank=True)
    result_name = models.CharField(_("result name"), max_length=120, blank=True)
    result_type = models.CharField(_("result type"), max_length=60, blank=True)
    result_bytes = models.PositiveBigIntegerField(_("result bytes"), default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["course", "-created_at"]),
            models.Index(
                fields=["progress_at"], condition=Q(state__in=["waiting", "running"]), name="job_open"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course", "key"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("courses:job_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class JobChunk(models.Model):
    """A piece of the file that a job reads or writes. In the database, which every machine reaches."""

    class Role(models.TextChoices):
        INPUT = "input", _("Input")
        RESULT = "result", _("Result")

    SIZE = 256 * 1024

    job = models.ForeignKey(Job, models.CASCADE, related_name="chunks", db_index=False, verbose_name=_("job"))
    role = models.CharField(_("role"), max_length=6, choices=Role)
    # Where in the file it begins, in bytes.
    start = models.PositiveBigIntegerField(_("start"))
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("job chunk")
        verbose_name_plural = _("job chunks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "role", "start"], name="job_chunk_once")
        ]

    def __str__(self) -> str:
        return f"{self.role} of job {self.job_id} from byte {self.start}"
