"""What do the teams build, and where does it run?"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.people import User
from courses.models.teams import Team
from courses.rules.names import REPOSITORY_PATH


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> ProjectQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> ProjectQuerySet:
        return self.filter(team__in=Team.objects.editable_by(user).values("pk"))


class Project(models.Model):
    """One repository of a team and what runs from it. Pipelines binds the path to a CI server."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="projects", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("in addresses"))
    repository_path = models.CharField(
        _("repository path"), max_length=255, blank=True, validators=[RegexValidator(REPOSITORY_PATH)]
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "slug"], name="project_slug_in_team")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dashboard:project_detail", args=[self.team.course.slug, self.team.slug, self.slug])


class EnvironmentQuerySet(models.QuerySet["Environment"]):
    def visible_to(self, user: User) -> EnvironmentQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> EnvironmentQuerySet:
        return self.filter(project__in=Project.objects.editable_by(user).values("pk"))


class Environment(models.Model):
    """A place a project runs: production, staging."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="environments", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=60, default="production")
    slug = models.SlugField(_("in addresses"), default="production")
    url = models.URLField(_("URL"), max_length=500, blank=True, validators=[URLValidator(["http", "https"])])
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = EnvironmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("environment")
        verbose_name_plural = _("environments")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "slug"], name="environment_slug_in_project")
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("health:environment_detail", args=[self.pk])
