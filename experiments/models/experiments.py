"""What is tried, in which variants, and how are units spread over them?"""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from courses.models import Project, User
from experiments.rules import assignment
from experiments.rules.horizon import Horizon, horizon_of
from experiments.rules.items import KEY_LENGTH, to_us
from experiments.rules.results import NO_RESULTS, Snapshot
from experiments.rules.verdict import decide
from experiments.wording import Told, tell


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

    Its plan (variants, weights, metrics, planned end) may change until the start and never after.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="experiments", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=120)
    key = models.SlugField(
        _("key"),
        max_length=KEY_LENGTH,
        help_text=_("What the app asks for. Letters, digits, hyphens and underscores."),
    )
    hypothesis = models.TextField(
        _("hypothesis"),
        max_length=2000,
        blank=True,
        help_text=_("What you expect to change, for whom, and why."),
    )
    planned_end_at = models.DateTimeField(_("planned end"), null=True, blank=True, editable=False)
    planned_units = models.PositiveIntegerField(
        _("planned units in each variant"), null=True, blank=True, editable=False
    )
    # Also the end of its phase; here, so that a list need not read the phases.
    stopped_at = models.DateTimeField(_("stopped at"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.DRAFT, editable=False)
    # Grows with every change, so that a process sees by one number whether it is out of date.
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("created by")
    )

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "key"],
                name="experiment_key_in_project",
                violation_error_message=_("This project has an experiment with this key."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("experiments:experiment_detail", args=[self.pk])

    @cached_property
    def snapshot(self) -> Snapshot:
        """What the last analysis found when this row was read, or an empty snapshot."""
        result = getattr(self, "result", None)
        return result.read() if result else NO_RESULTS

    @property
    def horizon(self) -> Horizon:
        """What is left until the planned end; of one that was stopped, what was left then."""
        end_us = to_us(self.planned_end_at) if self.planned_end_at else None
        now_us = to_us(self.stopped_at or timezone.now())
        return horizon_of(end_us, self.planned_units, self.snapshot, now_us=now_us)

    @property
    def verdict(self) -> Told:
        """What the results mean, in words."""
        return tell(decide(self.state, self.snapshot, self.horizon), self.snapshot)


class Variant(models.Model):
    """One of the things a unit may see. The first is the control."""

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="variants", verbose_name=_("experiment")
    )
    key = models.SlugField(_("key"), max_length=KEY_LENGTH)
    name = models.CharField(_("name"), max_length=120)
    weight = models.PositiveIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    value = models.JSONField(_("value"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
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

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="phases", verbose_name=_("experiment")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    # Part of the hash: a renamed experiment keeps its assignment, and no two share one.
    seed = models.CharField(_("seed"), max_length=32, default=new_seed)
    started_at = models.DateTimeField(_("started at"))
    stopped_at = models.DateTimeField(_("stopped at"), null=True)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering: ClassVar = ["experiment", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "number"], name="phase_number_in_experiment")
        ]

    def __str__(self) -> str:
        return f"{self.experiment}, phase {self.number}"


class PhaseVariant(models.Model):
    """The buckets of a variant in a phase: `start` ≤ bucket < `end`, of 10,000."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="ranges", verbose_name=_("phase"))
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+", verbose_name=_("variant"))
    start = models.PositiveSmallIntegerField(_("start"))
    end = models.PositiveSmallIntegerField(_("end"))

    class Meta:
        verbose_name = _("phase variant")
        verbose_name_plural = _("phase variants")
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
