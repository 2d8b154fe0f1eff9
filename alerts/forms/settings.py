"""Are a rule, a channel and what it sends to valid?"""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from alerts import wording
from alerts.clients.apprise import complaint
from alerts.models import Channel, Rule
from alerts.rules import Comparison
from courses.forms import course_field
from courses.models import User

ADDRESSES_AT_MOST = 20
NOWHERE = _("Send to: say where the messages go.")


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when the program runs
    class Meta:
        model = Rule
        fields: ClassVar = ["threshold", "bad_in_a_row", "good_in_a_row", "severity", "is_enabled"]
        labels: ClassVar = {
            "threshold": _("Threshold"),
            "bad_in_a_row": _("Fires after so many bad measurements in a row"),
            "good_in_a_row": _("Is over after so many good measurements in a row"),
            "severity": _("Severity"),
            "is_enabled": _("Switched on"),
        }
        help_texts: ClassVar = {
            "bad_in_a_row": _("More of them spare you alerts about what passes by itself."),
            "is_enabled": _("Switching a rule off ends its open alerts."),
        }

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

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=wording.KINDS.items(),
        help_text=_(
            "E-mail sends to up to 20 addresses. An Apprise URL names one chat room or service, such as "
            "discord://id/token or jsons://example.org/hook."
        ),
    )

    target = forms.CharField(
        label=_("Send to"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Kept encrypted and never shown again. Left empty, it stays as it is."),
    )

    class Meta:
        model = Channel
        fields: ClassVar = ["course", "name", "kind", "target", "is_enabled", "send_resolved"]
        labels: ClassVar = {
            "name": _("Name"),
            "is_enabled": _("Switched on"),
            "send_resolved": _("Also tell when it is over"),
        }

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        return "" if field_name == "target" else super().get_initial_for_field(field, field_name)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "target" in self.errors:
            return cleaned
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
            raise ValidationError(NOWHERE)
        return addresses(target) if kind == Channel.Kind.EMAIL else apprise_url(target)


class ChannelForm(TargetForm):
    """A channel in a course that `user` lectures. course: the slug of the one to begin with."""

    def __init__(self, data: Any, *, user: User, instance: Channel | None, course: str = "") -> None:
        super().__init__(data, instance=instance)
        self.fields["course"] = course_field(user, course)
        if instance is None:
            target = self.fields["target"]
            target.required, target.help_text = True, _("Kept encrypted and never shown again.")
            target.error_messages["required"] = NOWHERE


def addresses(text: str) -> str:
    """Return the addresses in `text`, one per line. Raises ValidationError naming the bad one."""
    found = list(dict.fromkeys(word for word in re.split(r"[\s,;]+", text) if word))
    if len(found) > ADDRESSES_AT_MOST:
        words = _("E-mail addresses: at most %(count)s. Use a mailing list for more.")
        raise ValidationError(words % {"count": ADDRESSES_AT_MOST})
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            words = _("E-mail addresses: “%(text)s” is none.")
            raise ValidationError(words % {"text": address[:80]}) from None
    return "\n".join(found)


def apprise_url(text: str) -> str:
    """Return `text` as an Apprise URL. Raises ValidationError saying what is wrong with it."""
    if len(text.split()) > 1:
        raise ValidationError(_("Apprise URL: give one, without spaces."))
    try:
        words = complaint(text)
    except ValueError:
        words = str(_("Apprise URL: this cannot be read as a URL."))
    if words:
        raise ValidationError(words)
    return text
