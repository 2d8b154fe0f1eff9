"""What is wrong, since when, and who has taken it on?"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts import wording
from alerts.models.rules import Rule
from alerts.rules import State
from courses.models import Project, User
from courses.states import WORDS

ORDER = (State.FIRING, State.PENDING, State.RESOLVED)
# The smaller the more urgent: the state decides, then whether somebody took it on, then the severity.
URGENCY = (
    Case(*(When(state=state, then=Value(rank * 6)) for rank, state in enumerate(ORDER)))
    + Case(When(acknowledged_at=None, then=0), default=3)
    + Case(When(rule__severity="critical", then=0), When(rule__severity="warning", then=1), default=2)
)


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: User) -> AlertQuerySet:
        if user.is_superuser:
            return self
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> AlertQuerySet:
        if user.is_superuser:
            return self
        return self.filter(project__in=Project.objects.editable_by(user).values("pk"))

    def still_open(self) -> AlertQuerySet:
        return self.exclude(state=State.RESOLVED)

    def urgent_first(self) -> AlertQuerySet:
        """Firing before pending before resolved; what nobody took on first; then severity and age."""
        return self.order_by(URGENCY, F("pending_since").desc(), F("pk").desc())


class Alert(models.Model):
    """Something wrong with one subject, by one rule, from its first sign until it is over."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="alerts", verbose_name=_("rule"))
    subject = models.CharField(_("subject"), max_length=120)
    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts", verbose_name=_("project"))
    state = models.CharField(
        _("state"), max_length=8, choices=[(state.value, state.value) for state in State]
    )
    bad_count = models.PositiveIntegerField(_("bad count"), default=0)
    good_count = models.PositiveIntegerField(_("good count"), default=0)
    last_value = models.FloatField(_("last value"), null=True)
    last_observed_at = models.DateTimeField(_("last observed at"))
    title = models.CharField(_("title"), max_length=200)
    detail = models.TextField(_("detail"), blank=True, max_length=2000)
    path = models.CharField(_("path"), max_length=200, blank=True)
    pending_since = models.DateTimeField(_("pending since"))
    fired_at = models.DateTimeField(_("fired at"), null=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)
    acknowledged_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("acknowledged by")
    )
    acknowledged_note = models.CharField(_("acknowledged note"), max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "subject"], condition=~Q(state="resolved"), name="alert_open_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "state"]),
            models.Index(fields=["state", "-pending_since"]),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("alerts:alert_detail", args=[self.pk])

    @property
    def span(self) -> timedelta:
        """How long it lasted, or has lasted as far as is known."""
        return (self.resolved_at or self.last_observed_at) - self.pending_since

    @property
    def tone(self) -> str:
        return wording.tone_of(self.state, self.rule.severity)

    @property
    def state_words(self) -> str:
        """What stands beside its shape: while it fires its severity."""
        is_firing = self.state == State.FIRING
        return str(self.rule.get_severity_display() if is_firing else WORDS[self.state])

    @property
    def words(self) -> str:
        """What is wrong, or was."""
        return wording.title_of(self.title, is_over=self.state == State.RESOLVED)

    @property
    def has_address(self) -> bool:
        """Whether all that is known besides is an address of the web."""
        return self.detail.lower().startswith(("https://", "http://")) and len(self.detail.split()) == 1

    @property
    def last_reading(self) -> str:
        """What was measured last, in words."""
        return wording.reading(self.rule.condition, self.rule.signal, self.last_value)
