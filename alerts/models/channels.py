"""Who is told in which way, and what has been sent?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alerts.models.alerts import Alert
from courses.encryption import EncryptedTextField
from courses.models import Course, User

NAME_TAKEN = "Name: this course has a channel of this name. Choose another."


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: User) -> ChannelQuerySet:
        return self.editable_by(user)

    def editable_by(self, user: User) -> ChannelQuerySet:
        """The channels of the courses `user` lectures; those of persons are their own affair."""
        if user.is_superuser:
            return self.filter(owner=None)
        return self.filter(course__in=Course.objects.editable_by(user).values("pk"))


class Channel(models.Model):
    """A way to tell people: of a course, or one person, whose mail goes to the address they sign in with."""

    class Kind(models.TextChoices):
        EMAIL = "email", "e-mail"
        APPRISE = "apprise", "Apprise URL"

    course = models.ForeignKey(
        Course, models.CASCADE, null=True, related_name="channels", verbose_name=_("course")
    )
    owner = models.OneToOneField(
        User, models.CASCADE, null=True, editable=False, related_name="mail_channel", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.EMAIL)
    # Addresses, one per line, or one Apprise URL. Never shown again: see `summary`.
    target = EncryptedTextField(_("target"))
    is_enabled = models.BooleanField(_("switched on"), default=True)
    send_resolved = models.BooleanField(_("also tell when it is over"), default=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering: ClassVar = ["course__name", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course", "name"], name="channel_name_in_course", violation_error_message=NAME_TAKEN
            ),
            models.CheckConstraint(
                condition=Q(course__isnull=True) ^ Q(owner__isnull=True), name="channel_of_course_or_person"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.owner)

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
            return self.filter(channel__owner=None)
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
        FIRED = "fired", _("Fired")
        RESOLVED = "resolved", _("Resolved")
        TEST = "test", _("Test")
        DIGEST = "digest", _("Digest")

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Dead")
        # Nobody wants it any more, or may have it: to a person only.
        DROPPED = "dropped", _("Dropped")

    # Empty for a test message and a digest.
    alert = models.ForeignKey(
        Alert, models.CASCADE, null=True, related_name="deliveries", verbose_name=_("alert")
    )
    transition = models.CharField(_("transition"), max_length=8, choices=Transition)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries", verbose_name=_("channel"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"))
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    leased_until = models.DateTimeField(_("leased until"), null=True)
    lease_token = models.CharField(_("lease token"), max_length=32, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    # The end of the quiet hours that it fell into; patience with failures begins there.
    held_until = models.DateTimeField(_("held until"), null=True)
    # Of a digest: the instant from which on it tells.
    tells_since = models.DateTimeField(_("tells since"), null=True)
    # Every copy of this message carries it: the Message-ID of a mail, the Idempotency-Key of a post.
    dedupe_key = models.CharField(_("dedupe key"), max_length=64, unique=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
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
