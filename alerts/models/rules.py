"""What is watched, and how far has it been judged?"""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts import wording
from alerts.rules import YES_OR_NO, Comparison, Condition, State
from courses.models import Course, Project, User

IN_A_ROW = [MinValueValidator(1), MaxValueValidator(100)]
ONE_OR_ZERO = _(
    "This signal is 1 where it is bad and 0 where it is good: the comparison has to be “at least” "
    "and the threshold above 0 and at most 1."
)


class RuleQuerySet(models.QuerySet["Rule"]):
    def visible_to(self, user: User) -> RuleQuerySet:
        """The rules of every course, and those of the courses `user` takes part in."""
        return self.filter(Q(course=None) | Q(course__in=Course.objects.visible_to(user).values("pk")))

    def editable_by(self, user: User) -> RuleQuerySet:
        """The rules of the courses `user` lectures; those of every course are for administrators."""
        if user.is_superuser:
            return self
        return self.filter(course__in=Course.objects.editable_by(user).values("pk"))


class Rule(models.Model):
    """When a signal becomes an alert."""

    class Severity(models.TextChoices):
        INFO = "info", _("Info")
        WARNING = "warning", _("Warning")
        CRITICAL = "critical", _("Critical")

    course = models.ForeignKey(
        Course,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="alert_rules",
        help_text=_("Empty: every course."),
        verbose_name=_("course"),
    )
    name = models.CharField(_("name"), max_length=80)
    signal = models.CharField(_("signal"), max_length=80, db_index=True)
    comparison = models.CharField(
        _("comparison"),
        max_length=8,
        choices=[(Comparison.AT_LEAST.value, _("at least")), (Comparison.AT_MOST.value, _("at most"))],
    )
    threshold = models.FloatField(_("threshold"))
    bad_in_a_row = models.PositiveSmallIntegerField(
        _("bad values in a row to fire"), default=1, validators=IN_A_ROW
    )
    good_in_a_row = models.PositiveSmallIntegerField(
        _("good values in a row to resolve"), default=1, validators=IN_A_ROW
    )
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, default=Severity.WARNING)
    is_enabled = models.BooleanField(_("switched on"), default=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a condition under which all that is well would fire."""
        if not self.is_yes_or_no or self.threshold is None:
            return
        if self.comparison != Comparison.AT_LEAST or not 0 < self.threshold <= 1:
            raise ValidationError(ONE_OR_ZERO)

    @property
    def is_yes_or_no(self) -> bool:
        """Whether the signal has no figure: it is 1 where it is bad and 0 where it is good."""
        return self.signal in YES_OR_NO

    @property
    def condition(self) -> Condition:
        """The part of the rule that decides."""
        return Condition(Comparison(self.comparison), self.threshold, self.bad_in_a_row, self.good_in_a_row)

    @property
    def tone(self) -> str:
        """The tone of what it finds."""
        return wording.tone_of(State.FIRING, self.severity)

    @property
    def fires_when(self) -> str:
        """The condition in words."""
        return wording.fires_when(self.condition, self.signal)


class Watch(models.Model):
    """How far a rule has judged a subject: what is not newer was seen already.

    Its row is also the lock under which the alert of that rule and subject moves.
    """

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="watches", verbose_name=_("rule"))
    subject = models.CharField(_("subject"), max_length=120)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+", verbose_name=_("project"))
    last_observed_at = models.DateTimeField(_("last observed at"), null=True)

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "subject"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} · {self.subject}"
