"""Is this input valid?"""

import re
from datetime import time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from alerts.clients.apprise import complaint
from alerts.models import Channel, Delivery, Interest, Rule, Subscription
from alerts.rules import Comparison, State
from courses.models import Course, User

ADDRESSES_AT_MOST = 20
STATES = [
    ("open", "open"),
    *((state.value, state.value) for state in (State.FIRING, State.PENDING, State.RESOLVED)),
]


ALL_CRITICAL = [f"{kind}:{Rule.Severity.CRITICAL}" for kind in Interest.Kind]  # what is ticked at first
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class InboxForm(forms.Form):
    """What the inbox shows. A value that is none of the choices counts as not given."""

    state = forms.ChoiceField(choices=STATES, required=False)
    severity = forms.ChoiceField(choices=[("", "Any severity"), *Rule.Severity.choices], required=False)
    course = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        courses = Course.objects.visible_to(user).values_list("slug", "name")
        self.fields["course"].choices = [("", "All courses"), *courses]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Return what was chosen of each field, empty where nothing or nothing valid was."""
        self.full_clean()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class LogForm(forms.Form):
    """Which messages the delivery log shows."""

    state = forms.ChoiceField(choices=[("", "all"), *Delivery.State.choices], required=False)


class NoteForm(forms.Form):
    """What somebody says who takes care of an alert."""

    note = forms.CharField(label="Note for the team (optional)", max_length=500, required=False)


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when the program runs
    class Meta:
        model = Rule
        fields: ClassVar = ["threshold", "bad_in_a_row", "good_in_a_row", "severity", "is_enabled"]

    def __init__(self, data: Any = None, *, instance: Rule) -> None:
        super().__init__(data, instance=instance)
        if instance.is_yes_or_no:
            del self.fields["threshold"]

    def clean(self) -> dict[str, Any]:
        if self.instance.is_yes_or_no:
            # There is nothing to choose; a rule stored with other figures is put right.
            self.instance.comparison, self.instance.threshold = Comparison.AT_LEAST.value, 1.0
        return super().clean() or {}


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when the program runs
    """A channel. What it sends to is never shown again; left empty it stays as it is."""

    target = forms.CharField(
        label="Send to",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text="E-mail: up to 20 addresses. Apprise: one URL, such as jsons://example.org/hook or "
        "discord://id/token. Kept encrypted and never shown again; left empty, it stays as it is.",
    )

    class Meta:
        model = Channel
        fields: ClassVar = ["course", "name", "kind", "target", "is_enabled", "send_resolved"]

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        return "" if field_name == "target" else super().get_initial_for_field(field, field_name)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            cleaned["target"] = self._target(cleaned.get("kind", ""), cleaned.get("target", ""))
        except ValidationError as error:
            self.add_error("target", error)
        return cleaned

    def _target(self, kind: str, target: str) -> str:
        kept = str(self.instance.target)
        if not target and kept and kind == self.instance.kind:
            return kept
        if not target:
            raise ValidationError("Send to: say where the messages go.")
        return addresses(target) if kind == Channel.Kind.EMAIL else apprise_url(target)


class ChannelForm(TargetForm):
    """A channel in a course that `user` lectures."""

    def __init__(self, data: Any, *, user: User, instance: Channel | None) -> None:
        super().__init__(data, instance=instance)
        courses = Course.objects.editable_by(user)
        field = forms.ModelChoiceField(courses)
        if len(courses[:2]) == 1:
            field.empty_label = None  # the only one is chosen
        self.fields["course"] = field


def addresses(text: str) -> str:
    """Return the addresses in `text`, one per line. Raises ValidationError naming the bad one."""
    found = list(dict.fromkeys(word for word in re.split(r"[\s,;]+", text) if word))
    if len(found) > ADDRESSES_AT_MOST:
        raise ValidationError(f"E-mail addresses: at most {ADDRESSES_AT_MOST}. Use a mailing list for more.")
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError(f"E-mail addresses: “{address[:80]}” is none.") from None
    return "\n".join(found)


def apprise_url(text: str) -> str:
    """Return `text` as an Apprise URL. Raises ValidationError saying what is wrong with it."""
    if len(text.split()) > 1:
        raise ValidationError("Apprise URL: give one, without spaces.")
    try:
        words = complaint(text)
    except ValueError:
        words = "Apprise URL: this cannot be read as a URL."
    if words:
        raise ValidationError(words)
    return text


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
    quiet_from = forms.TimeField(label=_("From"), widget=CLOCK)
    quiet_to = forms.TimeField(label=_("Until"), widget=CLOCK)
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
        if cleaned.get("has_quiet_hours"):
            self._check_quiet(cleaned)
        return cleaned

    def _check_quiet(self, cleaned: dict[str, Any]) -> None:
        days = cleaned.get("quiet_days")
        if not days:
            self.add_error("quiet_days", _("Choose at least one day."))
        elif len(days) == len(WEEKDAYS) and cleaned.get("quiet_from") == cleaned.get("quiet_to"):
            self.add_error("quiet_to", _("That is all day and every day. Switch the mails off instead."))
