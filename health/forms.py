"""Is this a way to check an environment?"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from health.models import Check


class CheckForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Check
        fields = ("path", "interval_s", "timeout_s", "is_enabled")
        widgets = {"path": forms.TextInput(attrs={"placeholder": "/", "autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("What to ask for on that host, such as /healthz. Empty: %(url)s itself.")
        self.fields["path"].help_text = words % {"url": self.instance.environment.url or "–"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        interval_s, timeout_s = cleaned.get("interval_s"), cleaned.get("timeout_s")
        if interval_s and timeout_s and timeout_s >= interval_s:
            self.add_error("timeout_s", _("The timeout must be shorter than the interval."))
        return cleaned
