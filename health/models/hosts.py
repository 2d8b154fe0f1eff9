"""Which machines are measured, and how busy are they?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Membership, User


class HostQuerySet(models.QuerySet["Host"]):
    def visible_to(self, user: User) -> HostQuerySet:
        """Hosts of the courses whose staff the user is on; the site's own are for the staff of any."""
        if user.is_superuser:
            return self
        own = Q(course__in=Course.objects.staffed_by(user).values("pk"))
        return self.filter(
            own | Q(Exists(Membership.objects.staff().filter(user_id=user.pk)), course__isnull=True)
        )

    def editable_by(self, user: User) -> HostQuerySet:
        if user.is_superuser:
            return self
        return self.filter(course__in=Course.objects.editable_by(user).values("pk"))


class Host(models.Model):
    """A machine, known by its name. Without a course it is one this site itself runs on."""

    course = models.ForeignKey(
        Course, models.CASCADE, null=True, blank=True, related_name="hosts", verbose_name=_("course")
    )
    name = models.CharField(_("name"), max_length=253)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = HostQuerySet.as_manager()

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "name"], name="host_name_in_course"),
            # Two rows without a course are distinct to a database; ours must not be.
            models.UniqueConstraint(fields=["name"], condition=Q(course=None), name="host_name_of_site"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("health:host_detail", args=[self.pk])


class HostFigures(models.Model):
    """What psutil says. In a step of several readings each figure is their mean."""

    cpu_percent = models.FloatField(_("CPU in %"))
    load_1m = models.FloatField(_("load of one minute"))
    memory_percent = models.FloatField(_("memory in %"))
    memory_used_bytes = models.BigIntegerField(_("memory used in bytes"))
    swap_percent = models.FloatField(_("swap in %"))
    disk_percent = models.FloatField(_("disk in %"))
    disk_used_bytes = models.BigIntegerField(_("disk used in bytes"))
    disk_total_bytes = models.BigIntegerField(_("disk in bytes"))
    network_received_bytes_per_s = models.FloatField(_("received bytes a second"))
    network_sent_bytes_per_s = models.FloatField(_("sent bytes a second"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"CPU {self.cpu_percent:.0f} %, memory {self.memory_percent:.0f} %"


class HostState(HostFigures):
    """The latest reading of a host."""

    host = models.OneToOneField(
        Host, models.CASCADE, primary_key=True, related_name="state", verbose_name=_("host")
    )
    last_sampled_at = models.DateTimeField(_("last measured"))
    fresh_until = models.DateTimeField(_("believed until"))
    cpu_count = models.PositiveSmallIntegerField(_("cores"), default=1)
    memory_total_bytes = models.BigIntegerField(_("memory in bytes"), default=0)

    class Meta:
        verbose_name = _("state of a host")
        verbose_name_plural = _("states of hosts")

    def is_stale(self, now: datetime) -> bool:
        """Whether readings stopped coming in."""
        return self.fresh_until < now


class HostStep(HostFigures):
    """The readings of one step of one host."""

    host = models.ForeignKey(Host, models.CASCADE, related_name="+", db_index=False, verbose_name=_("host"))
    at = models.DateTimeField()  # where the step starts
    n = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    cpu_percent_max = models.FloatField(default=0.0)
    memory_percent_max = models.FloatField(default=0.0)

    class Meta:
        abstract = True


class HostSample(HostStep):
    """One minute of one host. Kept for a week."""

    pk = models.CompositePrimaryKey("host_id", "at")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="host_sample_at")]


class HostRollup(HostStep):
    """A step of 5 minutes, an hour or a day of one host."""

    pk = models.CompositePrimaryKey("host_id", "step_minutes", "at")
    step_minutes = models.PositiveSmallIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["step_minutes", "at"], name="host_rollup_at")]
