"""Who takes part, what do they build, where does it run, and who may see it?

Every QuerySet here answers `visible_to(user)` and `editable_by(user)`. The other apps reach
their rows through these two, so access is decided once.
"""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from courses.rules.names import REPOSITORY_PATH


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a zone of the IANA database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"'{name}' is no time zone. Use a name such as Europe/Berlin.")


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

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    is_staff = models.BooleanField("may use the admin panel", default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
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


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: User) -> CourseQuerySet:
        """The courses `user` takes part in, in any role."""
        if user.is_superuser:
            return self
        return self.filter(Exists(Membership.objects.filter(course=OuterRef("pk"), user_id=user.pk)))

    def staffed_by(self, user: User) -> CourseQuerySet:
        """The courses `user` is lecturer or tutor of."""
        if user.is_superuser:
            return self
        mine = Membership.objects.staff().filter(course=OuterRef("pk"), user_id=user.pk)
        return self.filter(Exists(mine))

    def editable_by(self, user: User) -> CourseQuerySet:
        """The courses `user` lectures."""
        if user.is_superuser:
            return self
        mine = Membership.objects.lecturers().filter(course=OuterRef("pk"), user_id=user.pk)
        return self.filter(Exists(mine))


class Course(models.Model):
    """A run of a course: the boundary of access, retention and settings."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("courses:course_detail", args=[self.slug])


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User) -> TeamQuerySet:
        """All teams of the courses `user` staffs, and the teams they are a member of."""
        if user.is_superuser:
            return self
        return self.filter(
            Q(course__in=Course.objects.staffed_by(user).values("pk"))
            | Q(pk__in=Membership.objects.filter(user_id=user.pk, team__isnull=False).values("team"))
        )

    def editable_by(self, user: User) -> TeamQuerySet:
        """All teams of the courses `user` lectures, and the teams they tutor."""
        if user.is_superuser:
            return self
        return self.filter(
            Q(course__in=Course.objects.editable_by(user).values("pk"))
            | Q(pk__in=Membership.objects.tutors().filter(user_id=user.pk).values("team"))
        )


class Team(models.Model):
    """A group of students who build together."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=120)
    slug = models.SlugField()
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "slug"], name="team_slug_in_course")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dashboard:team_detail", args=[self.course.slug, self.slug])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def lecturers(self) -> MembershipQuerySet:
        return self.filter(role=Membership.Role.LECTURER)

    def tutors(self) -> MembershipQuerySet:
        return self.filter(role=Membership.Role.TUTOR)

    def staff(self) -> MembershipQuerySet:
        return self.exclude(role=Membership.Role.STUDENT)


class Membership(models.Model):
    """The part a person has in a course.

    A lecturer belongs to the course, a student to one team. A tutor has one row for each team
    they tutor, or one without a team when they only watch.
    """

    class Role(models.TextChoices):
        LECTURER = "lecturer"
        TUTOR = "tutor"
        STUDENT = "student"

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    course = models.ForeignKey(Course, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["role", "user__email"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "course", "team", "role"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user", "course", "role"], condition=Q(team=None), name="role_once"
            ),
            models.CheckConstraint(
                condition=Q(role="tutor")
                | Q(role="lecturer", team=None)
                | Q(role="student", team__isnull=False),
                name="membership_team_fits_role",
                violation_error_message="A lecturer has no team, and a student needs one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.team or self.course}"

    def clean(self) -> None:
        if self.team and self.team.course_id != self.course_id:
            raise ValidationError({"team": "This team belongs to another course."})


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> ProjectQuerySet:
        return self.filter(team__in=Team.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> ProjectQuerySet:
        return self.filter(team__in=Team.objects.editable_by(user).values("pk"))


class Project(models.Model):
    """One repository of a team and what runs from it. Pipelines binds the path to a CI server."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="projects")
    name = models.CharField(max_length=120)
    slug = models.SlugField()
    repository_path = models.CharField(
        max_length=255, blank=True, validators=[RegexValidator(REPOSITORY_PATH)]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "slug"], name="project_slug_in_team")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("courses:project_detail", args=[self.team.course.slug, self.team.slug, self.slug])


class EnvironmentQuerySet(models.QuerySet["Environment"]):
    def visible_to(self, user: User) -> EnvironmentQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> EnvironmentQuerySet:
        return self.filter(project__in=Project.objects.editable_by(user).values("pk"))


class Environment(models.Model):
    """A place a project runs: production, staging."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="environments")
    name = models.CharField(max_length=60, default="production")
    slug = models.SlugField(default="production")
    url = models.URLField("URL", max_length=500, blank=True, validators=[URLValidator(["http", "https"])])
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EnvironmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "slug"], name="environment_slug_in_project")
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("health:environment_detail", args=[self.pk])


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User) -> EventQuerySet:
        """What happened to the teams `user` may see; course-wide entries are for staff."""
        if user.is_superuser:
            return self
        return self.filter(
            Q(team__in=Team.objects.visible_to(user).values("pk"))
            | Q(team=None, course__in=Course.objects.staffed_by(user).values("pk"))
        )

    def latest_first(self) -> EventQuerySet:
        return self.order_by("-at", "-pk")


class Event(models.Model):
    """One entry of the timeline: what happened, to what, when, by whom. Append-only."""

    class Kind(models.TextChoices):
        DEPLOYMENT = "deployment"
        PIPELINE = "pipeline"
        INCIDENT = "incident"
        ALERT = "alert"
        EXPERIMENT = "experiment"
        SETTINGS = "settings"
        IMPORT = "import"
        NOTE = "note"

    class Tone(models.TextChoices):
        GOOD = "good"
        BAD = "bad"
        NEUTRAL = "neutral"

    course = models.ForeignKey(Course, models.CASCADE, related_name="events")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="events")
    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="events")
    environment = models.ForeignKey(Environment, models.CASCADE, null=True, related_name="events")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=12, choices=Kind)
    tone = models.CharField(max_length=7, choices=Tone, default=Tone.NEUTRAL)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True, max_length=2000)
    url = models.CharField(max_length=500, blank=True)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # What tells this entry from its own repetition; empty for entries people write.
    dedupe_key = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["course", "-at"]),
            models.Index(fields=["team", "-at"]),
            models.Index(fields=["project", "-at"]),
            models.Index(fields=["environment", "-at"]),
        ]

    def __str__(self) -> str:
        return self.title


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, user: User) -> ApiKeyQuerySet:
        return self.editable_by(user)

    def editable_by(self, user: User) -> ApiKeyQuerySet:
        """Keys of the courses `user` lectures, and keys bound to projects they may edit."""
        if user.is_superuser:
            return self
        return self.filter(
            Q(course__in=Course.objects.editable_by(user).values("pk"))
            | Q(project__in=Project.objects.editable_by(user).values("pk"))
        )

    def usable(self, now: Any) -> ApiKeyQuerySet:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


class ApiKey(models.Model):
    """What a machine presents. The key itself is shown once and kept only as a digest."""

    class Scope(models.TextChoices):
        INGEST = "ingest", "send measurements and events"
        EVALUATE = "evaluate", "evaluate flags"
        READ = "read", "read"
        WRITE = "write", "change"

    course = models.ForeignKey(Course, models.CASCADE, related_name="api_keys")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="api_keys")
    environment = models.ForeignKey(
        Environment, models.CASCADE, null=True, blank=True, related_name="api_keys"
    )
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    # Space-separated, as in OAuth; never filtered on.
    scopes = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", F("created_at").desc()]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def allows(self, scope: str) -> bool:
        """Whether this key was made for `scope`."""
        return scope in self.scopes.split()
