"""What did the pipelines of a repository do, and what is its default branch now?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.models import User
from pipelines import rules
from pipelines.models.repositories import Repository

JOBS_DUE = timedelta(hours=1)  # whose jobs were not read by then, of a pipeline that ended, are never read


class PipelineQuerySet(models.QuerySet["Pipeline"]):
    def visible_to(self, user: User) -> PipelineQuerySet:
        return self.filter(repository__in=Repository.objects.visible_to(user).values("pk"))

    def latest_first(self) -> PipelineQuerySet:
        return self.order_by("-remote_id")

    def numbered(self) -> PipelineQuerySet:
        """With `number`: 1 for the newest of each repository, counted among those that are asked for."""
        newest_first = F("remote_id").desc()
        return self.annotate(number=Window(RowNumber(), partition_by=F("repository"), order_by=newest_first))

    def polled(self) -> PipelineQuerySet:
        """Those that speak for their branch: read while they were its latest, with their jobs."""
        return self.filter(is_history=False)


class Pipeline(models.Model):
    """One run of a repository's jobs for a commit, as the server last told it."""

    repository = models.ForeignKey(
        Repository, models.CASCADE, related_name="pipelines", verbose_name=_("repository")
    )
    remote_id = models.BigIntegerField(_("remote id"))
    iid = models.BigIntegerField(_("number"), default=0)
    sha = models.CharField(_("commit"), max_length=64, blank=True)
    ref = models.CharField(_("branch or tag"), max_length=255, blank=True)
    source = models.CharField(_("source"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=30)
    status_group = models.CharField(_("status group"), max_length=40, blank=True)
    # [[stage, state], …], worked out from the jobs so that a board reads no jobs.
    stages = models.JSONField(_("stages"), default=list)
    coverage = models.FloatField(_("coverage"), null=True)
    duration_s = models.FloatField(_("duration s"), null=True)
    queued_s = models.FloatField(_("queued s"), null=True)
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    updated_at = models.DateTimeField(_("updated at"))
    seen_at = models.DateTimeField(_("seen at"))
    # Read from the past, without its jobs: it is shown, and says nothing about the branch now.
    is_history = models.BooleanField(_("is history"), default=False)

    objects = PipelineQuerySet.as_manager()

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering: ClassVar = ["-remote_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["repository", "remote_id"], name="pipeline_once")
        ]

    def __str__(self) -> str:
        return f"#{self.iid or self.remote_id}"

    def get_absolute_url(self) -> str:
        return reverse("pipelines:pipeline_detail", args=[self.pk])

    @property
    def web_url(self) -> str:
        return f"{self.repository.web_url}/-/pipelines/{self.remote_id}"

    @property
    def has_warnings(self) -> bool:
        return self.status_group == rules.WITH_WARNINGS

    @property
    def shown_state(self) -> str:
        return rules.shown_state(self.status, has_warnings=self.has_warnings)

    @property
    def is_active(self) -> bool:
        return self.status in rules.ACTIVE

    @property
    def is_invalid(self) -> bool:
        """Failed before any job: GitLab could not use the pipeline's definition."""
        return self.status == rules.RED and not self.stages and not self.is_history

    def waits_for_jobs_at(self, now: datetime) -> bool:
        """Whether jobs that are not here may still be read."""
        ended_at = self.finished_at or self.updated_at
        return not self.is_history and (self.is_active or now - ended_at <= JOBS_DUE)


class Job(models.Model):
    """One step of a pipeline; of a job tried again, the last try."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="jobs", verbose_name=_("pipeline"))
    remote_id = models.BigIntegerField(_("remote id"))
    name = models.CharField(_("name"), max_length=255)
    stage = models.CharField(_("stage"), max_length=255, blank=True)
    position = models.PositiveIntegerField(_("position"))
    status = models.CharField(_("status"), max_length=30)
    allow_failure = models.BooleanField(_("allow failure"), default=False)
    duration_s = models.FloatField(_("duration s"), null=True)
    failure_reason = models.CharField(_("failure reason"), max_length=255, blank=True)
    # Of the tries before this one, which are not kept.
    failed_tries = models.PositiveSmallIntegerField(_("failed tries"), default=0)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["pipeline", "remote_id"], name="job_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_state(self) -> str:
        return "warning" if self.allow_failure and self.status == rules.RED else self.status

    @property
    def web_url(self) -> str:
        return f"{self.pipeline.repository.web_url}/-/jobs/{self.remote_id}"


class RepositoryState(models.Model):
    """What the default branch is now. The one row that overviews read for a repository."""

    repository = models.OneToOneField(
        Repository,
        models.CASCADE,
        primary_key=True,
        related_name="branch",
        editable=False,
        verbose_name=_("repository"),
    )
    status = models.CharField(_("status"), max_length=10, default=rules.UNKNOWN)
    # What made it red, or why nothing is known.
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    since = models.DateTimeField(_("since"), null=True)
    red_since = models.DateTimeField(_("red since"), null=True)
    is_running = models.BooleanField(_("is running"), default=False)
    # The last pipeline that says something, and the last of all.
    pipeline = models.ForeignKey(
        Pipeline, models.SET_NULL, null=True, related_name="+", verbose_name=_("pipeline")
    )
    latest = models.ForeignKey(
        Pipeline, models.SET_NULL, null=True, related_name="+", verbose_name=_("latest")
    )
    recent = models.JSONField(_("recent"), default=list)  # [[pk, state, number], …], newest last
    flaky = models.JSONField(_("flaky jobs"), default=list)  # [[name, commits, at], …], see rules.flaky
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("repository state")
        verbose_name_plural = _("repository states")

    def __str__(self) -> str:
        return f"{self.repository_id}: {self.status}"

    @property
    def is_red(self) -> bool:
        return self.status == rules.RED

    def flaky_at(self, now: datetime) -> list[rules.FlakyJob]:
        """Return the jobs that are flaky `now`."""
        told = [rules.FlakyJob(name, commits, datetime.fromisoformat(at)) for name, commits, at in self.flaky]
        return rules.still_flaky(told, now=now)

    @property
    def shown(self) -> Pipeline | None:
        """Return the pipeline whose stages a board shows: the one that moves, else the verdict's."""
        return self.latest if self.is_running or self.pipeline is None else self.pipeline
