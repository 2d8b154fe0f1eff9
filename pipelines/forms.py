"""Are the settings of a CI server valid?"""

from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.forms import course_field
from courses.models import User
from pipelines.models import CIServer

ABOUT_TOKEN = _("A group or project access token with the scope read_api and the role Reporter.")
HISTORY_USUAL = timedelta(days=90)
HISTORY_MOST = timedelta(days=730)
KEPT_TOKEN = _("With the scope read_api and the role Reporter. Leave it empty to keep the stored one.")


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A server's address and the token for it, which goes in and never comes out."""

    token = forms.RegexField(
        r"^[\x21-\x7e]+\Z",
        label=_("Token"),
        max_length=400,
        strip=True,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": _("A token has no spaces and no special characters.")},
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, initial: Any = None, instance: CIServer | None = None
    ) -> None:
        super().__init__(data, files, initial=initial, instance=instance)
        self.old_url = self.instance.base_url
        self.fields["token"].required = self.instance.pk is None
        self.fields["token"].help_text = ABOUT_TOKEN if self.instance.pk is None else KEPT_TOKEN

    def clean_base_url(self) -> str:
        url: str = self.cleaned_data["base_url"].rstrip("/")
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise forms.ValidationError(_("Enter the address alone, without user, password, ? or #."))
        return url

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_moved = self.old_url and _origin(data.get("base_url", "")) != _origin(self.old_url)
        if is_moved and "base_url" in data and not data.get("token") and "token" not in self.errors:
            # Else whoever edits the address could have the stored token sent to a server of their own.
            self.add_error("token", _("The address names another server: enter the token for it."))
        return data


class ServerForm(TokenForm):
    """The settings a lecturer may change; the course is chosen once."""

    class Meta:
        model = CIServer
        fields: ClassVar = ["course", "name", "base_url", "poll_interval_s", "is_enabled"]
        help_texts: ClassVar = {
            "base_url": _("Where you sign in to GitLab, such as https://gitlab.example.org"),
            "poll_interval_s": _("From 10. One poll of 50 repositories is one request."),
        }
        labels: ClassVar = {"name": _("Name")}

    field_order = ["course", "name", "base_url", "token", "poll_interval_s", "is_enabled"]

    def __init__(
        self, data: Any = None, *, user: User, instance: CIServer | None = None, course: str = ""
    ) -> None:
        super().__init__(data, instance=instance)
        if instance is None:
            self.fields["course"] = course_field(user, course)
        else:
            del self.fields["course"]


class HistoryForm(forms.Form):
    """How far back the pipelines are to be read."""

    since = forms.DateField(
        label=_("Back to"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("At most two years."),
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.first, self.last = today - HISTORY_MOST, today - timedelta(days=1)
        since = self.fields["since"]
        since.initial = today - HISTORY_USUAL
        since.widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat()}

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        if not self.first <= since <= self.last:
            raise forms.ValidationError(_("Choose a day of the last two years, before today."))
        return since


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
