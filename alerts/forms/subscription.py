"""Is what a person wants to be told of valid?"""

from datetime import time
from typing import Any, ClassVar

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from alerts.models import Interest, Rule, Subscription

ALL_CRITICAL = [f"{kind}:{Rule.Severity.CRITICAL}" for kind in Interest.Kind]  # what is ticked at first
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class SubscriptionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when the program runs
    """What a person wants to be told of by mail, and when."""

    cells = forms.MultipleChoiceField(
        choices=[
            (f"{kind}:{severity}", f"{kind}, {severity}")
            for kind in Interest.Kind.values
            for severity in Rule.Severity.values
        ],
        required=False,
    )
    quiet_from = forms.TimeField(label=_("From"), widget=CLOCK, required=False)
    quiet_to = forms.TimeField(label=_("Until"), widget=CLOCK, required=False)
    quiet_days = forms.MultipleChoiceField(
        label=_("On these days"),
        choices=[(str(day), name) for day, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("A night belongs to the day on which it begins."),
    )
    digest_hour = forms.TypedChoiceField(
        label=_("At"),
        coerce=int,
        choices=lambda: [(hour, time_format(time(hour), "TIME_FORMAT")) for hour in range(24)],
    )

    class Meta:
        model = Subscription
        fields: ClassVar = [
            *("has_alerts", "has_own_teams", "has_watched_teams", "has_staffed_courses", "has_quiet_hours"),
            *("quiet_from", "quiet_to", "quiet_days", "has_digest", "digest_hour"),
        ]

    def __init__(self, data: Any, *, instance: Subscription, is_staff: bool) -> None:
        cells = ALL_CRITICAL
        if instance.pk:
            cells = [f"{row.kind}:{row.severity}" for row in instance.interests.all()]
        initial = {"cells": cells, "quiet_days": list(instance.quiet_days)}
        super().__init__(data, instance=instance, initial=initial)
        if not is_staff:
            del self.fields["has_staffed_courses"]

    @property
    def matrix(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """The rows of the matrix: the kind's name, and of each cell its value, name and whether it is on."""
        chosen = self["cells"].value() or []
        severities = Rule.Severity.choices
        return [
            (
                str(label),
                [(f"{kind}:{value}", str(name), f"{kind}:{value}" in chosen) for value, name in severities],
            )
            for kind, label in Interest.Kind.choices
        ]

    def clean_cells(self) -> list[tuple[str, str]]:
        """Return the chosen kinds and severities."""
        return [
            (kind, severity)
            for kind, _, severity in (cell.partition(":") for cell in self.cleaned_data["cells"])
        ]

    def clean_quiet_days(self) -> str:
        return "".join(sorted(self.cleaned_data["quiet_days"]))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        is_told = cleaned.get("has_alerts") or cleaned.get("has_digest")
        scopes = ("has_own_teams", "has_watched_teams", "has_staffed_courses")
        if is_told and not any(cleaned.get(scope) for scope in scopes):
            self.add_error("has_own_teams", _("Choose at least one sort of teams."))
        if cleaned.get("has_alerts") and not cleaned.get("cells"):
            self.add_error("cells", _("Choose at least one sort of alerts, or switch these mails off."))
        for name in ("quiet_from", "quiet_to"):
            self._need_time(cleaned, name)
        if cleaned.get("has_quiet_hours"):
            self._check_quiet(cleaned)
        return cleaned

    def _need_time(self, cleaned: dict[str, Any], name: str) -> None:
        """An hour may be left out while no quiet is kept; the one that is stored stays."""
        if cleaned.get(name) is not None or name in self.errors:
            return
        if cleaned.get("has_quiet_hours"):
            self.add_error(name, _("Say when."))
        else:
            cleaned[name] = getattr(self.instance, name)

    def _check_quiet(self, cleaned: dict[str, Any]) -> None:
        days = cleaned.get("quiet_days")
        if not days:
            self.add_error("quiet_days", _("Choose at least one day."))
        elif len(days) == len(WEEKDAYS) and cleaned.get("quiet_from") == cleaned.get("quiet_to"):
            self.add_error("quiet_to", _("That is all day and every day. Switch the mails off instead."))
