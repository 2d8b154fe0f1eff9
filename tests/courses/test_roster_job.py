"""A roster that comes in step by step: nothing twice, nothing half, whoever is killed."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Count

from courses import services
from courses.models import Event
from courses.services import jobs, roster_job
from tests import factories, servers
from tests.site import ROOT

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HEAD = "team,email,name,role,repository,url\n"


def roster(teams, people=2):
    """A file that names the teams in turns, so that lines of one team are far apart."""
    lines = [
        f"Team {team},p{team}-{person}@example.org,,,{f'g/r{team}' if not person else ''},"
        for person in range(people)
        for team in range(teams)
    ]
    return HEAD + "\n".join(lines) + "\n"


@pytest.fixture(autouse=True)
def _short_steps(monkeypatch):
    monkeypatch.setattr(roster_job, "STEP_LINES", 100)


@pytest.fixture
def course(db):
    return factories.CourseFactory()


@pytest.fixture
def actor(course):
    return factories.MembershipFactory(team=None, course=course, role="lecturer").user


def begin(course, actor, text):
    return roster_job.start_roster_import(course, text=text, actor=actor, now=NOW)[0]


def one_turn(minute=0):
    return jobs.run_due_jobs(now=NOW + timedelta(minutes=minute))


def test_it_does_what_the_import_in_one_go_does(course, actor):
    text = roster(130) + "Team 5,tim@example.org,Tim,tutor,,\nTeam 99,tim@example.org,Tim,tutor,,\n"
    job = begin(course, actor, text)
    assert one_turn() == 1 + 3, "the check, and three steps of a hundred lines or so"
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 262, 262)
    assert job.outcome == "130 teams, 261 people, 262 roles, 130 projects new."
    assert not services.plan_roster(course, text=text, now=NOW).changes
    event = course.events.get()
    assert (event.kind, event.actor) == (Event.Kind.IMPORT, actor)
    assert event.title == "Roster imported: 130 teams, 261 people, 262 roles, 130 projects new"
    assert len(event.detail) == 2000
    assert not job.chunks.exists(), "names and addresses are not kept"


def test_one_bad_line_stops_all_before_anything_is_written(course, actor):
    factories.MembershipFactory(team=None, course=course, role="lecturer", user__email="x@example.org")
    job = begin(course, actor, roster(300) + "Team 1,x@example.org,,,,\n")
    one_turn()
    job.refresh_from_db()
    assert (job.state, job.done) == ("failed", 0)
    assert job.error == "Line 602: This person is a lecturer of the course already. (student)"
    assert job.remedy
    assert not course.teams.exists()


def test_a_file_that_is_no_roster_fails_with_its_reason(course, actor):
    job = begin(course, actor, "\ud7ff=cmd|x")
    one_turn()
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.error.startswith("Line 1: ")


def test_a_cancelled_import_leaves_whole_teams_and_the_same_file_does_the_rest(course, actor, monkeypatch):
    text = roster(130)
    job = begin(course, actor, text)
    real = roster_job.store_plan

    def store(plan):
        real(plan)
        jobs.cancel_job(job, actor=actor, now=NOW)

    monkeypatch.setattr(roster_job, "store_plan", store)
    one_turn()
    job.refresh_from_db()
    assert (job.state, job.done) == ("cancelled", 100)
    assert job.outcome.startswith("50 teams")
    assert set(course.teams.annotate(n=Count("memberships")).values_list("n", flat=True)) == {2}
    assert not course.events.exists()
    monkeypatch.setattr(roster_job, "store_plan", real)
    again = begin(course, actor, text)
    one_turn(1)
    again.refresh_from_db()
    assert again.outcome == "80 teams, 160 people, 160 roles, 80 projects new."
    assert not services.plan_roster(course, text=text, now=NOW).changes


def test_what_changes_while_it_runs_stops_it_with_a_reason(course, actor, monkeypatch):
    job = begin(course, actor, roster(130))
    real = roster_job.store_plan

    def store(plan):
        real(plan)
        factories.MembershipFactory(
            team=None, course=course, role="lecturer", user__email="p129-0@example.org"
        )
        monkeypatch.setattr(roster_job, "store_plan", real)

    monkeypatch.setattr(roster_job, "store_plan", store)
    one_turn()
    job.refresh_from_db()
    assert (job.state, job.done) == ("failed", 200)
    assert "This person is a lecturer of the course already." in job.error


def test_a_file_that_changes_nothing_says_so(course, actor):
    text = roster(3)
    services.import_roster(course, text=text, actor=actor, now=NOW)
    job = begin(course, actor, text)
    one_turn()
    job.refresh_from_db()
    assert (job.state, job.outcome) == ("done", "Nothing had to be changed.")
    assert course.events.count() == 1


def test_an_import_whose_asker_is_gone_goes_on(course, actor):
    job = begin(course, actor, roster(2))
    actor.delete()
    one_turn()
    job.refresh_from_db()
    assert job.state == "done"


def test_a_large_team_is_one_step(course, actor):
    job = begin(course, actor, roster(1, people=250))
    assert one_turn() == 2
    job.refresh_from_db()
    assert job.done == 250


# What other processes run: each a Python of its own on the same database.
ASK = """
import sys
from pathlib import Path
from django.utils import timezone
from courses.models import Course, User
from courses.services.roster_job import start_roster_import
course = Course.objects.create(name="C", slug="c")
actor = User.objects.create_user("ada@example.org")
start_roster_import(course, text=Path(sys.argv[1]).read_text(), actor=actor, now=timezone.now())
"""
WORK = """
from courses.tasks import run_due_jobs
while True:
    run_due_jobs()
"""


class Machine:
    """Processes of the site on a database of their own."""

    def __init__(self, folder):
        self.database = folder / "courseops.sqlite3"
        told = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        self.options = {"cwd": ROOT, "env": {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **told}}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, **self.options)

    def start(self, code, *arguments):
        code = f"import django\ndjango.setup()\n{code}"
        return subprocess.Popen([sys.executable, "-c", code, *arguments], **self.options)

    def read(self, query):
        with closing(sqlite3.connect(self.database, timeout=30)) as database:
            return database.execute(query).fetchone()

    def done(self):
        return self.read("SELECT done FROM courses_job")[0]


@pytest.mark.processes
@pytest.mark.timeout(180)
def test_killed_in_the_middle_another_worker_does_the_rest(tmp_path):
    machine = Machine(tmp_path)
    (tmp_path / "roster.csv").write_text(roster(1000))
    assert machine.start(ASK, str(tmp_path / "roster.csv")).wait() == 0
    for until in (300, 900):
        worker = machine.start(WORK)
        servers.wait_until(lambda until=until: machine.done() >= until, 60, f"{until} lines are imported")
        worker.kill()
        worker.wait()
        assert machine.done() < 2000, "killed in the middle"
    successor = machine.start(WORK)
    try:
        servers.wait_until(
            lambda: machine.read("SELECT state FROM courses_job") == ("done",), 60, "the import is done"
        )
    finally:
        successor.kill()
        successor.wait()
    assert machine.read("SELECT done, total, outcome FROM courses_job") == (
        2000, 2000, "1000 teams, 2000 people, 2000 roles, 1000 projects new.",
    )  # fmt: skip
    counts = {"team": 1000, "user": 2001, "membership": 2000, "project": 1000, "event": 1, "jobchunk": 0}
    for table, count in counts.items():
        assert machine.read(f"SELECT count(*) FROM courses_{table}") == (count,), table
