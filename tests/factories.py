"""The smallest valid row of each model."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from courses import models as courses


class UserFactory(DjangoModelFactory):
    class Meta:
        model = courses.User

    email = factory.Sequence(lambda n: f"person{n}@example.org")


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = courses.Course

    name = factory.Sequence(lambda n: f"Course {n}")
    slug = factory.Sequence(lambda n: f"course-{n}")


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = courses.Team

    course = factory.SubFactory(CourseFactory)
    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class MembershipFactory(DjangoModelFactory):
    """A student, unless told otherwise; pass `team=None` for a lecturer."""

    class Meta:
        model = courses.Membership

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    course = factory.LazyAttribute(lambda row: row.team.course)
    role = courses.Membership.Role.STUDENT


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = courses.Project

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Project {n}")
    slug = factory.Sequence(lambda n: f"project-{n}")


class EnvironmentFactory(DjangoModelFactory):
    class Meta:
        model = courses.Environment

    project = factory.SubFactory(ProjectFactory)
    url = "https://app.example.org/"


class EventFactory(DjangoModelFactory):
    class Meta:
        model = courses.Event

    course = factory.SubFactory(CourseFactory)
    at = factory.LazyFunction(timezone.now)
    kind = courses.Event.Kind.NOTE
    title = "Something happened"
