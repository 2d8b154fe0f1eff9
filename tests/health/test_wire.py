from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from courses import services as courses
from health import services, wire
from health.models import Host, HostRollup, HostSample, HostState
from tests.conftest import call_wire
from tests.factories import CourseFactory, ProjectFactory

pytestmark = pytest.mark.django_db
READING = {
    "name": "db-1",
    "cpu_count": 2,
    "cpu_percent": 50.0,
    "load_1m": 0.5,
    "memory_total_bytes": 4_000,
    "memory_percent": 25.0,
    "memory_used_bytes": 1_000,
    "swap_percent": 0.0,
    "disk_percent": 10.0,
    "disk_used_bytes": 100,
    "disk_total_bytes": 1_000,
    "network_received_bytes_per_s": 10.0,
    "network_sent_bytes_per_s": 20.0,
}


@pytest.fixture
def course():
    return CourseFactory()


@pytest.fixture
def key(course):
    return courses.create_api_key(
        course, name="agent", scopes=["ingest"], created_by=None, now=timezone.now()
    )[1]


def reading(minutes_ago=0, **changes):
    return {"at": (timezone.now() - timedelta(minutes=minutes_ago)).isoformat(), **READING, **changes}


def counted(stored, too_soon=0, not_newer=0):
    return {"stored": stored, "too_soon": too_soon, "not_newer": not_newer}


def send(key, *readings, path="/ingest/hosts", **options):
    return call_wire(wire.receive_readings, path, {"readings": list(readings)}, key=key, **options)


def test_readings_become_a_host_of_the_course(course, key):
    answer = send(key, reading(2), reading(1), reading())
    assert (answer.status, answer.json) == (202, counted(3))
    host = Host.objects.get()
    assert (host.name, host.course) == ("db-1", course)
    assert HostSample.objects.filter(host=host).count() == 3
    assert HostRollup.objects.filter(host=host, step_minutes=1440).get().expected == 1440


def test_a_batch_sent_again_is_stored_once(key):
    batch = [reading(1), reading()]
    assert send(key, *batch).json == counted(2)
    assert send(key, *batch).json == counted(0, not_newer=2)
    assert HostSample.objects.count() == 2


def test_what_comes_too_soon_is_counted_as_left_out(key):
    batch = [reading(minutes) for minutes in (1, 58 / 60, 56 / 60)]
    assert send(key, *batch).json == counted(1, too_soon=2)
    assert HostRollup.objects.get(step_minutes=1440).n == 1
    assert send(key, *batch).json == counted(0, too_soon=2, not_newer=1)
    assert HostRollup.objects.get(step_minutes=1440).n == 1


@pytest.mark.parametrize(("every_s", "minute", "hour"), [(10, 6, 360), (60, 1, 60), (90.5, 1, 40)])
def test_the_interval_of_a_reading_says_how_many_are_expected(key, every_s, minute, hour):
    assert send(key, reading(every_s=every_s)).status == 202
    assert HostSample.objects.get().expected == minute
    assert HostRollup.objects.get(step_minutes=60).expected == hour


def test_a_key_of_a_project_writes_no_hosts_of_the_course(course):
    project = ProjectFactory(team__course=course)
    key = courses.create_api_key(
        course, name="p", scopes=["ingest"], project=project, created_by=None, now=timezone.now()
    )[1]
    answer = send(key, reading())
    assert answer.status == 403
    assert "made under the course" in answer.json["detail"]
    assert not Host.objects.exists()


def test_readings_out_of_order_are_put_in_order(key):
    assert send(key, reading(), reading(5)).json == counted(2)
    assert timezone.now() - HostState.objects.get().last_sampled_at < timedelta(minutes=1)


def test_two_courses_may_have_machines_of_one_name(key):
    other = courses.create_api_key(
        CourseFactory(), name="agent", scopes=["ingest"], created_by=None, now=timezone.now()
    )[1]
    send(key, reading())
    send(other, reading())
    assert Host.objects.filter(name="db-1").count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cpu_percent": 101.0}, "cpu_percent"),
        ({"name": "<script>"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"memory_used_bytes": 10**30}, "memory_used_bytes"),
        ({"disk_percent": None}, "disk_percent"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-01-01T00:00:00"}, "at"),
        ({"at": "2020-01-01T00:00:00Z"}, "too old or in the future"),
        ({"surprise": 1}, "surprise"),
        ({"every_s": 9}, "every_s"),
        ({"every_s": 3601}, "every_s"),
    ],
)
def test_a_wrong_reading_is_named(key, change, words):
    answer = send(key, {**reading(), **change})
    assert answer.status == 400
    assert words in answer.json["detail"] + answer.json["field"]
    assert not Host.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "readings"),
        ({"readings": []}, "readings"),
        ({"more": 1}, "more"),
        ({"readings": [{}]}, "readings[0].at"),
        ({"readings": [{"surprise": 1}]}, "readings[0].surprise"),
        ({"readings": [reading(), 3]}, "readings[1]"),
        ({"readings": [reading(cpu_percent=101)]}, "readings[0].cpu_percent"),
        ([], ""),
    ],
)
def test_the_field_is_the_path_of_what_is_wrong(key, body, field):
    answer = call_wire(wire.receive_readings, "/ingest/hosts", body, key=key)
    assert (answer.status, answer.json["field"]) == (400, field)


def test_a_foreign_encoding_is_refused(key):
    answer = send(key, reading(), HTTP_CONTENT_ENCODING="br")
    assert (answer.status, answer.json["field"]) == (415, "Content-Encoding")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 5000, b'{"readings": NaN}', b"\xff\xfe", b'{"readings": []}']
)
def test_a_body_that_is_no_batch_is_refused(key, body):
    assert call_wire(wire.receive_readings, "/ingest/hosts", body, key=key).status == 400


def test_what_else_is_refused(course, key):
    assert send("", reading()).status == 401
    assert send(key, reading(), path="/ingest/hosts/x").status == 404
    assert send(key, reading(), method="GET").status == 405
    assert call_wire(wire.receive_readings, "/ingest/hosts", b"x" * 200_000, key=key).status == 413
    reader = courses.create_api_key(
        course, name="r", scopes=["evaluate"], created_by=None, now=timezone.now()
    )[1]
    assert send(reader, reading()).status == 403


def test_a_database_that_does_not_answer_asks_for_patience(key, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(services, "record_agent_readings", fail)
    answer = send(key, reading())
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert "gone" not in answer.body.decode()
