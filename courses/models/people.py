"""Who are the people that sign in?"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

ZONE_KEPT_S = 300


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a zone of the IANA database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is no time zone. Use a name such as Europe/Berlin."), params={"name": name}
        )


class Theme(models.TextChoices):
    """Light or dark; `auto` follows the reader's system."""

    AUTO = "auto", _("like my system")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


@dataclass(frozen=True, slots=True)
class Part:
    """A membership as every page needs it. is_going_on: neither its course nor its team is archived."""

    course_id: int
    course_slug: str
    course_zone: str
    team_id: int | None
    team_slug: str | None
    role: str
    is_going_on: bool


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person. Without a password they set one by the reset mail."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None) -> User:
        """Create an administrator of the whole site."""
        return self.create_user(email, password, is_staff=True, is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by their e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_time_zone])
    # Empty: what the browser asks for.
    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)
    theme = models.CharField(_("light or dark"), max_length=5, choices=Theme, default=Theme.AUTO)
    has_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    is_staff = models.BooleanField(_("may use the admin panel"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    # When the last mail went out that asks them to come.
    invited_at = models.DateTimeField(_("invited"), null=True, editable=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar = ["email"]
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = self.email.lower()  # sign-in looks for small letters only

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email

    @cached_property
    def parts(self) -> list[Part]:
        """What the person takes part in. A request asks for it at most once, however many need it."""
        rows = self.memberships.order_by().annotate(
            is_going_on=~Q(course__is_archived=True) & ~Q(team__is_archived=True)
        )
        of_course = ("course_id", "course__slug", "course__time_zone")
        known = (*of_course, "team_id", "team__slug", "role", "is_going_on")
        return [Part(*row) for row in rows.values_list(*known)]

    @property
    def zone_of_courses(self) -> str:
        """The zone that all their running courses share, else empty. Administrators see every course."""
        zones = set() if self.is_superuser else {part.course_zone for part in self.parts if part.is_going_on}
        return zones.pop() if len(zones) == 1 else ""

    @property
    def zone_name(self) -> str:
        """The zone the person reads in: the chosen one, else that of their courses, else the site's.

        That of their courses is remembered for some minutes: not every page asks for `parts` anyway.
        """
        if self.time_zone:
            return self.time_zone
        known = cache.get_or_set(f"zone:{self.pk}", lambda: self.zone_of_courses, ZONE_KEPT_S)
        return known or settings.TIME_ZONE
