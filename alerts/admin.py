"""How does an administrator reach every row of this app? Targets are written, never shown."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts import services
from alerts.forms import TargetForm
from alerts.models import Alert, Channel, Delivery, Rule, Watch
from courses.models import User
from courses.panel import PanelAdmin, RecordAdmin


@admin.register(Rule)
class RuleAdmin(PanelAdmin):
    list_display = ["name", "signal", "comparison", "threshold", "severity", "course", "is_enabled"]
    list_filter = ["is_enabled", "severity", "course"]
    search_fields = ["name", "signal"]
    list_select_related = ["course"]

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        services.save_rule(obj, by=cast("User", request.user), now=timezone.now())


@admin.register(Channel)
class ChannelAdmin(PanelAdmin):
    form = TargetForm
    list_display = ["name", "course", "kind", "summary", "is_enabled", "send_resolved"]
    list_filter = ["kind", "is_enabled", "course"]
    search_fields = ["name", "course__name"]
    list_select_related = ["course"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        """Channels of courses: what persons ask for is their own affair."""
        return Channel.objects.filter(owner=None)

    @admin.display(description=_("sends to"))
    def summary(self, channel: Channel) -> str:
        return channel.summary

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        services.save_channel(obj, by=cast("User", request.user), now=timezone.now())


@admin.register(Alert)
class AlertAdmin(RecordAdmin):
    list_display = ["title", "state", "rule", "project", "pending_since", "acknowledged_by"]
    list_filter = ["state", "rule", "project__team__course"]
    search_fields = ["title", "subject", "project__name", "project__team__name"]
    list_select_related = ["rule", "project", "acknowledged_by"]


@admin.register(Watch)
class WatchAdmin(RecordAdmin):
    list_display = ["rule", "subject", "project", "last_observed_at"]
    list_filter = ["rule"]
    search_fields = ["subject", "project__name"]
    list_select_related = ["rule", "project"]


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    list_display = [
        "created_at",
        "channel",
        "alert",
        "transition",
        "state",
        "attempts",
        "last_error",
    ]
    list_filter = ["state", "transition", "channel__course"]
    search_fields = ["alert__title", "channel__name", "dedupe_key"]
    list_select_related = ["channel__owner", "alert"]
