"""Which CI servers are read, which repositories live there, and what did their pipelines do?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse

from courses.encryption import EncryptedTextField
from courses.models import Course, Project, User
from courses.rules.names import REPOSITORY_PATH
from pipelines import rules


class CIServerQuerySet(models.QuerySet["CIServer"]):
    def visible_to(self, user: User) -> CIServerQuerySet:
        return self.filter(course__in=Course.objects.staffed_by(user).values("pk"))

    def editable_by(self, user: User) -> CIServerQuerySet:
        return self.filter(course__in=Course.objects.editable_by(user).values("pk"))

    def due(self, now: datetime) -> CIServerQuerySet:
        """Those to poll now, the longest waiting first."""
        return self.filter(
            Q(not_before=None) | Q(not_before__lte=now),
            is_enabled=True,
            next_poll_at__lte=now,
            course__is_archived=False,
        ).order_by("next_poll_at", "pk")


class CIServer(models.Model):
    """Where the pipelines of a course run, and what opens it."""

    class Kind(models.TextChoices):
        GITLAB = "gitlab", "GitLab"

    course = models.ForeignKey(Course, models.CASCADE, related_name="ci_servers")
    name = models.CharField(max_length=80, default="GitLab")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.GITLAB)
    base_url = models.CharField("address", max_length=300, validators=[URLValidator(["http", "https"])])
    token = EncryptedTextField(blank=True, editable=False)
    poll_interval_s = models.PositiveIntegerField(
        "seconds between polls", default=60, validators=[MinValueValidator(10), MaxValueValidator(86_400)]
    )
    is_enabled = models.BooleanField("poll this server", default=True)

    next_poll_at = models.DateTimeField(editable=False)
    not_before = models.DateTimeField(null=True, editable=False)
    last_polled_at = models.DateTimeField(null=True, editable=False)
    last_error_kind = models.CharField(max_length=12, blank=True, editable=False)
    last_error = models.CharField(max_length=300, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    page_size = models.PositiveSmallIntegerField(default=50, editable=False)
    graphql_unusable_until = models.DateTimeField(null=True, editable=False)
    version = models.CharField(max_length=40, blank=True, editable=False)
    token_scopes = models.CharField(max_length=300, blank=True, editable=False)
    token_expires_on = models.DateField(null=True, editable=False)
    token_checked_at = models.DateTimeField(null=True, editable=False)

    objects = CIServerQuerySet.as_manager()

    class Meta:
        verbose_name = "CI server"
        ordering: ClassVar = ["name", "pk"]
        indexes: ClassVar = [models.Index(fields=["next_poll_at"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pipelines:server_edit", args=[self.pk])

    def is_on_rest(self, now: datetime) -> bool:
        return self.graphql_unusable_until is not None and self.graphql_unusable_until > now

    def is_stale(self, now: datetime) -> bool:
        return rules.is_stale(self.last_polled_at, now=now, interval_s=self.poll_interval_s)

    def is_token_check_due(self, now: datetime) -> bool:
        return self.token_checked_at is None or now - self.token_checked_at > timedelta(days=1)


class RepositoryQuerySet(models.QuerySet["Repository"]):
    def visible_to(self, user: User) -> RepositoryQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> RepositoryQuerySet:
        return self.filter(project__in=Project.objects.editable_by(user).values("pk"))

    def in_words(self) -> RepositoryQuerySet:
        """With `shown_state`: the word the board shows and filters by."""
        return self.annotate(
            shown_state=Case(
                When(state__in=[self.model.State.GONE, self.model.State.NO_ACCESS], then=Value("unreadable")),
                When(branch__status=rules.RED, then=Value("failed")),
                When(branch__status="warning", then=Value("warning")),
                When(branch__status="success", then=Value("success")),
                default=Value("unknown"),
            )
        )

    def not_green_first(self) -> RepositoryQuerySet:
        """Red first, the longest red on top; then what cannot be read; green last; then by team."""
        order = ["failed", "unreadable", "warning", "unknown", "success"]
        rank = Case(*(When(shown_state=word, then=Value(n)) for n, word in enumerate(order)))
        return self.in_words().order_by(
            rank, F("branch__red_since").asc(nulls_last=True), "project__team__name", "project__name", "pk"
        )


class Repository(models.Model):
    """The repository of a project on a CI server."""

    class State(models.TextChoices):
        PENDING = "pending", "not read yet"
        OK = "ok", "read"
        EMPTY = "empty", "empty"
        ARCHIVED = "archived", "archived"
        NO_ACCESS = "no_access", "no access"
        GONE = "gone", "gone"

    project = models.OneToOneField(Project, models.CASCADE, related_name="repository")
    server = models.ForeignKey(CIServer, models.CASCADE, related_name="repositories")
    # Where it is now; `bound_path` is what was entered, and outlives a move on the server.
    path = models.CharField(max_length=255, validators=[RegexValidator(REPOSITORY_PATH)])
    bound_path = models.CharField(max_length=255, editable=False)
    remote_id = models.BigIntegerField(null=True, editable=False)
    default_branch = models.CharField(max_length=255, blank=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    state_detail = models.CharField(max_length=300, blank=True, editable=False)
    is_suspect = models.BooleanField(default=False, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)

    objects = RepositoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "repositories"
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["server", "path"], name="repository_path_on_server")
        ]

    def __str__(self) -> str:
        return self.path

    def get_absolute_url(self) -> str:
        return reverse("pipelines:repository_detail", args=[self.pk])

    @property
    def web_url(self) -> str:
        return f"{self.server.base_url.rstrip('/')}/{quote(self.path)}"


class PipelineQuerySet(models.QuerySet["Pipeline"]):
    def visible_to(self, user: User) -> PipelineQuerySet:
        return self.filter(repository__in=Repository.objects.visible_to(user).values("pk"))

    def latest_first(self) -> PipelineQuerySet:
        return self.order_by("-remote_id")


class Pipeline(models.Model):
    """One run of a repository's jobs for a commit, as the server last told it."""

    repository = models.ForeignKey(Repository, models.CASCADE, related_name="pipelines")
    remote_id = models.BigIntegerField()
    iid = models.BigIntegerField(default=0)
    sha = models.CharField(max_length=64, blank=True)
    ref = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=30)
    status_group = models.CharField(max_length=40, blank=True)
    # [[stage, state], …], worked out from the jobs so that a board reads no jobs.
    stages = models.JSONField(default=list)
    coverage = models.FloatField(null=True)
    duration_s = models.FloatField(null=True)
    queued_s = models.FloatField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects = PipelineQuerySet.as_manager()

    class Meta:
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
        return self.status == rules.RED and not self.stages


