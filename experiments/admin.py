"""Where do administrators look things up? Plans and results are read here and changed on the pages."""

from django.contrib import admin
from django.http import HttpRequest

from courses.panel import PanelAdmin, RecordAdmin
from experiments import models


@admin.register(models.Experiment)
class ExperimentAdmin(PanelAdmin):
    list_display = ["name", "key", "project", "state", "created_at"]
    list_filter = ["state", "project__team__course"]
    list_select_related = ["project"]
    search_fields = ["name", "key", "project__name", "project__team__name"]
    readonly_fields = [
        "project",
        "key",
        "planned_end_at",
        "planned_units",
        "state",
        "version",
        "created_at",
        "created_by",
    ]
    fields = ["name", "hypothesis", *readonly_fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(models.Variant)
class VariantAdmin(RecordAdmin):
    list_display = ["name", "key", "experiment", "weight", "position"]
    list_filter = ["experiment__state"]
    list_select_related = ["experiment"]
    search_fields = ["name", "key", "experiment__name"]


@admin.register(models.Phase)
class PhaseAdmin(RecordAdmin):
    list_display = ["experiment", "number", "started_at", "stopped_at"]
    list_filter = ["started_at"]
    list_select_related = ["experiment"]
    search_fields = ["experiment__name"]


@admin.register(models.PhaseVariant)
class PhaseVariantAdmin(RecordAdmin):
    list_display = ["phase", "variant", "start", "end"]
    list_filter = ["phase__experiment__state"]
    list_select_related = ["phase__experiment", "variant"]
    search_fields = ["variant__name", "phase__experiment__name"]


@admin.register(models.Metric)
class MetricAdmin(RecordAdmin):
    list_display = ["name", "project", "event_name", "kind", "direction"]
    list_filter = ["kind", "direction"]
    list_select_related = ["project"]
    search_fields = ["name", "event_name", "project__name"]


@admin.register(models.ExperimentMetric)
class ExperimentMetricAdmin(RecordAdmin):
    list_display = ["metric", "experiment", "role"]
    list_filter = ["role"]
    list_select_related = ["metric", "experiment"]
    search_fields = ["metric__name", "experiment__name"]


@admin.register(models.Stream)
class StreamAdmin(RecordAdmin):
    list_display = ["project", "last_batch"]
    list_filter = ["project__team__course"]
    list_select_related = ["project"]
    search_fields = ["project__name"]


@admin.register(models.Exposure)
class ExposureAdmin(RecordAdmin):
    list_display = ["event_id", "unit_id", "experiment", "variant", "batch"]
    list_filter = ["experiment__state"]
    list_select_related = ["experiment", "variant"]
    search_fields = ["=event_id", "=unit_id"]
    ordering = ["-seq"]


@admin.register(models.MetricEvent)
class MetricEventAdmin(RecordAdmin):
    list_display = ["event_id", "unit_id", "name", "value", "project", "batch"]
    list_filter = ["project__team__course"]
    list_select_related = ["project"]
    search_fields = ["=event_id", "=unit_id", "=name"]
    ordering = ["-seq"]


@admin.register(models.Unit)
class UnitAdmin(RecordAdmin):
    list_display = ["unit_id", "phase", "variant", "variants_seen"]
    list_filter = ["variants_seen"]
    list_select_related = ["phase__experiment", "variant"]
    search_fields = ["=unit_id"]


@admin.register(models.UnitMetric)
class UnitMetricAdmin(RecordAdmin):
    list_display = ["unit", "metric", "total"]
    list_filter = ["metric__kind"]
    list_select_related = ["unit", "metric"]
    search_fields = ["=unit__unit_id"]


@admin.register(models.Result)
class ResultAdmin(RecordAdmin):
    list_display = ["experiment", "watermark", "computed_at", "is_final"]
    list_filter = ["is_final"]
    list_select_related = ["experiment"]
    search_fields = ["experiment__name"]
