"""What is still to be done before a course shows something? One query."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from alerts.models import Channel, Delivery
from courses.models import Course, Environment, Event, Membership, Team, User
from dashboard.steps import Line, lines
from health.models import Status
from pipelines.models import CIServer

STEPS = ("course", "roster", "server", "environments", "channel", "staff")


@dataclass(frozen=True, slots=True)
class Setup:
    """The first steps of a course, in the order they are best taken. course: None while there is none."""

    course: Course | None
    steps: dict[str, bool]  # whether each is done
    is_filed: bool = False  # whether a message was written, but only into a file
    has_places: bool = False  # whether an app has an address, which nobody may have asked yet
    is_refused: bool = False  # whether apps were asked, but none could be
    has_sample: bool = False  # whether the sample course is there
    has_invited: bool = False  # whether staff have a role who never signed in
    staff: int = 0  # how many of the staff have signed in, whoever added the course left out

    @property
    def done(self) -> int:
        return sum(self.steps.values())

    @property
    def next(self) -> str:
        """The first step that is not done; empty if all are."""
        return next((name for name, is_done in self.steps.items() if not is_done), "")

    @property
    def lines(self) -> list[Line]:
        """The steps as a list shows them."""
        remarks = {
            "is_filed": self.is_filed,
            "has_places": self.has_places,
            "has_answers": self.steps["environments"],
            "is_refused": self.is_refused,
            "has_invited": self.has_invited,
        }
        return lines(self.course, self.steps, remarks, staff=self.staff)


def with_steps(courses: QuerySet[Course], *, is_mail_filed: bool) -> QuerySet[Any]:
    """Return `courses`, each with whether each step is done.

    is_mail_filed: whether mail is written to files, so that a mail that went out has told nobody.
    """
    course = OuterRef("pk")
    sent = Delivery.objects.filter(channel__course=course, state=Delivery.State.SENT)
    told = sent.exclude(channel__kind=Channel.Kind.EMAIL) if is_mail_filed else sent
    # Who added the course may have named themselves; who never signed in does not know of it yet.
    added = Event.objects.filter(course=OuterRef("course"), actor=OuterRef("user"), kind=Event.Kind.SETTINGS)
    first = added.filter(team=None, title__startswith="Course “", title__endswith="” added")
    staff = Membership.objects.staff().filter(course=course)
    here = staff.filter(user__last_login__isnull=False)
    others = here.exclude(Exists(first)).order_by().values("course")
    people = others.annotate(n=Count("user", distinct=True))
    places = Environment.objects.filter(project__team__course=course).exclude(url="")
    return courses.annotate(
        has_roster=Exists(Team.objects.filter(course=course)),
        has_server=Exists(CIServer.objects.filter(course=course)),
        has_places=Exists(places),
        has_environments=Exists(places.filter(health_state__status__in=[Status.UP, Status.DOWN])),
        has_tried=Exists(places.filter(health_state__last_checked_at__isnull=False)),
        has_channel=Exists(told),
        has_sent=Exists(sent),
        staff=Coalesce(Subquery(people.values("n")), 0),
        has_invited=Exists(staff.filter(user__last_login=None)),
    )


def setup_of(course: Any) -> Setup:
    """Return the steps of a course that came `with_steps`."""
    known = {name: getattr(course, f"has_{name}") for name in STEPS[1:-1]}
    steps = {"course": True, **known, "staff": course.staff > 0}
    return Setup(
        course,
        steps,
        is_filed=course.has_sent and not course.has_channel,
        has_places=course.has_places,
        is_refused=course.has_tried and not course.has_environments,
        has_invited=course.has_invited,
        staff=course.staff,
    )


def open_setup(user: User, courses: list[Course], *, is_mail_filed: bool) -> Setup | None:
    """Return what `user` has still to set up: a first course, or the newest one that is not done.

    courses: those the reader sees. The one that watches this site itself and the sample count for none.
    is_mail_filed: as in `with_steps`.
    """
    if all(course.is_set_up for course in courses):
        is_new = user.is_superuser and not any(course.is_taught for course in courses)
        has_sample = any(course.is_sample for course in courses)
        return Setup(None, dict.fromkeys(STEPS, False), has_sample=has_sample) if is_new else None
    mine = Course.objects.editable_by(user).filter(is_set_up=False, is_archived=False)
    course = with_steps(mine, is_mail_filed=is_mail_filed).order_by("-created_at", "-pk").first()
    return setup_of(course) if course else None
