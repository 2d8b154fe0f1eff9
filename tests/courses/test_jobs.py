"""Long work: leased, done in steps, taken over, called off. Time is passed in; the kinds are made up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses import tasks
from courses.models import Event, Job, JobChunk
from courses.services import jobs
from courses.services.jobs import JobKind, JobRefusedError, Progress, files, kinds, running
from tests import factories

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
KIND = "tests.counting"
pytestmark = pytest.mark.django_db


class Counting:
    """Counts to `total`, a note on the timeline for each; does what the test says before a number."""

    def __init__(self, total=5):
        self.total, self.surprises, self.wait_s = total, {}, 0

    def steps(self, job):
        for number in range(job.checkpoint.get("next", 0), self.total):
            yield lambda now, number=number: self.write(job, number, now)

    def write(self, job, number, now):
        Event.objects.create(course=job.course, at=now, kind="note", title=str(number))
        jobs.append_result(job, f"{number}\n".encode())
        if number in self.surprises:
            self.surprises[number]()
        job.result_name, job.result_type = "numbers.txt", "text/plain"
        return Progress(number + 1, self.total, {"next": number + 1}, wait_s=self.wait_s)


@pytest.fixture
def counting(monkeypatch):
    counting = Counting()
    monkeypatch.setattr(kinds, "_kinds", {})
    jobs.register(JobKind(KIND, "Counting", counting.steps, "{} numbers".format))
    return counting


@pytest.fixture
def start(lecturer, team):
    def start(**told):
        return jobs.start_job(team.course, kind=KIND, asked_by=lecturer, now=NOW, **told)[0]

    return start


def written():
    return list(Event.objects.order_by("pk").values_list("title", flat=True))


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def fail(error):
    def surprise():
        raise error

    return surprise


def test_a_job_is_done_in_steps_and_its_file_can_be_read(counting, start):
    job = start()
    assert jobs.run_due_jobs(now=NOW) == 5
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts) == ("done", 5, 5, 0)
    assert written() == ["0", "1", "2", "3", "4"]
    assert b"".join(jobs.read_result(job)) == b"0\n1\n2\n3\n4\n"
    assert job.result_bytes == 10
    assert job.rate_per_s > 0
    assert job.started_at == NOW
    assert job.finished_at >= NOW
    assert jobs.run_due_jobs(now=after(60)) == 0


def test_a_long_turn_ends_and_the_next_one_goes_on(counting, start, monkeypatch):
    job = start()
    monkeypatch.setattr(running, "TURN", timedelta(0))
    for number in range(5):
        assert jobs.run_due_jobs(now=after(number)) == 1
    assert written() == ["0", "1", "2", "3", "4"]
    job.refresh_from_db()
    assert job.is_open
    assert jobs.run_due_jobs(now=after(9)) == 0
    job.refresh_from_db()
    assert job.state == "done"


def test_a_step_that_fails_leaves_nothing_behind_and_is_tried_again(counting, start):
    job = start()
    counting.surprises[2] = fail(OSError("disk"))
    assert jobs.run_due_jobs(now=NOW) == 2
    job.refresh_from_db()
    assert written() == ["0", "1"]
    assert (job.done, job.checkpoint, job.result_bytes) == (2, {"next": 2}, 4)
    assert "OSError" in job.error
    assert jobs.run_due_jobs(now=after(1)) == 0, "it is left alone for a moment"
    counting.surprises.clear()
    assert jobs.run_due_jobs(now=after(60)) == 3
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert written() == ["0", "1", "2", "3", "4"]


def test_a_step_that_always_fails_ends_the_job(counting, start):
    job = start()
    counting.surprises[0] = fail(ValueError("bug"))
    for turn in range(running.ATTEMPTS + 1):
        jobs.run_due_jobs(now=after(100 * turn))
    job.refresh_from_db()
    assert job.state == "failed"
    assert "ValueError" in job.error
    assert "Start it again" in job.remedy
    assert not written()
    assert not JobChunk.objects.exists()


def test_a_job_that_kills_its_workers_is_given_up(counting, start):
    job = start()
    for turn in range(running.ATTEMPTS):
        assert running.claim_job(now=after(100 * turn)).pk == job.pk
    jobs.run_due_jobs(now=after(1000))
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "The worker ended in the middle, each time.")


def test_a_refusal_ends_the_job_with_its_remedy(counting, start):
    job = start(data=b"names of people")
    counting.surprises[3] = fail(JobRefusedError("Line 4 is wrong.", "Mend it."))
    assert jobs.run_due_jobs(now=NOW) == 3
    job.refresh_from_db()
    assert (job.state, job.error, job.remedy, job.done) == ("failed", "Line 4 is wrong.", "Mend it.", 3)
    assert not JobChunk.objects.exists(), "neither the input nor half a file is kept"
    assert written() == ["0", "1", "2"]


def test_two_workers_never_have_the_same_job(counting, start):
    job = start()
    assert running.claim_job(now=NOW).pk == job.pk
    assert running.claim_job(now=after(11)) is None
    assert running.claim_job(now=after(12)).pk == job.pk, "its worker was silent for too long"


def test_a_worker_that_was_only_slow_writes_nothing_more(counting, start):
    job = start()
    counting.surprises[1] = lambda: Job.objects.filter(pk=job.pk).update(lease_token="another's")
    slow = running.claim_job(now=NOW)
    steps = counting.steps(slow)
    turn = running._Turn(slow, kinds.kind_of(KIND), NOW)
    assert turn.step(next(steps))
    other = running.claim_job(now=after(30))
    assert running._Turn(other, kinds.kind_of(KIND), after(30)).step(next(counting.steps(other)))
    with pytest.raises(running._LeaseLostError):
        turn.step(next(steps))
    assert written() == ["0", "1"]


def test_a_lease_lost_between_steps_ends_the_turn_quietly(counting, start, monkeypatch):
    job = start()
    real = running._Turn.note

    def note(turn, progress):
        real(turn, progress)
        if progress.done == 2:
            turn.job.lease_token = "stale"

    monkeypatch.setattr(running._Turn, "note", note)
    assert jobs.run_due_jobs(now=NOW) == 2
    job.refresh_from_db()
    assert job.state == "running"


def test_a_file_is_written_at_each_place_once(counting, start):
    job = start()
    jobs.append_result(job, b"abc")
    job.result_bytes = 0
    with pytest.raises(IntegrityError), transaction.atomic():
        jobs.append_result(job, b"abc")


def test_large_files_are_kept_in_pieces(counting, start, monkeypatch):
    monkeypatch.setattr(JobChunk, "SIZE", 4)
    job = start(data=b"0123456789")
    assert jobs.read_input(job) == b"0123456789"
    assert job.chunks.count() == 3
    jobs.append_result(job, b"abcdef")
    jobs.append_result(job, b"gh")
    assert list(jobs.read_result(job)) == [b"abcd", b"ef", b"gh"]
    job.chunks.filter(start=4, role="result").delete()
    assert list(jobs.read_result(job)) == [b"abcd"]


def test_a_file_has_a_largest_size(counting, start, monkeypatch):
    monkeypatch.setattr(files, "MAX_RESULT_BYTES", 5)
    job = start()
    jobs.run_due_jobs(now=NOW)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "larger" in job.error


def test_who_waits_longest_is_next(counting, start, monkeypatch):
    first, second = start(parameters={"n": 1}), start(parameters={"n": 2})
    monkeypatch.setattr(running, "TURN", timedelta(0))
    jobs.run_due_jobs(now=NOW)
    jobs.run_due_jobs(now=after(1))
    jobs.run_due_jobs(now=after(2))
    assert [Job.objects.get(pk=job.pk).done for job in (first, second)] == [2, 1]


def test_few_jobs_are_worked_on_at_once(counting, start, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 1)
    start(parameters={"n": 1})
    start(parameters={"n": 2})
    assert running.claim_job(now=NOW)
    assert running.claim_job(now=NOW) is None


def test_a_job_of_an_app_that_is_gone_is_left_alone(counting):
    job = factories.CourseJobFactory()
    assert jobs.run_due_jobs(now=after(10**9)) == 0
    job.refresh_from_db()
    assert job.state == "waiting"


def test_the_same_work_is_not_started_twice(counting, start, team, lecturer):
    job = start(parameters={"a": 1, "b": 2}, data=b"x")
    again = jobs.start_job(
        team.course, kind=KIND, asked_by=lecturer, now=NOW, parameters={"b": 2, "a": 1}, data=b"x"
    )
    assert again == (job, False)
    assert start(parameters={"a": 1, "b": 2}, data=b"y") != job
    jobs.run_due_jobs(now=NOW)
    assert start(parameters={"a": 1, "b": 2}, data=b"x") != job, "it has ended, so it may be done again"


def test_open_jobs_of_a_course_are_bounded(counting, start):
    for number in range(5):
        start(parameters={"n": number})
    with pytest.raises(JobRefusedError, match="5 unfinished jobs"):
        start(parameters={"n": 5})
    factories.CourseJobFactory()  # another course's does not count


def test_parameters_are_small(counting, start):
    with pytest.raises(ValueError, match="small"):
        start(parameters={"text": "x" * 3000})


def test_a_waiting_job_is_cancelled_at_once(counting, start, lecturer):
    job = start(data=b"x")
    jobs.cancel_job(job, actor=lecturer, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.finished_at, job.cancelled_by) == ("cancelled", NOW, lecturer)
    assert not JobChunk.objects.exists()
    assert jobs.run_due_jobs(now=NOW) == 0


def test_a_running_job_stops_before_its_next_step(counting, start, lecturer):
    job = start()
    counting.surprises[1] = lambda: jobs.cancel_job(job, actor=lecturer, now=NOW)
    assert jobs.run_due_jobs(now=NOW) == 2
    job.refresh_from_db()
    assert (job.state, job.done, job.cancelled_by) == ("cancelled", 2, lecturer)
    assert written() == ["0", "1"]
    assert not JobChunk.objects.exists()


def test_an_ended_job_cannot_be_cancelled(counting, start, lecturer):
    job = start()
    jobs.run_due_jobs(now=NOW)
    jobs.cancel_job(job, actor=lecturer, now=after(1))
    job.refresh_from_db()
    assert (job.state, job.cancel_requested_at) == ("done", None)
    assert job.result_bytes == 10


def test_a_job_that_has_to_wait_is_left_alone_and_may_be_cancelled(counting, start, lecturer):
    job = start()
    counting.wait_s = 300
    assert jobs.run_due_jobs(now=NOW) == 1
    assert jobs.run_due_jobs(now=after(299)) == 0
    assert jobs.run_due_jobs(now=after(302)) == 1
    jobs.cancel_job(job, actor=lecturer, now=after(303))
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_deleted_course_takes_its_job_along(counting, start, team):
    counting.surprises[1] = lambda: None
    start()
    claimed = running.claim_job(now=NOW)
    team.course.delete()
    with pytest.raises(running._LeaseLostError):
        running._Turn(claimed, kinds.kind_of(KIND), NOW).step(next(counting.steps(claimed)))


def test_only_the_newest_files_are_kept(counting, start):
    made = []
    for number in range(files.RESULTS_KEPT + 1):
        made.append(start(parameters={"n": number}))
        jobs.run_due_jobs(now=after(number))
    sizes = [Job.objects.get(pk=job.pk).result_bytes for job in made]
    assert sizes == [0, 10, 10, 10]
    assert not made[0].chunks.exists()


def test_files_go_after_a_week_and_jobs_after_a_quarter(counting, start):
    job = start()
    jobs.run_due_jobs(now=NOW)
    waiting = start(parameters={"n": 2})
    jobs.drop_old_jobs(now=NOW + timedelta(days=6))
    assert job.chunks.exists()
    jobs.drop_old_jobs(now=NOW + timedelta(days=8))
    job.refresh_from_db()
    assert (job.result_bytes, job.result_name, job.chunks.count()) == (0, "numbers.txt", 0)
    jobs.drop_old_jobs(now=NOW + timedelta(days=91))
    assert list(Job.objects.all()) == [waiting]


def test_the_ticks_work_and_tidy_up(counting, start):
    job = start()
    tasks.run_due_jobs()
    tasks.drop_old_jobs()
    job.refresh_from_db()
    assert (job.state, job.result_bytes) == ("done", 10)
    chunk = JobChunk(job=job, role="result", start=7)
    assert (str(job), str(chunk)) == (f"{KIND} {job.pk}", f"result of job {job.pk} from byte 7")
