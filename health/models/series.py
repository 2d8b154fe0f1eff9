"""How did the checks of an environment go, minute by minute and in longer steps?

One wide row for each environment and step. A row is added to in place, under the lock of the
environment's state row.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Environment


class CheckCounts(models.Model):
    """Sums over a step. They add up, so any span can be made of shorter ones.

    Latencies are those of 2XX and 3XX. Rows that an older release wrote hold those of 4XX and 5XX, too.
    """

    environment = models.ForeignKey(
        Environment, models.CASCADE, related_name="+", db_index=False, verbose_name=_("environment")
    )
    at = models.DateTimeField(_("at"))  # where the step starts
    n = models.PositiveIntegerField(_("n"), default=0)
    expected = models.PositiveIntegerField(_("expected"), default=0)
    ok = models.PositiveIntegerField(_("ok"), default=0)
    http_3xx = models.PositiveIntegerField(_("http 3xx"), default=0)
    http_4xx = models.PositiveIntegerField(_("http 4xx"), default=0)
    http_5xx = models.PositiveIntegerField(_("http 5xx"), default=0)
    timeout = models.PositiveIntegerField(_("timeout"), default=0)
    dns = models.PositiveIntegerField(_("dns"), default=0)
    tls = models.PositiveIntegerField(_("tls"), default=0)
    other = models.PositiveIntegerField(_("other"), default=0)
    latency_ms_sum = models.FloatField(_("latency ms sum"), default=0.0)
    latency_ms_max = models.FloatField(_("latency ms max"), default=0.0)
    # bucket -> count of answers, see rules.histogram; never filtered on
    histogram = models.JSONField(_("histogram"), default=dict)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.environment_id} {self.at:%Y-%m-%d %H:%M}: {self.ok} of {self.n}"

    @property
    def latencies(self) -> dict[str, int]:
        """The histogram of good answers; empty where there was none, whatever an older release kept."""
        return self.histogram if self.ok or self.http_3xx else {}


class EnvironmentSample(CheckCounts):
    """One minute of one environment. Kept for a week."""

    pk = models.CompositePrimaryKey("environment_id", "at")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="environment_sample_at")]


class EnvironmentRollupQuerySet(models.QuerySet["EnvironmentRollup"]):
    def with_errors(self) -> EnvironmentRollupQuerySet:
        """Steps in which an app answered with 4XX or 5XX."""
        return self.filter(Q(http_4xx__gt=0) | Q(http_5xx__gt=0))


class EnvironmentRollup(CheckCounts):
    """A step of 5 minutes, an hour or a day of one environment."""

    pk = models.CompositePrimaryKey("environment_id", "step_minutes", "at")
    step_minutes = models.PositiveSmallIntegerField()

    objects = EnvironmentRollupQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["step_minutes", "at"], name="environment_rollup_at")]
