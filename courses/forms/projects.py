"""Is this what a project or an environment can be?"""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.addresses import is_web_address
from courses.models import Environment, Project


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields: ClassVar = ["name", "repository_path"]
        help_texts: ClassVar = {
            "repository_path": _("As on the CI server, such as group/project. May stay empty.")
        }
        error_messages: ClassVar = {
            "repository_path": {
                "invalid": _("Write the path alone, such as group/project: no https://, no .git.")
            }
        }


class _ProjectField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, project: Project) -> str:
        return f"{project.team} / {project}"


class ProjectChoiceForm(forms.Form):
    """Which project? projects: those to choose from, with their teams."""

    project = _ProjectField(
        queryset=Project.objects.none(),
        label=_("Project"),
        help_text=_("A team without a project is not listed: open the team and add its project first."),
    )

    def __init__(self, *args: Any, projects: QuerySet[Project]) -> None:
        super().__init__(*args)
        field: Any = self.fields["project"]
        field.queryset = projects


class EnvironmentForm(forms.ModelForm):  # type: ignore[type-arg]
    url = forms.URLField(
        label=_("URL"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Where it answers, such as https://team1.example.org. Checks start once it is set."),
    )

    class Meta:
        model = Environment
        fields: ClassVar = ["name", "url"]
        help_texts: ClassVar = {"name": _("Such as production or staging.")}

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not is_web_address(url):
            raise ValidationError(_("Write an http or https address without user name and password."))
        return url