class Job(models.Model):
    """One step of a pipeline; of a job tried again, the last try."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="jobs")
    remote_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    stage = models.CharField(max_length=255, blank=True)
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=30)
    allow_failure = models.BooleanField(default=False)
    duration_s = models.FloatField(null=True)
    failure_reason = models.CharField(max_length=255, blank=True)

    class Meta:
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
        Repository, models.CASCADE, primary_key=True, related_name="branch", editable=False
    )
    status = models.CharField(max_length=10, default=rules.UNKNOWN)
    detail = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField(null=True)
    red_since = models.DateTimeField(null=True)
    is_running = models.BooleanField(default=False)
    # The last pipeline that says something, and the last of all.
    pipeline = models.ForeignKey(Pipeline, models.SET_NULL, null=True, related_name="+")
    latest = models.ForeignKey(Pipeline, models.SET_NULL, null=True, related_name="+")
    recent = models.JSONField(default=list)  # [[pk, state, number], …], newest last
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.repository_id}: {self.status}"

    @property
    def is_red(self) -> bool:
        return self.status == rules.RED

    @property
    def shown(self) -> Pipeline | None:
        """Return the pipeline whose stages a board shows: the one that moves, else the verdict's."""
        return self.latest if self.is_running or self.pipeline is None else self.pipeline
