"""Which version arrived where, and when?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Environment

SHORT = 8  # characters of a commit's id that people read


class Deployment(models.Model):
    """A version arriving in an environment, or failing to. Kept for good."""

    class Status(models.TextChoices):
        SUCCESS = "success", _("succeeded")
        FAILED = "failed", _("failed")

    environment = models.ForeignKey(
        Environment, models.CASCADE, related_name="deployments", db_index=False, verbose_name=_("environment")
    )
    # Who told of it and under which number, so that hearing of it again changes nothing.
    key = models.CharField(_("key"), max_length=100, unique=True)
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.SUCCESS)
    sha = models.CharField(_("commit"), max_length=64, blank=True)
    ref = models.CharField(_("branch or tag"), max_length=255, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"))
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("deployment")
        verbose_name_plural = _("deployments")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["environment", "-at"])]

    def __str__(self) -> str:
        return self.short_sha or f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def short_sha(self) -> str:
        return self.sha[:SHORT]

    @property
    def is_success(self) -> bool:
        return self.status == self.Status.SUCCESS
