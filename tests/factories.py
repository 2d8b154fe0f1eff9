"""The smallest valid row of each model."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from alerts import models as alerts
from courses import models as courses
from experiments import models as experiments
from health import models as health
from pipelines import models as pipelines


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


class TagFactory(DjangoModelFactory):
    """No team has it."""

    class Meta:
        model = courses.Tag

    course = factory.SubFactory(CourseFactory)
    name = factory.Sequence(lambda n: f"tag-{n}")


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
    channel = factory.SubFactory(ChannelFactory, course=factory.SelfAttribute("..alert.project.team.course"))
    created_at = next_attempt_at = factory.LazyFunction(timezone.now)
    dedupe_key = factory.Sequence(lambda n: f"key{n}")


class ExperimentFactory(DjangoModelFactory):
    """A draft with a control and a treatment, split in halves, and one goal: sign-ups."""

    class Meta:
        model = experiments.Experiment
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Experiment {n}")
    key = factory.Sequence(lambda n: f"experiment-{n}")
    variants = factory.RelatedFactoryList(
        "tests.factories.VariantFactory", factory_related_name="experiment", size=2
    )
    metrics = factory.RelatedFactory("tests.factories.ExperimentMetricFactory", "experiment")


class VariantFactory(DjangoModelFactory):
    """Variants of one experiment are called A, B, …"""

    class Meta:
        model = experiments.Variant

    experiment = factory.SubFactory(ExperimentFactory, variants=None)
    position = factory.LazyAttribute(lambda row: row.experiment.variants.count())
    name = factory.LazyAttribute(lambda row: "ABCDEFGHIJ"[row.position])
    key = factory.LazyAttribute(lambda row: row.name.lower())
    value = factory.LazyAttribute(lambda row: row.key)


class MetricFactory(DjangoModelFactory):
    class Meta:
        model = experiments.Metric
        django_get_or_create = ("project", "key")

    project = factory.SubFactory(ProjectFactory)
    key = "sign-ups"
    name = "Sign-ups"
    event_name = "signup"


class ExperimentMetricFactory(DjangoModelFactory):
    """The goal, unless told otherwise."""

    class Meta:
        model = experiments.ExperimentMetric

    experiment = factory.SubFactory(ExperimentFactory, metrics=None)
    metric = factory.SubFactory(MetricFactory, project=factory.SelfAttribute("..experiment.project"))
    role = "goal"
    position = factory.LazyAttribute(lambda row: row.experiment.metrics.count())


class CIServerFactory(DjangoModelFactory):
    """Due."""

    class Meta:
        model = pipelines.CIServer

    course = factory.SubFactory(CourseFactory)
    name = factory.Sequence(lambda n: f"GitLab {n}")
    base_url = "https://gitlab.example.org"
    token = "glpat-test"
    next_poll_at = factory.LazyFunction(timezone.now)


class RepositoryFactory(DjangoModelFactory):
    """Of a project in the server's course."""

    class Meta:
        model = pipelines.Repository

    project = factory.SubFactory(ProjectFactory, repository_path=factory.SelfAttribute("..path"))
    server = factory.SubFactory(CIServerFactory, course=factory.SelfAttribute("..project.team.course"))
    path = factory.Sequence(lambda n: f"course/team-{n}/app")
    bound_path = factory.SelfAttribute("path")
    default_branch = "main"
    state = "ok"


class PipelineFactory(DjangoModelFactory):
    """Green, on the default branch."""

    class Meta:
        model = pipelines.Pipeline

    repository = factory.SubFactory(RepositoryFactory)
    remote_id = factory.Sequence(lambda n: n + 1)
    iid = factory.SelfAttribute("remote_id")
    ref = "main"
    source = "push"
    status = "success"
    created_at = updated_at = seen_at = factory.LazyFunction(timezone.now)


class JobFactory(DjangoModelFactory):
    class Meta:
        model = pipelines.Job

    pipeline = factory.SubFactory(PipelineFactory)
    remote_id = factory.Sequence(lambda n: n + 1)
    name = "unit tests"
    stage = "test"
    position = 0
    status = "success"


class RepositoryStateFactory(DjangoModelFactory):
    class Meta:
        model = pipelines.RepositoryState

    repository = factory.SubFactory(RepositoryFactory)
    updated_at = factory.LazyFunction(timezone.now)


class ApiKeyFactory(DjangoModelFactory):
    """A row as the database holds it; what opens doors comes from `services.create_api_key`."""

    class Meta:
        model = courses.ApiKey

    course = factory.SubFactory(CourseFactory)
    name = "CI"
    prefix = factory.Sequence(lambda n: f"p{n:07}")
    digest = factory.Sequence(lambda n: f"{n:064x}")
    scopes = "ingest"


class DeploymentFactory(DjangoModelFactory):
    """Arrived just now."""

    class Meta:
        model = pipelines.Deployment

    environment = factory.SubFactory(EnvironmentFactory)
    key = factory.Sequence(lambda n: f"server:1:{n}")
    sha = factory.Sequence(lambda n: f"{n:040x}")
    at = seen_at = factory.LazyFunction(timezone.now)


class WatchedTeamFactory(DjangoModelFactory):
    class Meta:
        model = courses.WatchedTeam

    user = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = courses.SavedView

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"View {n}")
    address = "/?state=down"


class SubscriptionFactory(DjangoModelFactory):
    """Somebody who wants mail about every critical alert of their own and watched teams."""

    class Meta:
        model = alerts.Subscription
        skip_postgeneration_save = True

    class Params:
        owner = factory.SubFactory(UserFactory)

    channel = factory.SubFactory(
        ChannelFactory, course=None, owner=factory.SelfAttribute("..owner"), name="", target=""
    )
    has_alerts = True

    @factory.post_generation
    def cells(self, create, extracted, **kwargs):
        for kind, severity in extracted or [(kind, "critical") for kind in alerts.Interest.Kind]:
            self.interests.create(kind=kind, severity=severity)


class CourseJobFactory(DjangoModelFactory):
    """Waiting for a worker; of a kind that no app registered."""

    class Meta:
        model = courses.Job

    course = factory.SubFactory(CourseFactory)
    kind = "tests.nothing"
    key = factory.Sequence(lambda n: f"{n:064x}")
