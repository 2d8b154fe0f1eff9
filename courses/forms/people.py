"""Is this what a person can be, and how they can read?"""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.addresses import is_email
from courses.forms.zones import keep_zone, time_zones
from courses.models import Course, Membership, Team, Theme, User


def plain_email(email: str) -> str:
    """Return the address in small letters. Raises ValidationError if people cannot sign in with it."""
    if not is_email(email.lower()):
        raise ValidationError(_("Write the address with plain Latin letters."))
    return email.lower()


EXAMPLE = datetime(2026, 11, 23, 14, 5)  # noqa: DTZ001 - of no zone: it shows how times are written


class MemberForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Used when the person is new here."),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.STUDENT
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        label=_("Team"),
        required=False,
        empty_label=_("No team"),
        help_text=_("A student needs one, a tutor may have one."),
    )

    def __init__(self, data: Any = None, *, course: Course, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        team: Any = self.fields["team"]
        team.queryset = course.teams.all()
        if course.is_sample:
            self.fields["email"].help_text = _(
                "This course is made up, the account is not: it stays when the sample course is removed."
            )

    def clean_email(self) -> str:
        return plain_email(self.cleaned_data["email"])

    def clean(self) -> None:
        role, team = self.cleaned_data.get("role"), self.cleaned_data.get("team")
        if role == Membership.Role.STUDENT and not team and "team" not in self.errors:
            self.add_error("team", _("Choose the student’s team."))
        if role == Membership.Role.LECTURER and team:
            self.add_error("team", _("A lecturer belongs to the whole course. Leave the team empty."))


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields: ClassVar = ["name"]
        labels: ClassVar = {"name": _("Name")}
        widgets: ClassVar = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        help_texts: ClassVar = {"name": _("What others see in place of your address.")}


def _languages() -> list[tuple[str, str]]:
    """Return the languages of this site, each with a date and a time as it writes them."""
    found = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            found.append((code, f"{name}: {date_format(EXAMPLE, 'DATETIME_FORMAT')}"))
    return found


class ReadingForm(forms.ModelForm):  # type: ignore[type-arg]
    """How the pages and mails of this site are shown to one reader."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [("", _("The site's time zone")), *time_zones()],
        required=False,
        help_text=_("Times on all pages and in your mails are shown in it."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: [("", _("What my browser asks for")), *_languages()],
        required=False,
    )
    theme = forms.ChoiceField(
        label=_("Light or dark"), choices=Theme.choices, widget=forms.RadioSelect, initial=Theme.AUTO
    )

    class Meta:
        model = User
        fields: ClassVar = ["time_zone", "language", "theme", "has_shortcuts"]
        labels: ClassVar = {"has_shortcuts": _("Single keys are shortcuts")}
        help_texts: ClassVar = {
            "has_shortcuts": _(
                "Such as j and k in lists. Switch them off if you speak or dictate to the browser."
            )
        }

    def __init__(self, data: Any = None, *, instance: User) -> None:
        super().__init__(data, instance=instance)
        if instance.zone_of_courses:
            same = gettext("As in my courses (%(zone)s)") % {"zone": instance.zone_of_courses}
            field: Any = self.fields["time_zone"]
            field.choices = [("", same), *time_zones()]
        keep_zone(self, instance.time_zone)


class ThemeForm(forms.Form):
    """The quick switch between light and dark."""

    value = forms.ChoiceField(choices=Theme.choices)
