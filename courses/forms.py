"""Is this input valid?"""

import zoneinfo
from datetime import date, datetime, time
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.addresses import is_email, is_web_address
from courses.models import ApiKey, Course, Environment, Membership, Project, Team, Theme, User
from courses.rules.csvfile import MAX_BYTES, Problem, decode

LAST_DAY = date(2199, 12, 31)  # far from what dates can hold, whatever the time zone


def plain_email(email: str) -> str:
    """Return the address in small letters. Raises ValidationError if people cannot sign in with it."""
    if not is_email(email.lower()):
        raise ValidationError("Write the address with plain Latin letters.")
    return email.lower()


@cache
def time_zones() -> list[tuple[str, str]]:
    """Return the zones of the IANA database as choices."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


class CourseForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        choices=time_zones,
        help_text="Where the course is taught. Each reader sees times in the zone of their own profile.",
    )

    class Meta:
        model = Course
        fields: ClassVar = ["name", "time_zone", "has_status_page", "is_archived"]
        labels: ClassVar = {"has_status_page": _("Public status page"), "is_archived": _("Archived")}
        help_texts: ClassVar = {
            "has_status_page": _(
                "Anybody can then see, without signing in, the names of the course, its teams and their "
                "environments, which of them answer, and when they did not in the last 14 days. No people, "
                "no addresses, no details of errors."
            ),
            "is_archived": _("Members can still read everything."),
        }


class NewCourseForm(CourseForm):
    lecturer = forms.EmailField(
        label="First lecturer's e-mail address",
        max_length=254,
        required=False,
        help_text="Gets the role of a lecturer, and an account if there is none. May stay empty.",
    )

    class Meta:
        model = Course
        fields: ClassVar = ["name", "time_zone"]

    def clean_lecturer(self) -> str:
        email: str = self.cleaned_data["lecturer"]
        return plain_email(email) if email else ""


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Team
        fields: ClassVar = ["name", "is_archived"]
        labels: ClassVar = {"is_archived": "Archived"}
        help_texts: ClassVar = {"is_archived": "Its measurements stay; it leaves the lists of running teams."}


class NewTeamForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Team
        fields: ClassVar = ["name"]


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields: ClassVar = ["name", "repository_path"]
        help_texts: ClassVar = {
            "repository_path": "As on the CI server, such as group/project. May stay empty."
        }
        error_messages: ClassVar = {
            "repository_path": {
                "invalid": "Write the path alone, such as group/project: no https://, no .git."
            }
        }


class EnvironmentForm(forms.ModelForm):  # type: ignore[type-arg]
    url = forms.URLField(
        label="URL",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="Where it answers, such as https://team1.example.org. Checks start once it is set.",
    )

    class Meta:
        model = Environment
        fields: ClassVar = ["name", "url"]
        help_texts: ClassVar = {"name": "Such as production or staging."}

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not is_web_address(url):
            raise ValidationError("Write an http or https address without user name and password.")
        return url


class MemberForm(forms.Form):
    email = forms.EmailField(label="E-mail address", max_length=254)
    name = forms.CharField(max_length=150, required=False, help_text="Used when the person is new here.")
    role = forms.ChoiceField(choices=Membership.Role.choices, initial=Membership.Role.STUDENT)
    team = forms.ModelChoiceField(
        Team.objects.none(), required=False, help_text="A student needs one, a tutor may have one."
    )

    def __init__(self, data: Any = None, *, course: Course, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        team: Any = self.fields["team"]
        team.queryset = course.teams.all()

    def clean_email(self) -> str:
        return plain_email(self.cleaned_data["email"])

    def clean(self) -> None:
        role, team = self.cleaned_data.get("role"), self.cleaned_data.get("team")
        if role == Membership.Role.STUDENT and not team and "team" not in self.errors:
            self.add_error("team", "Choose the student's team.")
        if role == Membership.Role.LECTURER and team:
            self.add_error("team", "A lecturer belongs to the whole course. Leave the team empty.")


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields: ClassVar = ["name"]
        labels: ClassVar = {"name": _("Name")}
        help_texts: ClassVar = {"name": _("What others see in place of your address.")}


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
        choices=lambda: [("", _("What my browser asks for")), *settings.LANGUAGES],
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


class ThemeForm(forms.Form):
    """The quick switch between light and dark."""

    value = forms.ChoiceField(choices=Theme.choices)


class ApiKeyForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="What will use it, such as “CI job of team 3”.")
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(value, f"{value}: {label}") for value, label in ApiKey.Scope.choices],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label="Last day of use",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty: it works until it is revoked.",
    )

    def clean_expires_on(self) -> datetime | None:
        """Return the end of the day in the reader's time zone."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if not timezone.localdate() <= day <= LAST_DAY:
            raise ValidationError(f"Choose a day from today on, up to {LAST_DAY}.")
        return timezone.make_aware(datetime.combine(day, time.max))


class RosterForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), required=False, help_text=_("At most 1 MB and 5,000 lines."))
    text = forms.CharField(
        label=_("Or paste its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> None:
        """Put the roster's text into `cleaned_data["roster"]`."""
        if self.errors:
            return
        upload, text = self.cleaned_data["file"], self.cleaned_data["text"]
        if bool(upload) == bool(text.strip()):
            raise ValidationError(_("Choose a file or paste its text, one of the two."))
        data = upload.read(MAX_BYTES + 1) if upload else text.encode(errors="replace")
        roster = decode(data)
        if isinstance(roster, Problem):
            where = _("Line %(line)s:") % {"line": roster.line} if roster.line else ""
            self.add_error("file" if upload else "text", f"{where} {roster.reason} {roster.remedy}".strip())
        self.cleaned_data["roster"] = roster
