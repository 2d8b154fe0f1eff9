"""What happened, to what, when and by whom?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.people import User
from courses.models.projects import Environment, Project
from courses.models.teams import Course, Team


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User) -> EventQuerySet:
        """What happened to the teams `user` may see; course-wide entries are for staff."""
        if user.is_superuser:
            return self
        return self.filter(
            Q(team__in=Team.objects.visible_to(user).values("pk"))
            | Q(team=None, course__in=Course.objects.staffed_by(user).values("pk"))
        )

    def editable_by(self, user: User) -> EventQuerySet:
        """Nothing: the timeline is append-only, for administrators too."""
        return self.none()

    def latest_first(self) -> EventQuerySet:
        return self.order_by("-at", "-pk")


class Event(models.Model):
    """One entry of the timeline: what happened, to what, when, by whom. Append-only."""

    class Kind(models.TextChoices):
        DEPLOYMENT = "deployment", _("Deployment")
        PIPELINE = "pipeline", _("Pipeline")
        INCIDENT = "incident", _("Incident")
        ALERT = "alert", _("Alert")
        EXPERIMENT = "experiment", _("Experiment")
        SETTINGS = "settings", _("Settings")
        IMPORT = "import", _("Import")
        NOTE = "note", _("Note")

    class Tone(models.TextChoices):
        GOOD = "good", _("Good")
        BAD = "bad", _("Bad")
        WARN = "warn", _("Warning")
        BUSY = "busy", _("Worth knowing")
        NEUTRAL = "neutral", _("Neutral")

    course = models.ForeignKey(Course, models.CASCADE, related_name="events", verbose_name=_("course"))
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="events", verbose_name=_("team"))
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, related_name="events", verbose_name=_("project")
    )
    environment = models.ForeignKey(
        Environment, models.CASCADE, null=True, related_name="events", verbose_name=_("environment")
    )
    at = models.DateTimeField(_("at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    tone = models.CharField(_("tone"), max_length=7, choices=Tone, default=Tone.NEUTRAL)
    title = models.CharField(_("what happened"), max_length=200)
    detail = models.TextField(_("details"), blank=True, max_length=2000)
    url = models.CharField(_("link"), max_length=500, blank=True)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    # What tells this entry from its own repetition; empty for entries people write.
    dedupe_key = models.CharField(_("dedupe key"), max_length=120, null=True, unique=True)  # noqa: DJ001

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["course", "-at"]),
            models.Index(fields=["team", "-at"]),
            models.Index(fields=["project", "-at"]),
            models.Index(fields=["environment", "-at"]),
        ]

    def __str__(self) -> str:
        return self.title
