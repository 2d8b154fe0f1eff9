"""What does the course of `make demo` hold?

Its teams, people, repositories and addresses stand in demo/roster.csv and come in by the roster
import. Everything else that a lecturer would set up by hand is set up here, through the same
services. All of it may be repeated: what is there already is left as it is.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db import transaction

import alerts.services
import courses.services
import courses.wording
import experiments.services
import health.services
import pipelines.services
from alerts.models import Channel
from courses import keys
from courses.models import ApiKey, Course, Membership, Project, User
from dashboard.demo_plans import PLANS
from experiments.models import Experiment
from experiments.services import Plan
from health.models import Check
from pipelines.models import CIServer

PASSWORD = "courseops-demo"  # noqa: S105  # public: the command refuses a site that others can reach
TOKEN = "glpat-demo"  # noqa: S105  # what the stand-in GitLab lets in
LECTURER = "lecturer@demo.example"
SHOWN = (LECTURER, "tutor@demo.example", "tutor2@demo.example", "student@demo.example")
NAME = "Software Engineering Lab"
CHECK_EVERY_S = 15
CHECK_TIMEOUT_S = 5
POLL_EVERY_S = 15
HERE = "127.0.0.1"
USUAL_PORT = 8090  # the first port of the demo's programs; the roster file is written for it
MAIL_PAGE = 6  # where what was sent is shown, counted from the first port


class RosterRefusedError(Exception):
    """The course has been changed so that the demo's roster no longer fits it."""


@transaction.atomic
def load(*, roster: str, known_keys: Mapping[str, str], port: int, now: datetime) -> dict[str, str]:
    """Make the course, or what is missing of it, and return the API key of each experiment.

    roster: CSV text. known_keys: keys of an earlier call, kept where they still open the door.
    port: the first of the demo's programs; what points to another is pointed there.
    Raises RosterRefusedError.
    """
    course, lecturer = _course(now)
    plan = courses.services.import_roster(course, text=_moved(roster, port), actor=lecturer, now=now)
    if plan.problems:
        raise RosterRefusedError(courses.wording.told(plan.problems[0]))
    _set_passwords(course)
    _set_checks(course, lecturer, now)
    _add_channels(course, port, lecturer, now)
    _add_server(course, port, lecturer, now)
    return {
        plan.key: _run_experiment(path, plan, course, lecturer, known_keys, now)
        for path, plan in PLANS.items()
    }


def _moved(roster: str, port: int) -> str:
    """Return `roster` with the ports of its addresses counted from `port`."""
    return re.sub(r"(?<=:)\d{4}(?=/)", lambda found: str(int(found[0]) - USUAL_PORT + port), roster)


def _course(now: datetime) -> tuple[Course, User]:
    course, _ = Course.objects.get_or_create(
        slug="software-engineering-lab",
        defaults={"name": NAME, "created_at": now, "has_status_page": True},
    )
    lecturer = User.objects.filter(email=LECTURER).first()
    lecturer = lecturer or User.objects.create_user(LECTURER, PASSWORD, name="Lee Lecturer")
    course.memberships.get_or_create(user=lecturer, team=None, role=Membership.Role.LECTURER)
    return course, lecturer


def _set_passwords(course: Course) -> None:
    """Let the people of the roster sign in; whoever chose a password keeps it."""
    people = User.objects.filter(memberships__course=course, email__endswith="@demo.example")
    waiting = people.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX).values("pk")
    User.objects.filter(pk__in=[row["pk"] for row in waiting]).update(password=make_password(PASSWORD))


def _set_checks(course: Course, actor: User, now: datetime) -> None:
    """Have every app asked often enough that an outage shows while one watches."""
    checked = set(Check.objects.values_list("environment_id", flat=True))
    for project in Project.objects.filter(team__course=course):
        for environment in project.environments.exclude(pk__in=checked):
            check = health.services.ensure_check(environment, now=now)
            if check:
                health.services.update_check(
                    check,
                    path="",
                    interval_s=CHECK_EVERY_S,
                    timeout_s=CHECK_TIMEOUT_S,
                    is_enabled=True,
                    actor=actor,
                    now=now,
                )


def _add_channels(course: Course, port: int, actor: User, now: datetime) -> None:
    hook = f"json://{HERE}:{port + MAIL_PAGE}/courseops"
    mail, chat = ("Mail to the lecturer", Channel.Kind.EMAIL), ("Chat of the course", Channel.Kind.APPRISE)
    for (name, kind), target in ((mail, LECTURER), (chat, hook)):
        known = course.channels.filter(name=name).first()
        channel = known or Channel(course=course, name=name, kind=kind, created_at=now)
        if known is None or (known.target.startswith(f"json://{HERE}:") and known.target != target):
            channel.target = target
            alerts.services.save_channel(channel, by=actor, now=now)


def _add_server(course: Course, port: int, actor: User, now: datetime) -> None:
    """Read the pipelines of the roster's repositories from the stand-in GitLab."""
    server = CIServer.objects.filter(course=course).first()
    address = f"http://{HERE}:{port}"
    if server is None:
        server = CIServer(course=course, poll_interval_s=POLL_EVERY_S)
    elif not server.base_url.startswith(f"http://{HERE}:") or server.base_url == address:
        return
    server.base_url = address
    pipelines.services.save_server(server, token=TOKEN, by=actor, now=now)
    pipelines.services.bind_projects(server, now=now)


def _run_experiment(
    path: str, plan: Plan, course: Course, actor: User, known_keys: Mapping[str, str], now: datetime
) -> str:
    """Start the experiment of the project at `path` unless it exists; return a key for its app."""
    project = Project.objects.get(team__course=course, repository_path=path)
    if not Experiment.objects.filter(project=project, key=plan.key).exists():
        experiment = experiments.services.create_experiment(project, plan, actor=actor, now=now)
        experiments.services.start_experiment(experiment, actor=actor, now=now)
    known = known_keys.get(plan.key, "")
    return known if _opens(known, project, now) else _new_key(project, actor, now)


def _opens(key: str, project: Project, now: datetime) -> bool:
    rows = ApiKey.objects.usable(now).filter(project=project, prefix=keys.prefix_of(key))
    return any(keys.matches(key, row.digest) for row in rows)


def _new_key(project: Project, actor: User, now: datetime) -> str:
    scopes = [ApiKey.Scope.INGEST, ApiKey.Scope.EVALUATE]
    name = f"App of {project.name}"
    course = project.team.course
    _, key = courses.services.create_api_key(
        course, name=name, scopes=scopes, created_by=actor, project=project, now=now
    )
    return key
