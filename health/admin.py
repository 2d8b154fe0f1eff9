"""Where do administrators see checks, states and hosts?"""

from django.contrib import admin

from courses.panel import PanelAdmin, RecordAdmin
from health.models import Check, CheckResult, EnvironmentState, Host, HostState, Transition


@admin.register(Check)
class CheckAdmin(PanelAdmin):
    list_display = ("environment", "path", "interval_s", "timeout_s", "is_enabled", "next_due_at")
    list_filter = ("is_enabled", "environment__project__team__course")
    list_select_related = ("environment__project",)
    search_fields = ("environment__project__name", "environment__project__team__name", "environment__url")
    autocomplete_fields = ("environment",)


@admin.register(EnvironmentState)
class EnvironmentStateAdmin(RecordAdmin):
    list_display = ("environment", "status", "since", "last_checked_at", "error_kind", "detail")
    list_filter = ("status", "error_kind")
    list_select_related = ("environment__project",)
    search_fields = ("environment__project__name", "environment__url", "detail")


@admin.register(CheckResult)
class CheckResultAdmin(RecordAdmin):
    list_display = ("environment", "at", "status", "http_status", "latency_ms", "error_kind", "detail")
    list_filter = ("status", "error_kind")
    list_select_related = ("environment__project",)
    search_fields = ("environment__project__name", "detail")
    show_full_result_count = False


@admin.register(Transition)
class TransitionAdmin(RecordAdmin):
    list_display = ("environment", "at", "from_status", "to_status", "error_kind")
    list_filter = ("to_status", "error_kind")
    list_select_related = ("environment__project",)
    search_fields = ("environment__project__name",)


@admin.register(Host)
class HostAdmin(PanelAdmin):
    list_display = ("name", "course", "created_at")
    list_filter = ("course",)
    list_select_related = ("course",)
    search_fields = ("name",)


@admin.register(HostState)
class HostStateAdmin(RecordAdmin):
    list_display = ("host", "last_sampled_at", "cpu_percent", "memory_percent", "disk_percent", "load_1m")
    list_select_related = ("host",)
    list_filter = ("host__course",)
    search_fields = ("host__name",)
