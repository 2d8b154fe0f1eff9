"""The pages of long work: who sees them, what they say in each state."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from courses.models import Job, JobChunk
from courses.services import jobs
from courses.services.jobs import JobKind, kinds
from tests import factories


@pytest.fixture(autouse=True)
def _kind(monkeypatch):
    cache.clear()  # live parts of the test before
    monkeypatch.setattr(kinds, "_kinds", {})
    jobs.register(JobKind("tests.nothing", "Counting", iter, "{} lines".format, "What is there stays."))


@pytest.fixture
def make(team, lecturer):
    def make(**fields):
        return factories.CourseJobFactory(course=team.course, asked_by=lecturer, **fields)

    return make


@pytest.fixture
def read(client, lecturer):
    client.force_login(lecturer)

    def read(job, **headers):
        return " ".join(client.get(job.get_absolute_url(), headers=headers).content.decode().split())

    return read


def running(**fields):
    now = timezone.now()
    lease = {"leased_until": now + timedelta(seconds=9), "started_at": now, "progress_at": now}
    return {"state": "running", **lease, **fields}


def test_job_detail_says_how_far_it_is(read, make):
    text = read(make(**running(done=620, total=1000, rate_per_s=38.0)))
    assert '<progress aria-label="Progress" max="100" value="62">' in text
    assert "62 % done" in text
    assert "620 of 1000 lines" in text
    assert "38 lines per second" in text
    assert "about 10 s left" in text
    assert "every 2s" in text
    assert "You may leave this page" in text


def test_job_detail_without_a_total_promises_nothing(read, make):
    text = read(make(**running(done=5, rate_per_s=0.1)))
    assert '<progress aria-label="Progress" >' in text
    assert " left" not in text
    assert "per second" not in text


def test_job_detail_believes_no_rate_of_a_silent_worker(read, make):
    text = read(
        make(
            **running(done=5, total=9, rate_per_s=3.0)
            | {"progress_at": timezone.now() - timedelta(seconds=9)}
        )
    )
    assert " left" not in text
    assert "per second" not in text


def test_job_detail_of_a_waiting_job(read, make):
    assert "A worker takes it up within seconds." in read(make())


def test_job_detail_of_one_that_no_worker_takes_up(read, make):
    long_ago = timezone.now() - timedelta(minutes=42)
    left = {"created_at": long_ago, "progress_at": long_ago}
    assert "No worker has taken it up for 42 min." in read(make(**left))
    died = {"state": "running", "leased_until": long_ago + timedelta(minutes=2)}
    assert "No worker has taken it up for 40 min." in read(make(**left, **died))
    assert "No worker" not in read(make(**left, not_before=timezone.now() + timedelta(minutes=5)))


def test_job_detail_of_a_job_that_stumbled(read, make):
    text = read(make(state="running", error="It stopped unexpectedly (OSError).", not_before=timezone.now()))
    assert "OSError). It is tried again by itself." in text


def test_job_detail_of_one_that_is_being_cancelled(read, make):
    text = read(make(**running(cancel_requested_at=timezone.now())))
    assert "stops after the step at hand" in text
    assert ">Cancel<" not in text


def test_job_detail_of_a_failed_job_says_what_helps(read, make):
    told = {"error": "Line 4 <b>is wrong.", "remedy": "Mend it.", "outcome": "2 teams new."}
    text = read(make(state="failed", done=3, total=9, **told))
    assert "<b>Line 4 &lt;b&gt;is wrong.</b> Mend it." in text
    assert "It had done 3 of 9 lines. 2 teams new. What is there stays." in text
    assert "data-live" not in text


def test_job_detail_of_a_cancelled_job(read, make, tutor):
    text = read(make(state="cancelled", finished_at=timezone.now(), cancelled_by=tutor))
    assert "What is there stays." in text
    assert tutor.email in text


def test_job_detail_of_a_finished_job_offers_its_file(read, make, client):
    job = make(state="done", result_name="a.zip", result_type="application/zip", result_bytes=6)
    JobChunk.objects.create(job=job, role="result", start=0, content=b"abc")
    JobChunk.objects.create(job=job, role="result", start=3, content=b"def")
    url = reverse("courses:job_result", args=[job.pk])
    assert url in read(job)
    answer = client.get(url)
    assert answer.getvalue() == b"abcdef"
    assert answer.headers["Content-Length"] == "6"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.zip"'
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_job_detail_of_a_file_that_was_dropped(read, make, client):
    job = make(state="done", result_name="a.zip")
    assert "Ask for a new one" in read(job)
    assert client.get(reverse("courses:job_result", args=[job.pk])).status_code == 404


def test_job_detail_of_a_kind_whose_app_is_gone(read, make):
    assert "old.kind" in read(make(kind="old.kind", **running(done=3)))


def test_job_detail_polls_its_part_alone(read, make):
    part = read(make(), HX_Request="true", HX_Target="progress")
    assert part.startswith('<div id="progress"')
    assert "csrf" not in part


def test_job_cancel_calls_it_off_and_shows_it(client, read, make, lecturer):
    job = make()
    assert 'form="act"' in read(job)
    answer = client.post(reverse("courses:job_cancel", args=[job.pk]))
    assert answer.headers["Location"] == job.get_absolute_url()
    assert "What is there stays." in read(job), "not what was shown a moment ago"
    job.refresh_from_db()
    assert (job.state, job.cancelled_by) == ("cancelled", lecturer)
    assert client.get(reverse("courses:job_cancel", args=[job.pk])).status_code == 405


def test_tutors_see_jobs_but_neither_cancel_nor_take_files(client, tutor, make):
    job = make(state="done", result_name="a.zip", result_bytes=1)
    client.force_login(tutor)
    answer = client.get(job.get_absolute_url())
    assert answer.status_code == 200
    assert b"Download" not in answer.content
    assert client.get(reverse("courses:job_result", args=[job.pk])).status_code == 404
    assert client.post(reverse("courses:job_cancel", args=[job.pk])).status_code == 404


def test_students_and_outsiders_see_no_jobs(client, student, outsider, make, team):
    job = make()
    for user in (student, outsider):
        client.force_login(user)
        for url in (job.get_absolute_url(), reverse("courses:job_list", args=[team.course.slug])):
            assert client.get(url).status_code == 404


def test_administrators_see_every_job(admin_client, make):
    assert admin_client.get(make().get_absolute_url()).status_code == 200


def test_job_list_shows_the_jobs_of_the_course(client, lecturer, make, team):
    client.force_login(lecturer)
    url = reverse("courses:job_list", args=[team.course.slug])
    assert b"No job yet" in client.get(url).content
    make(**running(done=1, total=4, rate_per_s=1.0))
    make(state="done", result_name="a.zip", result_bytes=2048)
    make(state="failed", error="Too large.")
    elsewhere = factories.CourseJobFactory(state="failed", error="Not yours.")
    text = client.get(url).content.decode()
    assert "25 %" in text
    assert "about 3 s left" in text
    assert "a.zip" in text
    assert "Too large." in text
    assert elsewhere.error not in text
    assert "every 2s" in text
    Job.objects.update(state="done")
    assert "every 10s" in client.get(url).content.decode()


def test_job_pages_ask_the_same_number_of_queries_for_many_jobs(
    client, lecturer, make, team, django_assert_max_num_queries
):
    client.force_login(lecturer)
    for _ in range(60):
        make(done=1, total=3)
    with django_assert_max_num_queries(10):
        client.get(reverse("courses:job_list", args=[team.course.slug]))
    with django_assert_max_num_queries(10):
        client.get(Job.objects.first().get_absolute_url())
