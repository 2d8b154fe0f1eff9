"""By which words do the staff find teams again?"""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote, urlencode

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.models.people import User
from courses.models.teams import Course, Team
from courses.rules.tags import LENGTH


class TagQuerySet(models.QuerySet["Tag"]):
    def visible_to(self, user: User) -> TagQuerySet:
        """The tags of the courses `user` staffs: they may judge a team, so no student sees one."""
        return self.filter(course__in=Course.objects.staffed_by(user).values("pk"))


class Tag(models.Model):
    """A word of the staff for some teams of a course, such as `re-exam`. It goes with its last team."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="tags", verbose_name=_("course"))
    # As `rules.tags.tag_name` returns it, so every database compares it alike.
    name = models.CharField(_("name"), max_length=LENGTH)
    teams = models.ManyToManyField(Team, related_name="tags", verbose_name=_("teams"))

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["course", "name"], name="tag_in_course")]

    def __str__(self) -> str:
        return self.name

    @property
    def teams_url(self) -> str:
        """The address of the teams that have it, whoever tutors them."""
        asked = urlencode({"course": self.course.slug, "tutor": "", "tag": self.name}, quote_via=quote)
        return f"{reverse('dashboard:overview')}?{asked}"
