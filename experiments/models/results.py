"""What do the raw events add up to? All of it may be thrown away and built again."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

from experiments.models.experiments import Experiment, Phase, Variant
from experiments.models.metrics import Metric
from experiments.rules.items import UNIT_LENGTH
from experiments.rules.results import NO_RESULTS, Snapshot


class Unit(models.Model):
    """One visitor in one phase, folded from their exposures."""

    phase = models.ForeignKey(
        Phase, models.CASCADE, related_name="units", db_index=False, verbose_name=_("phase")
    )
    unit_id = models.CharField(_("unit id"), max_length=UNIT_LENGTH)
    variant = models.ForeignKey(
        Variant, models.CASCADE, related_name="+", db_index=False, verbose_name=_("variant")
    )
    first_exposure_us = models.BigIntegerField(_("first exposure us"))
    # More than one: nobody can say which variant made the difference, so the unit counts for none.
    variants_seen = models.PositiveSmallIntegerField(_("variants seen"))

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints: ClassVar = [models.UniqueConstraint(fields=["phase", "unit_id"], name="unit_in_phase")]

    def __str__(self) -> str:
        return self.unit_id


class UnitMetric(models.Model):
    """What a unit's events of one metric add up to, from its first exposure on."""

    unit = models.ForeignKey(
        Unit, models.CASCADE, related_name="metrics", db_index=False, verbose_name=_("unit")
    )
    metric = models.ForeignKey(
        Metric, models.CASCADE, related_name="+", db_index=False, verbose_name=_("metric")
    )
    total = models.FloatField(_("total"))

    class Meta:
        verbose_name = _("unit metric")
        verbose_name_plural = _("unit metrics")
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "metric"], name="unit_metric_once")]

    def __str__(self) -> str:
        return f"{self.total}"


class Result(models.Model):
    """What an experiment has shown so far: state that pages read."""

    experiment = models.OneToOneField(
        Experiment, models.CASCADE, related_name="result", verbose_name=_("experiment")
    )
    # Written as a whole and read as a whole, never filtered on.
    snapshot = models.JSONField(_("snapshot"), default=dict)
    # The last batch of the project's stream that is part of the snapshot.
    watermark = models.BigIntegerField(_("watermark"), default=0)
    computed_at = models.DateTimeField(_("computed at"), null=True)
    # Whether the end of the experiment has been taken into account.
    is_final = models.BooleanField(_("is final"), default=False)
    # What the snapshot says of the split, for lists that show such experiments first.
    is_split_off = models.BooleanField(_("is split off"), default=False)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")

    def __str__(self) -> str:
        return f"{self.experiment}, up to batch {self.watermark}"

    def read(self) -> Snapshot:
        """Return the snapshot in its type. What an older release wrote and no longer fits reads as empty."""
        data: Any = self.snapshot
        try:
            return msgspec.convert(data, Snapshot)
        except msgspec.ValidationError:
            return NO_RESULTS
