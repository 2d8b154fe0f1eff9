"""What is tried on whom, what did they see and do, and what came of it?

Exposures and metric events are raw and append-only. `Unit`, `UnitMetric` and `Result` are derived
from them and may be thrown away: `services.results` builds them again from the raw rows.
"""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

import msgspec
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from courses.models import Project, User
from experiments.rules import assignment
from experiments.rules.items import EVENT_ID_LENGTH, EVENT_NAME_LENGTH, KEY_LENGTH, UNIT_LENGTH
from experiments.rules.results import NO_RESULTS, Snapshot
from experiments.rules.verdict import Verdict, decide


def new_seed() -> str:
    return secrets.token_hex(8)


class ExperimentQuerySet(models.QuerySet["Experiment"]):
    def visible_to(self, user: User) -> ExperimentQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> ExperimentQuerySet:
        return self.filter(project__in=Project.objects.editable_by(user).values("pk"))

    def running(self) -> ExperimentQuerySet:
        return self.filter(state=Experiment.State.RUNNING)

    def with_project(self) -> ExperimentQuerySet:
        return self.select_related("project__team__course")


class Experiment(models.Model):
    """A question about a project, asked by showing its variants to different units.

    Its plan (variants, weights, metrics) may change until the start and never after.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        RUNNING = "running"
        STOPPED = "stopped"

    project = models.ForeignKey(Project, models.CASCADE, related_name="experiments")
    name = models.CharField(max_length=120)
    key = models.SlugField(
        max_length=KEY_LENGTH,
        help_text="What the app asks for. Letters, digits, hyphens and underscores.",
    )
    hypothesis = models.TextField(
        max_length=2000, blank=True, help_text="What you expect to change, for whom, and why."
    )
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT, editable=False)
    # Grows with every change, so that a process sees by one number whether it is out of date.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "key"],
                name="experiment_key_in_project",
                violation_error_message="This project has an experiment with this key.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("experiments:experiment_detail", args=[self.pk])

    @property
    def snapshot(self) -> Snapshot:
        """What the last analysis found, or an empty snapshot."""
        result = getattr(self, "result", None)
        return result.read() if result else NO_RESULTS

    @property
    def verdict(self) -> Verdict:
        """What the results mean, in words."""
        return decide(self.state, self.snapshot)


class Variant(models.Model):
    """One of the things a unit may see. The first is the control."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="variants")
    key = models.SlugField(max_length=KEY_LENGTH)
    name = models.CharField(max_length=120)
    weight = models.PositiveIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    value = models.JSONField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["experiment", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "key"], name="variant_key_in_experiment"),
            models.UniqueConstraint(fields=["experiment", "position"], name="variant_position"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="variant_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Phase(models.Model):
    """A span in which the assignment of units to variants did not change. Immutable but for its end."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="phases")
    number = models.PositiveSmallIntegerField()
    # Part of the hash: a renamed experiment keeps its assignment, and no two share one.
    seed = models.CharField(max_length=32, default=new_seed)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["experiment", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "number"], name="phase_number_in_experiment")
        ]

    def __str__(self) -> str:
        return f"{self.experiment}, phase {self.number}"


class PhaseVariant(models.Model):
    """The buckets of a variant in a phase: `start` ≤ bucket < `end`, of 10,000."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="ranges")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["phase", "start"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["phase", "variant"], name="phase_variant_once"),
            models.CheckConstraint(
                condition=Q(start__lt=models.F("end"), end__lte=assignment.BUCKETS),
                name="phase_variant_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.start} to {self.end}"


class Metric(models.Model):
    """What is compared between variants: a share of units, or a mean per unit."""

    class Kind(models.TextChoices):
        PROPORTION = "proportion", "share of units with the event"
        MEAN = "mean", "mean per unit of the event's values"

    class Direction(models.TextChoices):
        INCREASE = "increase", "more is better"
        DECREASE = "decrease", "less is better"

    project = models.ForeignKey(Project, models.CASCADE, related_name="metrics")
    key = models.SlugField(max_length=KEY_LENGTH, allow_unicode=True)
    name = models.CharField(max_length=80)
    event_name = models.CharField(max_length=EVENT_NAME_LENGTH)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PROPORTION)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.INCREASE)

    class Meta:
        ordering: ClassVar = ["project", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="metric_key_in_project")
        ]

    def __str__(self) -> str:
        return self.name


class ExperimentMetric(models.Model):
    """The part a metric plays in an experiment. The goal decides; a guardrail must not get worse."""

    class Role(models.TextChoices):
        GOAL = "goal"
        SECONDARY = "secondary"
        GUARDRAIL = "guardrail"

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="metrics")
    metric = models.ForeignKey(Metric, models.CASCADE, related_name="uses")
    role = models.CharField(max_length=9, choices=Role, default=Role.GOAL)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["experiment", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "metric"], name="experiment_metric_once"),
            models.UniqueConstraint(
                fields=["experiment"], condition=Q(role="goal"), name="experiment_has_one_goal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} ({self.role})"


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


class Unit(models.Model):
    """One visitor in one phase, folded from their exposures."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="units", db_index=False)
    unit_id = models.CharField(max_length=UNIT_LENGTH)
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+", db_index=False)
    first_exposure_us = models.BigIntegerField()
    # More than one: nobody can say which variant made the difference, so the unit counts for none.
    variants_seen = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["phase", "unit_id"], name="unit_in_phase")]

    def __str__(self) -> str:
        return self.unit_id


class UnitMetric(models.Model):
    """What a unit's events of one metric add up to, from its first exposure on."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="metrics", db_index=False)
    metric = models.ForeignKey(Metric, models.CASCADE, related_name="+", db_index=False)
    total = models.FloatField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "metric"], name="unit_metric_once")]

    def __str__(self) -> str:
        return f"{self.total}"


class Result(models.Model):
    """What an experiment has shown so far: state that pages read."""

    experiment = models.OneToOneField(Experiment, models.CASCADE, related_name="result")
    # Written as a whole and read as a whole, never filtered on.
    snapshot = models.JSONField(default=dict)
    # The last batch of the project's stream that is part of the snapshot.
    watermark = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)
    # Whether the end of the experiment has been taken into account.
    is_final = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.experiment}, up to batch {self.watermark}"

    def read(self) -> Snapshot:
        """Return the snapshot in its type. What an older release wrote and no longer fits reads as empty."""
        data: Any = self.snapshot
        try:
            return msgspec.convert(data, Snapshot)
        except msgspec.ValidationError:
            return NO_RESULTS
