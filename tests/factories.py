"""The smallest valid row of each model."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from alerts import models as alerts
from courses import models as courses
from health import models as health


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


class CheckFactory(DjangoModelFactory):
    class Meta:
        model = health.Check

    environment = factory.SubFactory(EnvironmentFactory)
    next_due_at = factory.LazyFunction(timezone.now)


class EnvironmentStateFactory(DjangoModelFactory):
    """Up and just checked, unless told otherwise."""

    class Meta:
        model = health.EnvironmentState

    environment = factory.SubFactory(EnvironmentFactory)
    status = "up"
    since = factory.LazyFunction(timezone.now)
    last_checked_at = factory.LazyFunction(timezone.now)
    fresh_until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=3))


class HostFactory(DjangoModelFactory):
    class Meta:
        model = health.Host

    name = factory.Sequence(lambda n: f"host-{n}")


class RuleFactory(DjangoModelFactory):
    """Fires at the first bad value and resolves at the first good one."""

    class Meta:
        model = alerts.Rule

    name = factory.Sequence(lambda n: f"Rule {n}")
    signal = factory.Sequence(lambda n: f"tests.signal.{n}")
    comparison = "at_least"
    threshold = 1.0


class AlertFactory(DjangoModelFactory):
    """Firing."""

    class Meta:
        model = alerts.Alert

    rule = factory.SubFactory(RuleFactory)
    project = factory.SubFactory(ProjectFactory)
    subject = factory.Sequence(lambda n: f"thing:{n}")
    state = "firing"
    title = "production answers with 502"
    last_observed_at = pending_since = fired_at = factory.LazyFunction(timezone.now)


class ChannelFactory(DjangoModelFactory):
    class Meta:
        model = alerts.Channel

    course = factory.SubFactory(CourseFactory)
    name = factory.Sequence(lambda n: f"Channel {n}")
    target = "tutors@example.org"


class DeliveryFactory(DjangoModelFactory):
    """Due."""

    class Meta:
        model = alerts.Delivery

    alert = factory.SubFactory(AlertFactory)
    transition = "fired"
    channel = factory.SubFactory(
        ChannelFactory, course=factory.SelfAttribute("..alert.project.team.course")
    )
    created_at = next_attempt_at = factory.LazyFunction(timezone.now)
    dedupe_key = factory.Sequence(lambda n: f"key{n}")
