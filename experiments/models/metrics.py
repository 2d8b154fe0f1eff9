"""What is compared between variants, and what part does it play?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import Project
from experiments.models.experiments import Experiment
from experiments.rules.items import EVENT_NAME_LENGTH, KEY_LENGTH


class Metric(models.Model):
    """What is compared between variants: a share of units, or a mean per unit."""

    class Kind(models.TextChoices):
        PROPORTION = "proportion", _("share of units with the event")
        MEAN = "mean", _("mean per unit of the event's values")

    class Direction(models.TextChoices):
        INCREASE = "increase", _("more is better")
        DECREASE = "decrease", _("less is better")

    project = models.ForeignKey(Project, models.CASCADE, related_name="metrics", verbose_name=_("project"))
    key = models.SlugField(_("key"), max_length=KEY_LENGTH, allow_unicode=True)
    name = models.CharField(_("name"), max_length=80)
    event_name = models.CharField(_("event name"), max_length=EVENT_NAME_LENGTH)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PROPORTION)
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.INCREASE)

    class Meta:
        verbose_name = _("metric")
        verbose_name_plural = _("metrics")
        ordering: ClassVar = ["project", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="metric_key_in_project")
        ]

    def __str__(self) -> str:
        return self.name


class ExperimentMetric(models.Model):
    """The part a metric plays in an experiment. The goal decides; a guardrail must not get worse."""

    class Role(models.TextChoices):
        GOAL = "goal", _("Goal")
        SECONDARY = "secondary", _("Secondary")
        GUARDRAIL = "guardrail", _("Guardrail")

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="metrics", verbose_name=_("experiment")
    )
    metric = models.ForeignKey(Metric, models.CASCADE, related_name="uses", verbose_name=_("metric"))
    role = models.CharField(_("role"), max_length=9, choices=Role, default=Role.GOAL)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("experiment metric")
        verbose_name_plural = _("experiment metrics")
        ordering: ClassVar = ["experiment", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "metric"], name="experiment_metric_once"),
            models.UniqueConstraint(
                fields=["experiment"], condition=Q(role="goal"), name="experiment_has_one_goal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} ({self.role})"
