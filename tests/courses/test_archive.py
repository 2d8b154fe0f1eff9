"""A course in one file: whole, readable by everybody, harmless, resumable at every step."""

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from courses.models import Event, Job
from courses.rules.csvfile import cell, write_records
from courses.rules.zipping import Zip, added, directory, ended, opened
from courses.services import archive, jobs
from courses.services.jobs import running
from experiments.models import Result
from health.models import EnvironmentRollup, Transition
from tests import factories

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TABLES = {
    "people", "teams", "tags", "projects", "environments", "events", "alerts", "changes-of-status",
    "checks-by-day", "pipelines", "experiments", "experiment-results",
}  # fmt: skip


def make(course, actor, turns=1):
    job = archive.start_archive(course, actor=actor, now=NOW)[0]
    for turn in range(turns):
        jobs.run_due_jobs(now=NOW + timedelta(minutes=turn))
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


@pytest.fixture
def course_of_nobody(db):
    return factories.CourseFactory(), factories.UserFactory()


def read(job):
    """Return the tables of the archive as lists of dictionaries."""
    with zipfile.ZipFile(io.BytesIO(b"".join(jobs.read_result(job)))) as zipped:
        assert zipped.testzip() is None
        texts = {
            name.removesuffix(".csv"): zipped.read(name).decode("utf-8-sig") for name in zipped.namelist()
        }
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def test_it_says_what_it_holds_as_somebody_counts_a_course(team, lecturer, student):
    tutor = factories.MembershipFactory(team=team, role="tutor").user
    factories.MembershipFactory(user=tutor, team=factories.TeamFactory(course=team.course), role="tutor")
    factories.PipelineFactory.create_batch(2, repository__project__team=team)
    outcome = make(team.course, lecturer).outcome
    assert outcome == "2 teams, 3 people, 2 projects, 2 pipelines."


def test_an_empty_course_is_an_archive_of_nothing(course_of_nobody):
    assert make(*course_of_nobody).outcome == "Nothing yet."


def test_every_table_of_every_app_is_there(team, lecturer, student):
    place = factories.EnvironmentFactory(project__team=team)
    alert = factories.AlertFactory(project=place.project, title="production answers with 502")
    factories.TagFactory(course=team.course, name="heroku").teams.add(team)
    run = factories.PipelineFactory(repository__project=place.project)
    Transition.objects.create(environment=place, at=NOW, from_status="up", to_status="down")
    EnvironmentRollup.objects.create(environment=place, at=NOW, step_minutes=1440, n=9, ok=8)
    EnvironmentRollup.objects.create(environment=place, at=NOW, step_minutes=60, n=9)
    experiment = factories.ExperimentFactory(project=place.project)
    factories.EventFactory(course=team.course, team=team, title="Hello", at=NOW)
    job = make(team.course, lecturer)
    tables = read(job)
    assert set(tables) == TABLES
    assert {row["e-mail"]: (row["role"], row["team"]) for row in tables["people"]} == {
        lecturer.email: ("lecturer", ""),
        student.email: ("student", team.name),
    }
    assert tables["tags"] == [{"team": team.name, "tag": "heroku"}]
    assert tables["environments"][0]["url"] == place.url
    assert (tables["events"][0]["at"], tables["events"][0]["title"]) == ("2026-11-01T12:00:00Z", "Hello")
    assert tables["alerts"][0]["title"] == alert.title
    assert tables["pipelines"][0]["repository"] == run.repository.path
    assert [(row["from"], row["to"]) for row in tables["changes-of-status"]] == [("up", "down")]
    assert [(row["checks"], row["ok"]) for row in tables["checks-by-day"]] == [("9", "8")]
    assert tables["experiments"][0]["experiment"] == experiment.key
    assert job.result_name == f"{team.course.slug}-2026-11-01.zip"
    assert (job.done, job.total) == (12, 12)
    assert Event.objects.filter(title="Archive of the course made", actor=lecturer).exists()


def test_results_of_experiments_have_a_line_for_each_metric_and_variant(team, lecturer):
    experiment = factories.ExperimentFactory(project__team=team)
    snapshot = {
        "phase": 1, "mixed_units": 0, "sample_ratio_p": 0.5, "confidence": 0.95,
        "arms": [{"key": key, "name": key, "units": 10, "share": 0.5} for key in "ab"],
        "metrics": [{
            "key": "sign-ups", "name": "S", "kind": "proportion", "direction": "increase", "role": "goal",
            "arms": [{"units": 10, "converted": n, "mean": n / 10} for n in (2, 5)],
            "comparisons": [
                {"key": "b", "name": "b", "difference": 0.3, "low": -0.1, "high": 0.7, "p_value": 0.2}
            ],
        }],
    }  # fmt: skip
    Result.objects.create(experiment=experiment, snapshot=snapshot)
    lines = read(make(team.course, lecturer))["experiment-results"]
    assert [(row["variant"], row["mean"], row["difference"], row["low"]) for row in lines] == [
        ("a", "0.2", "", ""),
        ("b", "0.5", "0.3", "-0.1"),
    ]


