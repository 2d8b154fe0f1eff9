"""Who saw what, and what did they do? Raw and append-only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from courses.models import Project
from experiments.models.experiments import Experiment, Phase, Variant
from experiments.rules.items import EVENT_ID_LENGTH, EVENT_NAME_LENGTH, UNIT_LENGTH


class Stream(models.Model):
    """The order in which a project's events arrived.

    Whoever stores a batch locks this row until the commit, so batches become visible in the
    order of their numbers and a reader that has seen number n has missed nothing below it.
    """

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="stream")
    last_batch = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project}: {self.last_batch} batches"


class Exposure(models.Model):
    """A unit met a variant. Instants are whole microseconds since 1970, the same on every engine."""

    seq = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    batch = models.BigIntegerField()
    event_id = models.CharField(max_length=EVENT_ID_LENGTH)
    unit_id = models.CharField(max_length=UNIT_LENGTH)
    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="+", db_index=False)
    phase = models.ForeignKey(Phase, models.CASCADE, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+", db_index=False)
    occurred_us = models.BigIntegerField()
    received_us = models.BigIntegerField()

    class Meta:
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

    seq = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    batch = models.BigIntegerField()
    event_id = models.CharField(max_length=EVENT_ID_LENGTH)
    unit_id = models.CharField(max_length=UNIT_LENGTH)
    name = models.CharField(max_length=EVENT_NAME_LENGTH)
    value = models.FloatField(default=1.0)
    occurred_us = models.BigIntegerField()
    received_us = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "event_id"], name="metric_event_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "unit_id", "name"]),
            models.Index(fields=["project", "batch"]),
        ]

    def __str__(self) -> str:
        return self.event_id
