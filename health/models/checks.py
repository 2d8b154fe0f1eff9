"""Which environments are asked, how often, what did they answer, and when did that change?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from urllib.parse import urljoin

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Environment, User

# A path stays on the environment's own host: no scheme, no second slash, nothing invisible.
IS_PATH = RegexValidator(
    r"^/(?![/\\])[\x21-\x7e]*\Z|^/\Z", _("Write a path such as /healthz, without spaces.")
)


class Status(models.TextChoices):
    """What is known of a place. Unknown is not up."""

    UP = "up", _("up")
    DOWN = "down", _("down")
    UNKNOWN = "unknown", _("unknown")


class CheckQuerySet(models.QuerySet["Check"]):
    def visible_to(self, user: User) -> CheckQuerySet:
        return self.filter(environment__in=Environment.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> CheckQuerySet:
        return self.filter(environment__in=Environment.objects.editable_by(user).values("pk"))

    def running(self) -> CheckQuerySet:
        """Those that are asked at all: switched on, with a URL, in a team that goes on."""
        return self.filter(
            is_enabled=True,
            environment__project__team__is_archived=False,
            environment__project__team__course__is_archived=False,
        ).exclude(environment__url="")

    def due(self, now: datetime) -> CheckQuerySet:
        """What a worker should ask now, longest waiting first; never of the sample, whoever presses what."""
        real = self.running().filter(environment__project__team__course__is_sample=False)
        return real.filter(next_due_at__lte=now).order_by("next_due_at", "pk")


class Check(models.Model):
    """Asks one environment over HTTP, again and again."""

    environment = models.OneToOneField(
        Environment, models.CASCADE, related_name="health_check", verbose_name=_("environment")
    )
    path = models.CharField(
        _("path"),
        max_length=300,
        blank=True,
        validators=[IS_PATH],
        help_text=_("What to ask for on that host, such as /healthz. Empty: the environment’s URL itself."),
    )
    interval_s = models.PositiveIntegerField(
        _("interval in seconds"), default=60, validators=[MinValueValidator(10), MaxValueValidator(86_400)]
    )
    timeout_s = models.PositiveSmallIntegerField(
        _("timeout in seconds"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("For the whole answer, shorter than the interval."),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    next_due_at = models.DateTimeField(_("next due"), db_index=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(interval_s__gte=10, interval_s__lte=86_400), name="check_interval_in_range"
            ),
            models.CheckConstraint(
                condition=Q(timeout_s__gte=1, timeout_s__lt=F("interval_s")),
                name="check_timeout_below_interval",
                violation_error_message=_("The timeout must be shorter than the interval."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} every {self.interval_s} s"

    def get_absolute_url(self) -> str:
        return reverse("health:environment_detail", args=[self.environment_id])

    @property
    def url(self) -> str:
        """What is asked for."""
        return urljoin(self.environment.url, self.path)


class EnvironmentState(models.Model):
    """What is known of one environment now. Overviews read only this."""

    environment = models.OneToOneField(
        Environment,
        models.CASCADE,
        primary_key=True,
        related_name="health_state",
        verbose_name=_("environment"),
    )
    status = models.CharField(_("state"), max_length=7, choices=Status, default=Status.UNKNOWN)
    since = models.DateTimeField(_("since"))
    last_checked_at = models.DateTimeField(_("last checked"), null=True)
    # From here on the status is no longer believed: two answers should have come by then.
    fresh_until = models.DateTimeField(_("believed until"), null=True)
    last_latency_ms = models.FloatField(_("latency in ms"), null=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    error_kind = models.CharField(_("fault"), max_length=10, blank=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)
    consecutive_failures = models.PositiveIntegerField(_("failed in a row"), default=0)
    # The last 24 hours, one letter each, see rules.day; the last one stands for the hour `day_until`.
    day = models.CharField(_("last day"), max_length=24, blank=True, default="")
    day_until = models.PositiveIntegerField(_("last hour of the day"), default=0)

    class Meta:
        verbose_name = _("state of an environment")
        verbose_name_plural = _("states of environments")

    def __str__(self) -> str:
        return f"{self.environment_id} {self.status}"

    def is_stale(self, now: datetime) -> bool:
        """Whether answers stopped coming in."""
        return self.fresh_until is not None and self.fresh_until < now

    def status_at(self, now: datetime) -> str:
        """What to show: the status, or unknown once it is too old to be believed."""
        return Status.UNKNOWN.value if self.is_stale(now) else self.status


class CheckResult(models.Model):
    """One answer. A short log: only the newest of each environment are kept."""

    environment = models.ForeignKey(
        Environment,
        models.CASCADE,
        related_name="check_results",
        db_index=False,
        verbose_name=_("environment"),
    )
    at = models.DateTimeField(_("at"))
    status = models.CharField(_("state"), max_length=7, choices=Status)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    latency_ms = models.FloatField(_("latency in ms"), null=True)
    error_kind = models.CharField(_("fault"), max_length=10, blank=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("result of a check")
        verbose_name_plural = _("results of checks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "at"], name="check_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.detail}"


class Transition(models.Model):
    """A change of status, kept for good: availability and time to restore come from these."""

    environment = models.ForeignKey(
        Environment,
        models.CASCADE,
        related_name="health_transitions",
        db_index=False,
        verbose_name=_("environment"),
    )
    at = models.DateTimeField(_("at"))
    from_status = models.CharField(_("from"), max_length=7, choices=Status)
    to_status = models.CharField(_("to"), max_length=7, choices=Status)
    error_kind = models.CharField(_("fault"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "at", "to_status"], name="transition_once")
        ]

    def __str__(self) -> str:
        return f"{self.from_status} to {self.to_status}"
