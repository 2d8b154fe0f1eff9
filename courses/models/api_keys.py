"""Which machines may speak for a course, and for what?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.people import User
from courses.models.projects import Environment, Project
from courses.models.teams import Course


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, user: User) -> ApiKeyQuerySet:
        return self.editable_by(user)

    def editable_by(self, user: User) -> ApiKeyQuerySet:
        """Keys of the courses `user` lectures, and keys bound to projects they may edit."""
        if user.is_superuser:
            return self
        return self.filter(
            Q(course__in=Course.objects.editable_by(user).values("pk"))
            | Q(project__in=Project.objects.editable_by(user).values("pk"))
        )

    def usable(self, now: datetime) -> ApiKeyQuerySet:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


class ApiKey(models.Model):
    """What a machine presents. The key itself is shown once and kept only as a digest."""

    class Scope(models.TextChoices):
        INGEST = "ingest", _("send measurements and events")
        EVALUATE = "evaluate", _("evaluate flags")

    course = models.ForeignKey(Course, models.CASCADE, related_name="api_keys", verbose_name=_("course"))
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="api_keys", verbose_name=_("project")
    )
    environment = models.ForeignKey(
        Environment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
        verbose_name=_("environment"),
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    # Space-separated, as in OAuth; never filtered on.
    scopes = models.CharField(_("may"), max_length=60)
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("made by")
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", F("created_at").desc()]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def scopes_in_words(self) -> list[str]:
        """What it may do, such as `send measurements and events`."""
        return [str(self.Scope(scope).label) for scope in self.scopes.split()]

    def allows(self, scope: str) -> bool:
        """Whether this key was made for `scope`."""
        return scope in self.scopes.split()
