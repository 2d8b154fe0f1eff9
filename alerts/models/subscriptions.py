"""What does one person want to be told of by mail, and when?"""

from __future__ import annotations

from datetime import time
from typing import ClassVar, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.hours import QuietHours
from alerts.models.channels import Channel
from alerts.models.rules import Rule
from courses.models import User

EVERY_DAY = "0123456"


class Subscription(models.Model):
    """What the owner of a personal channel asked for. All of it is off until they switch it on."""

    channel = models.OneToOneField(
        Channel, models.CASCADE, related_name="subscription", verbose_name=_("channel")
    )
    has_alerts = models.BooleanField(_("Mail me about alerts"), default=False)
    has_own_teams = models.BooleanField(_("my own teams"), default=True)
    has_watched_teams = models.BooleanField(_("teams I watch"), default=True)
    has_staffed_courses = models.BooleanField(_("every team of the courses I staff"), default=False)
    has_quiet_hours = models.BooleanField(_("Keep quiet at certain hours"), default=False)
    quiet_from = models.TimeField(_("From"), default=time(22))
    quiet_to = models.TimeField(_("Until"), default=time(7))
    # Weekdays on which the quiet hours begin, as digits; Monday is 0.
    quiet_days = models.CharField(_("On the nights or days that begin on"), max_length=7, default=EVERY_DAY)
    has_digest = models.BooleanField(_("Send me a digest every day"), default=False)
    digest_hour = models.PositiveSmallIntegerField(_("At"), default=8, validators=[MaxValueValidator(23)])
    digest_due_at = models.DateTimeField(_("digest due at"), null=True)
    # The zone `digest_due_at` was reckoned in: people move.
    digest_zone = models.CharField(_("digest zone"), max_length=64, blank=True)
    digest_told_until = models.DateTimeField(_("digest told until"), null=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes: ClassVar = [
            models.Index(fields=["digest_due_at"], condition=Q(has_digest=True), name="digest_due")
        ]

    def __str__(self) -> str:
        return str(self.channel)

    @property
    def person(self) -> User:
        """Whose wishes these are: a subscription stands on a personal channel."""
        return cast("User", self.channel.owner)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the person reads times."""
        return ZoneInfo(self.person.zone_name)

    @property
    def language(self) -> str:
        """The language in which the person is written to."""
        return self.person.language or settings.LANGUAGE_CODE

    @property
    def quiet_hours(self) -> QuietHours | None:
        """When no mail about alerts is wanted; None when it always is."""
        if not self.has_quiet_hours:
            return None
        return QuietHours(self.quiet_from, self.quiet_to, [int(day) for day in self.quiet_days], self.zone)


class Interest(models.Model):
    """One cell of the matrix: alerts of this kind and severity are asked for."""

    class Kind(models.TextChoices):
        """What a signal begins with."""

        HEALTH = "health", _("Health")
        PIPELINES = "pipelines", _("Pipelines")
        EXPERIMENTS = "experiments", _("Experiments")

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="interests", verbose_name=_("subscription")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    severity = models.CharField(_("severity"), max_length=8, choices=Rule.Severity)

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "kind", "severity"], name="interest_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.severity}"