def test_nothing_of_other_courses_and_no_secret_is_in_it(team, lecturer):
    factories.ChannelFactory(course=team.course, target="secret@example.org")
    factories.ApiKeyFactory(course=team.course, prefix="visible1", digest="f" * 64)
    factories.CIServerFactory(course=team.course, token="glpat-secret")
    other = factories.EnvironmentFactory(url="https://elsewhere.example.org")
    factories.EventFactory(course=other.project.team.course, title="Elsewhere")
    text = str(read(make(team.course, lecturer)))
    for hidden in ("secret", "glpat", "f" * 64, "visible1", "elsewhere", "Elsewhere"):
        assert hidden not in text


def test_hostile_cells_are_text(team, lecturer):
    formula, name = '=HYPERLINK("http://evil.example")', 'Team\0, "quoted"\nand more'
    factories.EventFactory(course=team.course, title=formula, detail="\t=1+1")
    team.name = name.replace("\0", "")
    team.save()
    tables = read(make(team.course, lecturer))
    event = next(row for row in tables["events"] if "HYPERLINK" in row["title"])
    assert event["title"] == "'" + formula
    assert event["detail"] == "'\t=1+1"
    assert tables["teams"][0]["team"] == team.name


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\r=1", "'\r=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"), ("", ""), (None, ""), (-1, -1), (0.5, 0.5), (False, False), ("a\0b", "ab"),
        (datetime(2026, 1, 1, 1, tzinfo=UTC), "2026-01-01T01:00:00Z"),
    ],
)  # fmt: skip
def test_cell(value, written):
    assert cell(value) == written


def test_what_no_text_file_takes_is_replaced():
    assert write_records([["\ud800"]]) == b"?\r\n"


@pytest.mark.parametrize("killed", [False, True])
def test_small_steps_make_the_same_archive(team, lecturer, monkeypatch, killed):
    for number in range(25):
        factories.EventFactory(course=team.course, title=f"Event {number}", at=NOW)
    places = factories.EnvironmentFactory.create_batch(3, project__team=team)
    for place in places:
        for day in range(4):
            at = NOW + timedelta(days=day, microseconds=7)
            EnvironmentRollup.objects.create(environment=place, at=at, step_minutes=1440, n=day)
    monkeypatch.setattr(archive, "STEP_ROWS", 3)
    if killed:  # after each step another worker, with nothing in its memory, goes on
        monkeypatch.setattr(running, "TURN", timedelta(0))
    tables = read(make(team.course, lecturer, turns=60 if killed else 1))
    assert [row["title"] for row in tables["events"]] == [f"Event {n}" for n in range(25)]
    assert [row["checks"] for row in tables["checks-by-day"]] == ["0", "1", "2", "3"] * 3


def test_a_zip_in_pieces_is_a_zip(tmp_path):
    state, pieces = Zip(), []
    for name in ("a.csv", "день.csv", "empty.csv"):
        state, piece = opened(state, name)
        pieces.append(piece)
        for number in range(0 if name == "empty.csv" else 3):
            state, piece = added(state, f"line {number}\n".encode() * 1000)
            pieces.append(piece)
        state, piece = ended(state)
        pieces.append(piece)
    data = b"".join([*pieces, directory(state)])
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        assert zipped.testzip() is None
        assert zipped.namelist() == ["a.csv", "день.csv", "empty.csv"]
        assert zipped.read("день.csv") == b"".join(f"line {n}\n".encode() * 1000 for n in range(3))
        assert zipped.read("empty.csv") == b""
    assert len(data) < 2000
    if shutil.which("unzip"):
        (tmp_path / "a.zip").write_bytes(data)
        subprocess.run(["unzip", "-tqq", tmp_path / "a.zip"], check=True)


def test_archive_start_makes_one_job_at_a_time(client, team, lecturer, tutor):
    url = reverse("courses:archive_start", args=[team.course.slug])
    client.force_login(tutor)
    assert client.post(url).status_code == 404
    client.force_login(lecturer)
    assert client.get(url).status_code == 405
    first = client.post(url)
    assert first.headers["Location"] == Job.objects.get().get_absolute_url()
    assert "being made already" in client.post(url, follow=True).content.decode()
    assert Job.objects.count() == 1
    assert jobs.run_due_jobs(now=NOW + timedelta(days=10**4)) > len(TABLES)
    assert client.get(reverse("courses:job_result", args=[Job.objects.get().pk])).getvalue()[:2] == b"PK"


def test_archive_start_explains_too_many_jobs(client, team, lecturer):
    factories.CourseJobFactory.create_batch(5, course=team.course)
    client.force_login(lecturer)
    answer = client.post(reverse("courses:archive_start", args=[team.course.slug]), follow=True)
    assert "5 unfinished jobs" in answer.content.decode()
