"""How is the sample course made, a few teams at a step, and how does it go?"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from courses.models import Course, Environment, Event, Job, Membership, User
from courses.services.jobs import JobKind, Progress, Write, counting, start_job
from dashboard.sample.alarms import Place, make_alarms
from dashboard.sample.builds import make_builds
from dashboard.sample.people import forget_people, make_teams
from dashboard.sample.places import make_places
from dashboard.sample.story import TEAMS, team_story
from dashboard.sample.trials import make_trial
from experiments.models import Exposure, MetricEvent, Unit
from health.models import EnvironmentRollup, EnvironmentSample
from pipelines.models import Job as PipelineJob
from pipelines.models import Pipeline

KIND = "dashboard.sample"
NAME, SLUG = "Sample course", "sample-course"
AT_ONCE = 5  # teams of a step: about a second of work


class SampleBusyError(Exception):
    """The sample is being made, so it cannot be taken away."""


@transaction.atomic
def start_sample(*, actor: User | None, now: datetime) -> Job:
    """Return the job that fills the sample course; the one there is, if it has been asked for before."""
    # Who presses twice, or at the same time as another administrator, waits here for the first one's course.
    list(User.objects.filter(is_superuser=True).order_by("pk").select_for_update(no_key=True))
    course = Course.objects.filter(is_sample=True).first()
    if course is None:
        course = Course.objects.create(
            name=NAME, slug=_free_slug(), is_sample=True, is_set_up=True, created_at=now
        )
    known = course.jobs.filter(kind=KIND).order_by("-pk").first()
    if known and (known.is_open or known.state == Job.State.DONE):
        return known
    return start_job(course, kind=KIND, asked_by=actor, now=now)[0]


def sample_steps(job: Job) -> Iterator[Write]:
    """Yield where an earlier job ended, then a step for each few teams."""
    if not job.checkpoint:
        yield lambda now: _progress(job.course.teams.count())
    while job.done < TEAMS:
        yield partial(_make, job, range(job.done, min(job.done + AT_ONCE, TEAMS)))


def remove_sample(*, now: datetime) -> bool:
    """Take the sample away with everybody in it; return whether there was one.

    The large tables go first, each in a transaction of its own, so that nobody waits long for the
    lock of SQLite. Safe to repeat. Raises SampleBusyError while it is being made.
    """
    course = Course.objects.filter(is_sample=True).first()
    if course is None:
        return False
    if course.jobs.still_open().exists():
        raise SampleBusyError
    places = Environment.objects.filter(project__team__course=course).values("pk")
    EnvironmentRollup.objects.filter(environment__in=places).delete()
    EnvironmentSample.objects.filter(environment__in=places).delete()
    Unit.objects.filter(phase__experiment__project__team__course=course).delete()
    for model in (Exposure, MetricEvent):
        model._default_manager.filter(project__team__course=course).delete()
    PipelineJob.objects.filter(pipeline__repository__server__course=course).delete()
    Pipeline.objects.filter(repository__server__course=course).delete()
    Event.objects.filter(course=course).delete()
    Membership.objects.filter(course=course).delete()
    course.delete()
    forget_people()
    return True


def _free_slug() -> str:
    taken = set(Course.objects.filter(slug__startswith=SLUG).values_list("slug", flat=True))
    return next(slug for slug in (SLUG, *(f"{SLUG}-{n}" for n in range(2, 1000))) if slug not in taken)


def _make(job: Job, numbers: range, now: datetime) -> Progress:
    """Make the teams with these numbers, whose stories all end when the course was asked for."""
    at = job.course.created_at.replace(second=0, microsecond=0)
    stories = [team_story(number, at=at) for number in numbers]
    projects = make_teams(job.course, stories)
    places = make_places(stories, projects)
    repositories = make_builds(job.course, stories, projects, places)
    runs = Pipeline.objects.filter(repository__in=repositories).order_by("repository", "iid")
    by_repository: dict[int, list[Pipeline]] = {}
    for run in runs:
        by_repository.setdefault(run.repository_id, []).append(run)
    make_alarms(
        [
            Place(story, place, row, by_repository[row.pk])
            for story, place, row in zip(stories, places, repositories, strict=True)
        ]
    )
    for story, project in zip(stories, projects, strict=True):
        make_trial(story.number, project, at=at)
    return _progress(numbers.stop)


def _progress(done: int) -> Progress:
    return Progress(done, TEAMS, {"done": done}, "Nothing of it is polled, and nobody is told.")


SAMPLE = JobKind(
    name=KIND,
    label=_("Sample data"),
    steps=sample_steps,
    counted=counting(ngettext_lazy("%(n)s team", "%(n)s teams", "count")),
    if_stopped=_("What it had made stays. Ask for it again to go on, or remove the sample course."),
    patience_s=30,
)
