"""Who saw what, and what did they do? Raw and append-only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models import Project
from experiments.models.experiments import Experiment, Phase, Variant
from experiments.rules.items import EVENT_ID_LENGTH, EVENT_NAME_LENGTH, UNIT_LENGTH


class Stream(models.Model):
    """The order in which a project's events arrived.

    Whoever stores a batch locks this row until the commit, so batches become visible in the
    order of their numbers and a reader that has seen number n has missed nothing below it.
    """

    project = models.OneToOneField(
        Project, models.CASCADE, primary_key=True, related_name="stream", verbose_name=_("project")
    )
    last_batch = models.BigIntegerField(_("last batch"), default=0)

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")

    def __str__(self) -> str:
        return f"{self.project}: {self.last_batch} batches"


class Exposure(models.Model):
    """A unit met a variant. Instants are whole microseconds since 1970, the same on every engine."""

    seq = models.BigAutoField(_("seq"), primary_key=True)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="+", db_index=False, verbose_name=_("project")
    )
    batch = models.BigIntegerField(_("batch"))
    event_id = models.CharField(_("event id"), max_length=EVENT_ID_LENGTH)
    unit_id = models.CharField(_("unit id"), max_length=UNIT_LENGTH)
    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="+", db_index=False, verbose_name=_("experiment")
    )
    phase = models.ForeignKey(
        Phase, models.CASCADE, related_name="+", db_index=False, verbose_name=_("phase")
    )
    variant = models.ForeignKey(
        Variant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("variant")
    )
    occurred_us = models.BigIntegerField(_("occurred us"))
    received_us = models.BigIntegerField(_("received us"))

    class Meta:
        verbose_name = _("exposure")
        verbose_name_plural = _("exposures")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "event_id"], name="exposure_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["phase", "unit_id"]),
            models.Index(fields=["project", "batch"]),
        ]

    def __str__(self) -> str:
        return self.event_id


class MetricEvent(models.Model):
    """A unit did something that counts. `value` adds up in a mean; a proportion ignores it."""

    seq = models.BigAutoField(_("seq"), primary_key=True)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="+", db_index=False, verbose_name=_("project")
    )
    batch = models.BigIntegerField(_("batch"))
    event_id = models.CharField(_("event id"), max_length=EVENT_ID_LENGTH)
    unit_id = models.CharField(_("unit id"), max_length=UNIT_LENGTH)
    name = models.CharField(_("name"), max_length=EVENT_NAME_LENGTH)
    value = models.FloatField(_("value"), default=1.0)
    occurred_us = models.BigIntegerField(_("occurred us"))
    received_us = models.BigIntegerField(_("received us"))

    class Meta:
        verbose_name = _("metric event")
        verbose_name_plural = _("metric events")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "event_id"], name="metric_event_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "unit_id", "name"]),
            models.Index(fields=["project", "batch"]),
        ]

    def __str__(self) -> str:
        return self.event_id
