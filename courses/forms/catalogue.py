"""Is this what a course or a team can be?"""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.filters import taught
from courses.forms.people import plain_email
from courses.forms.zones import ZoneSelect, keep_zone, time_zones
from courses.models import Course, Team, User
from courses.rules.csvfile import shown
from courses.rules.tags import MOST, is_tag, split_tags

TAGS_TOLD = 30  # of those in use


def course_field(user: User, asked: str = "") -> forms.ModelChoiceField:  # type: ignore[type-arg]
    """Return a field for one of the courses `user` lectures. asked: the slug of the one to begin with.

    The only course there is is not asked for. The site's own and the sample are never chosen silently where
    there is another.
    """
    courses = Course.objects.editable_by(user)
    named = list(courses.filter(slug=asked)) if asked else []
    some = named or list(courses[:4])
    field = forms.ModelChoiceField(courses, label=_("Course"), empty_label=_("Choose a course"))
    likely = taught(some) if len(some) > 1 else some
    if len(likely) == 1:
        field.initial = likely[0].pk
    if len(some) == 1 and not named:
        field.widget = forms.HiddenInput()
    return field


class CourseForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        widget=ZoneSelect,
        help_text=_("Where the course is taught. Each reader sees times in the zone of their own profile."),
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

    def __init__(self, data: Any = None, *, instance: Course | None = None, initial: Any = None) -> None:
        super().__init__(data, instance=instance, initial=initial)
        keep_zone(self, self.get_initial_for_field(self.fields["time_zone"], "time_zone"))


class NewCourseForm(CourseForm):
    lecturer = forms.EmailField(
        label=_("First lecturer’s e-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("Gets the role of a lecturer, and an account if there is none. May stay empty."),
    )

    class Meta:
        model = Course
        fields: ClassVar = ["name", "time_zone"]

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, initial={"time_zone": user.time_zone or timezone.get_current_timezone_name()})
        if not self.is_bound and not user.time_zone:
            # Where the reader chose none either, their browser's is the best guess.
            self.fields["time_zone"].widget.attrs["data-zone-preset"] = ""

    def clean_lecturer(self) -> str:
        email: str = self.cleaned_data["lecturer"]
        return plain_email(email) if email else ""


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    field_order = ("name", "tags", "is_archived")
    tags = forms.CharField(
        label=_("Tags"), max_length=500, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    class Meta:
        model = Team
        fields: ClassVar = ["name", "is_archived"]
        labels: ClassVar = {"is_archived": _("Archived")}
        help_texts: ClassVar = {
            "is_archived": _("Its measurements stay; it leaves the lists of running teams.")
        }

    def __init__(self, data: Any = None, *, instance: Team, may_archive: bool) -> None:
        tags = ", ".join(instance.tags.values_list("name", flat=True)) if instance.pk else ""
        super().__init__(data, instance=instance, initial={"tags": tags})
        words = gettext("Words to find the team by, separated by commas. Students do not see them.")
        tags_in_use = instance.course.tags.filter(teams__isnull=False).distinct()
        known = ", ".join(tags_in_use.values_list("name", flat=True)[:TAGS_TOLD])
        if known:
            words = f"{words} {gettext('In use: %(tags)s.') % {'tags': known}}"
        self.fields["tags"].help_text = words
        if not may_archive:
            del self.fields["is_archived"]

    def clean_tags(self) -> list[str]:
        names = split_tags(self.cleaned_data["tags"])
        for name in names:
            if not is_tag(name):
                words = gettext("“%(name)s” is longer than 40 characters or not readable. Shorten it.")
                raise ValidationError(words % {"name": shown(name)})
        if len(names) > MOST:
            raise ValidationError(gettext("These are more than 10 tags. Keep the ones you filter by."))
        return names


class TeamNoteForm(forms.Form):
    """What somebody of the staff writes onto a team's timeline."""

    text = forms.CharField(max_length=500)
