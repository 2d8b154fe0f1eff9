"""What should a list of alerts or messages show, and what is said to an alert?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alerts import queries
from alerts.models import Delivery, Rule
from courses.filters import choices_of
from courses.models import Course, User
from courses.rules.names import row_number

Text = str | Promise
STATES = {
    "open": _("open"),
    "untaken": _("not acknowledged"),
    "taken": _("acknowledged"),
    "pending": _("pending"),
    "resolved": _("resolved"),
}
GROUPS = {"team": _("by team"), "rule": _("by rule"), "none": _("not grouped")}


def named(words: Text) -> dict[str, Text]:
    """Return the attributes of a field that stands in a row without a label."""
    return {"aria-label": words}


class LenientForm(forms.Form):
    """What a list shows, read from its address. A value that is none of the choices counts as not given."""

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen of each field, empty where nothing or nothing valid was."""
        self.full_clean()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}

    def offer(self, name: str, empty: Text, rows: Sequence[tuple[Any, str]]) -> None:
        """Let `name` be chosen from `rows`. One choice is none, but not every team has the tag."""
        if len(rows) > 1 or (rows and (name == "tag" or self.data.get(name))):
            self.fields[name].choices = [("", empty), *rows]  # type: ignore[attr-defined]
        else:
            del self.fields[name]


class InboxForm(LenientForm):
    """What the inbox shows and how."""

    q = forms.CharField(
        max_length=80,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Find in alerts"), **named(_("Find in alerts"))}
        ),
    )
    severity = forms.ChoiceField(
        choices=[("", _("Any severity")), *Rule.Severity.choices],
        required=False,
        widget=forms.Select(attrs=named(_("Severity"))),
    )
    course = forms.ChoiceField(required=False, widget=forms.Select(attrs=named(_("Course"))))
    tutor = forms.ChoiceField(required=False, widget=forms.Select(attrs=named(_("Tutor"))))
    tag = forms.ChoiceField(required=False, widget=forms.Select(attrs=named(_("Tag"))))
    team = forms.ChoiceField(required=False, widget=forms.Select(attrs=named(_("Team"))))
    rule = forms.ChoiceField(required=False, widget=forms.Select(attrs=named(_("Rule"))))
    state = forms.ChoiceField(choices=STATES.items(), required=False, widget=forms.HiddenInput)
    group = forms.ChoiceField(choices=GROUPS.items(), required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.courses = list(Course.objects.visible_to(user))
        courses = [(row.slug, row.name) for row in self.courses]
        course = data.get("course")
        tutors, tags = choices_of(user, course if course in dict(courses) else "")
        teams, rules = queries.choices(
            user, team=row_number(data.get("team")), rule=row_number(data.get("rule"))
        )
        for name, empty, rows in (
            ("course", _("All courses"), courses),
            ("tutor", _("All tutors"), tutors),
            ("tag", _("All tags"), [(name, name) for name in tags]),
            ("team", _("All teams"), teams),
            ("rule", _("All rules"), rules),
        ):
            self.offer(name, empty, rows)

    def asked(self) -> queries.Filters:
        """Return the filters that the address names."""
        chosen = self.chosen()
        return queries.Filters(
            state=chosen["state"] or "open",
            severity=chosen["severity"],
            course=chosen.get("course", ""),
            tutor=row_number(chosen.get("tutor")),
            tag=chosen.get("tag", ""),
            team=row_number(chosen.get("team")),
            rule=row_number(chosen.get("rule")),
            text=chosen["q"],
            group=chosen["group"],
        )


class LogForm(LenientForm):
    """Which messages the delivery log shows."""

    channel = forms.ChoiceField(required=False, widget=forms.Select(attrs=named(_("Channel"))))
    tag = forms.ChoiceField(required=False, widget=forms.Select(attrs=named(_("Tag"))))
    state = forms.ChoiceField(
        choices=[(state, state) for state in Delivery.State.values], required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        rows = queries.channel_choices(user)
        is_many = len({course for _pk, _name, course in rows}) > 1
        names = [(pk, f"{name} · {course}" if is_many else name) for pk, name, course in rows]
        self.offer("channel", _("All channels"), names)
        self.offer("tag", _("All tags"), [(name, name) for name in choices_of(user)[1]])


class NoteForm(forms.Form):
    """What somebody says who takes care of an alert."""

    note = forms.CharField(max_length=500, required=False)
