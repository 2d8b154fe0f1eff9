"""What does one reader want to see first? The teams they watch and the views they keep."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.people import User
from courses.models.teams import Team

MAX_SAVED_VIEWS = 30


class WatchedTeam(models.Model):
    """A team on the watch list of a person."""

    user = models.ForeignKey(User, models.CASCADE, related_name="watched_teams", verbose_name=_("user"))
    team = models.ForeignKey(Team, models.CASCADE, related_name="watchers", verbose_name=_("team"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("watched team")
        verbose_name_plural = _("watched teams")
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "team"], name="watched_team_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


class SavedView(models.Model):
    """A page of this site with its filters, under a name of the reader's own."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=60)
    # Path and query of a page of this site, such as `/?course=se&state=down`.
    address = models.CharField(_("address"), max_length=500)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name
