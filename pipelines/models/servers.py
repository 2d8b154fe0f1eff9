"""Which CI servers are read, how often, and with what success?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.encryption import EncryptedTextField
from courses.models import Course, User
from pipelines import rules

NAME_TAKEN = _("Name: this course has a CI server of this name. Choose another.")


class CIServerQuerySet(models.QuerySet["CIServer"]):
    def visible_to(self, user: User) -> CIServerQuerySet:
        return self.filter(course__in=Course.objects.staffed_by(user).values("pk"))

    def editable_by(self, user: User) -> CIServerQuerySet:
        return self.filter(course__in=Course.objects.editable_by(user).values("pk"))

    def due(self, now: datetime) -> CIServerQuerySet:
        """Those to poll now, the longest waiting first; never that of the sample, whoever presses what."""
        return self.filter(
            Q(not_before=None) | Q(not_before__lte=now),
            is_enabled=True,
            next_poll_at__lte=now,
            course__is_archived=False,
            course__is_sample=False,
        ).order_by("next_poll_at", "pk")


class CIServer(models.Model):
    """Where the pipelines of a course run, and what opens it."""

    class Kind(models.TextChoices):
        GITLAB = "gitlab", "GitLab"

    course = models.ForeignKey(Course, models.CASCADE, related_name="ci_servers", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=80, default="GitLab")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.GITLAB)
    base_url = models.CharField(_("address"), max_length=300, validators=[URLValidator(["http", "https"])])
    token = EncryptedTextField(_("token"), blank=True, editable=False)
    poll_interval_s = models.PositiveIntegerField(
        _("seconds between polls"), default=60, validators=[MinValueValidator(10), MaxValueValidator(86_400)]
    )
    is_enabled = models.BooleanField(_("poll this server"), default=True)

    next_poll_at = models.DateTimeField(_("next poll at"), editable=False)
    not_before = models.DateTimeField(_("not before"), null=True, editable=False)
    last_polled_at = models.DateTimeField(_("last polled at"), null=True, editable=False)
    last_error_kind = models.CharField(_("last error kind"), max_length=12, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0, editable=False)
    page_size = models.PositiveSmallIntegerField(_("page size"), default=50, editable=False)
    graphql_unusable_until = models.DateTimeField(_("graphql unusable until"), null=True, editable=False)
    version = models.CharField(_("version"), max_length=40, blank=True, editable=False)
    token_scopes = models.CharField(_("token scopes"), max_length=300, blank=True, editable=False)
    token_expires_on = models.DateField(_("token expires on"), null=True, editable=False)
    token_checked_at = models.DateTimeField(_("token checked at"), null=True, editable=False)

    objects = CIServerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("CI servers")
        verbose_name = _("CI server")
        ordering: ClassVar = ["name", "pk"]
        indexes: ClassVar = [models.Index(fields=["next_poll_at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course", "name"], name="server_name_in_course", violation_error_message=NAME_TAKEN
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pipelines:server_edit", args=[self.pk])

    @property
    def scopes(self) -> list[str]:
        """What the token may, as far as the server told."""
        return self.token_scopes.split()

    def state_at(self, now: datetime) -> str:
        """Return how it stands: one of the words of `rules.server_state`."""
        return rules.server_state(
            is_enabled=self.is_enabled,
            error_kind=self.last_error_kind,
            is_read=self.last_polled_at is not None,
            is_stale=self.is_stale(now),
            scopes=self.scopes,
            expires_on=self.token_expires_on,
            today=now.date(),
        )

    def is_on_rest(self, now: datetime) -> bool:
        return self.graphql_unusable_until is not None and self.graphql_unusable_until > now

    def is_stale(self, now: datetime) -> bool:
        """Whether it is due and yet was not read for long; one that is not due waits for nobody."""
        return self.due_at <= now and rules.is_stale(
            self.last_polled_at, now=now, interval_s=self.poll_interval_s
        )

    def is_unread(self, now: datetime) -> bool:
        """Whether what is known of its repositories is as it was when each was read last."""
        return self.is_failing or self.is_stale(now)

    @property
    def due_at(self) -> datetime:
        """When it is polled next: not before the time it asked for itself."""
        return max(self.next_poll_at, self.not_before or self.next_poll_at)

    @property
    def is_failing(self) -> bool:
        """Whether nothing new can be heard of its repositories, for a reason of its own."""
        return bool(self.last_error_kind) or not self.is_enabled

    def is_token_check_due(self, now: datetime) -> bool:
        # Without a version the last check failed, or was a test that did.
        return (
            self.token_checked_at is None
            or not self.version
            or now - self.token_checked_at > timedelta(days=1)
        )
