"""Which courses and teams are there, and who takes part in them, in which role?"""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.people import User, validate_time_zone

OPERATIONS = "operations"  # the course that a new site starts with: it watches the site itself


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

    def taught(self) -> CourseQuerySet:
        """The courses that `is_taught` is true of."""
        return self.filter(is_sample=False).exclude(slug=OPERATIONS)


class Course(models.Model):
    """A run of a course: the boundary of access, retention and settings."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("in addresses"), unique=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    is_archived = models.BooleanField(_("archived"), default=False)
    # Whether all of it was made up, see dashboard.sample; then one button takes it away.
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
    # Whether the list of first steps has been put away.
    is_set_up = models.BooleanField(_("first steps put away"), default=False)
    # Whether anybody may see, without signing in, which of its environments are up.
    has_status_page = models.BooleanField(_("public status page"), default=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("courses:course_detail", args=[self.slug])

    @property
    def is_taught(self) -> bool:
        """Whether somebody teaches it: it neither watches this site itself nor is made up."""
        return self.slug != OPERATIONS and not self.is_sample


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

    course = models.ForeignKey(Course, models.CASCADE, related_name="teams", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("in addresses"))
    is_archived = models.BooleanField(_("archived"), default=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
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
        LECTURER = "lecturer", _("Lecturer")
        TUTOR = "tutor", _("Tutor")
        STUDENT = "student", _("Student")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    course = models.ForeignKey(Course, models.CASCADE, related_name="memberships", verbose_name=_("course"))
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("team")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
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
                violation_error_message=_("A lecturer has no team, and a student needs one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.team or self.course}"

    def clean(self) -> None:
        if self.team and self.team.course_id != self.course_id:
            raise ValidationError({"team": _("This team belongs to another course.")})
