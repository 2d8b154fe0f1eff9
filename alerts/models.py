"""What is watched, what is wrong, and who was told?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone

from alerts.rules import Comparison, Condition, State
from courses.encryption import EncryptedTextField
from courses.models import Course, Project, User

IN_A_ROW = [MinValueValidator(1), MaxValueValidator(100)]


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
        INFO = "info"
        WARNING = "warning"
        CRITICAL = "critical"

    course = models.ForeignKey(
        Course,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="alert_rules",
        help_text="Empty: every course.",
    )
    name = models.CharField(max_length=80)
    signal = models.CharField(max_length=80, db_index=True)
    comparison = models.CharField(
        max_length=8, choices=[(Comparison.AT_LEAST.value, "at least"), (Comparison.AT_MOST.value, "at most")]
    )
    threshold = models.FloatField()
    bad_in_a_row = models.PositiveSmallIntegerField(
        "bad values in a row to fire", default=1, validators=IN_A_ROW
    )
    good_in_a_row = models.PositiveSmallIntegerField(
        "good values in a row to resolve", default=1, validators=IN_A_ROW
    )
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.WARNING)
    is_enabled = models.BooleanField("switched on", default=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def condition(self) -> Condition:
        """The part of the rule that decides."""
        return Condition(Comparison(self.comparison), self.threshold, self.bad_in_a_row, self.good_in_a_row)


class Watch(models.Model):
    """How far a rule has judged a subject: what is not newer was seen already.

    Its row is also the lock under which the alert of that rule and subject moves.
    """

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="watches")
    subject = models.CharField(max_length=120)
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    last_observed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "watches"
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "subject"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} · {self.subject}"


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

    def unacknowledged(self) -> AlertQuerySet:
        """What fires and nobody has taken on."""
        return self.filter(state=State.FIRING, acknowledged_at=None)

    def urgent_first(self) -> AlertQuerySet:
        """Firing before pending before resolved; what nobody took on first; then severity and age."""
        order = (State.FIRING, State.PENDING, State.RESOLVED)
        urgency = Case(*(When(state=state, then=Value(rank)) for rank, state in enumerate(order)))
        severity = Case(
            When(rule__severity="critical", then=0), When(rule__severity="warning", then=1), default=2
        )
        is_taken = Case(When(acknowledged_at=None, then=0), default=1)
        return self.order_by(urgency, is_taken, severity, F("pending_since").desc(), F("pk").desc())


class Alert(models.Model):
    """Something wrong with one subject, by one rule, from its first sign until it is over."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="alerts")
    subject = models.CharField(max_length=120)
    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts")
    state = models.CharField(max_length=8, choices=[(state.value, state.value) for state in State])
    bad_count = models.PositiveIntegerField(default=0)
    good_count = models.PositiveIntegerField(default=0)
    last_value = models.FloatField(null=True)
    last_observed_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True, max_length=2000)
    path = models.CharField(max_length=200, blank=True)
    pending_since = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    acknowledged_note = models.CharField(max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
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


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: User) -> ChannelQuerySet:
        return self.editable_by(user)

    def editable_by(self, user: User) -> ChannelQuerySet:
        """The channels of the courses `user` lectures."""
        if user.is_superuser:
            return self
        return self.filter(course__in=Course.objects.editable_by(user).values("pk"))


class Channel(models.Model):
    """A way to tell people of a course."""

    class Kind(models.TextChoices):
        EMAIL = "email", "e-mail"
        APPRISE = "apprise", "Apprise URL"

    course = models.ForeignKey(Course, models.CASCADE, related_name="channels")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.EMAIL)
    # Addresses, one per line, or one Apprise URL. Never shown again: see `summary`.
    target = EncryptedTextField()
    is_enabled = models.BooleanField("switched on", default=True)
    send_resolved = models.BooleanField("also tell when it is over", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["course__name", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def summary(self) -> str:
        """What may be shown of the target: how many addresses, or which kind of service."""
        if not self.target:
            return "unreadable: enter it again"
        if self.kind == self.Kind.APPRISE:
            return f"{self.target.partition('://')[0]}://…"
        count = len(self.target.split())
        return f"{count} address{'es' if count != 1 else ''}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User) -> DeliveryQuerySet:
        """What the channels of the courses `user` staffs were to send."""
        if user.is_superuser:
            return self
        return self.filter(channel__course__in=Course.objects.staffed_by(user).values("pk"))

    def unclaimed(self, now: datetime) -> DeliveryQuerySet:
        """What is due and on no worker's desk."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=now),
            state=Delivery.State.PENDING,
            next_attempt_at__lte=now,
        )

    def in_turn(self, now: datetime, *, per_channel: int) -> DeliveryQuerySet:
        """What is due, at most `per_channel` of each channel: a dead one must not fill the batch.

        That an alert is over is told after it was told that it began.
        """
        earlier = Delivery.objects.filter(
            alert=OuterRef("alert"),
            channel=OuterRef("channel"),
            transition=Delivery.Transition.FIRED,
            state=Delivery.State.PENDING,
        )
        rank = Window(RowNumber(), partition_by="channel", order_by=["next_attempt_at", "pk"])
        return (
            self.unclaimed(now)
            .exclude(Exists(earlier), transition=Delivery.Transition.RESOLVED)
            .annotate(rank=rank)
            .filter(rank__lte=per_channel)
            .order_by("next_attempt_at", "pk")
        )


class Delivery(models.Model):
    """One message for one channel: the outbox. A row stands here until it is sent or given up."""

    class Transition(models.TextChoices):
        FIRED = "fired"
        RESOLVED = "resolved"
        TEST = "test"

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        DEAD = "dead"

    # Empty for a test message.
    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="deliveries")
    transition = models.CharField(max_length=8, choices=Transition)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    # Every copy of this message carries it: the Message-ID of a mail, the Idempotency-Key of a post.
    dedupe_key = models.CharField(max_length=64, unique=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alert", "transition", "channel"], name="delivery_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["lease_token"], condition=~Q(lease_token=""), name="delivery_lease"),
            models.Index(fields=["channel", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.transition} · {self.state}"
