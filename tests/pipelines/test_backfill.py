"""Pipelines of the past, read as a job from the stand-in: page by page, from where it stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from courses.models import Event, Job
from courses.services import jobs
from courses.services.jobs import JobRefusedError, running
from pipelines import rules, services
from pipelines.clients.gitlab import answers
from pipelines.clients.gitlab import history as client
from pipelines.clients.readings import CIFault, FaultKind, Wanted
from pipelines.models import CIServer, Pipeline, Repository, RepositoryState
from pipelines.queries import charts as drawings
from pipelines.services import backfill, recording
from pipelines.services.history import store_history
from tests import factories
from tests.pipelines.conftest import AT, pipeline, project

pytestmark = pytest.mark.django_db
SINCE = (AT - timedelta(days=90)).date()
DAY = timedelta(days=1)


def given(count, *, step=timedelta(hours=6), status="success", **told):
    """Return `count` pipelines for the stand-in that ended by AT, the oldest first."""
    rows = []
    for n in range(count):
        at = (AT - step * (count - n)).isoformat()
        times = dict.fromkeys(["created_at", "updated_at", "started_at", "finished_at"], at)
        rows.append({"status": status, "duration": 60, **times, **told})
    return rows


@pytest.fixture
def world(gitlab, server):
    """Return a function that sets up projects on the stand-in and polls them once."""

    def world(**projects):
        specs = [
            {"path": f"course/{name}/app", "pipelines": rows, "remote_id": 101 + n}
            for n, (name, rows) in enumerate(sorted(projects.items()))
        ]
        gitlab.set(projects=specs)
        rows = [
            factories.RepositoryFactory(
                project__team__course=server.course, server=server, path=spec["path"], default_branch="main"
            )
            for spec in specs
        ]
        for row in rows:
            row.project.repository_path = row.path
            row.project.save()
        CIServer.objects.update(next_poll_at=AT)
        assert services.poll_due_servers(now=AT) == 1
        return rows

    return world


@pytest.fixture
def ask(server, lecturer):
    def ask(since=SINCE):
        return services.start_backfill(server.course, since=since, actor=lecturer, now=AT)[0]

    return ask


@pytest.fixture
def one_step(monkeypatch):
    """Let a turn end after each step, so that a test can look in between."""
    monkeypatch.setattr(running, "TURN", timedelta(0))


def turn(job, *, later=0):
    """Give the job a turn and return it as stored."""
    jobs.run_due_jobs(now=AT + timedelta(seconds=later))
    job.refresh_from_db()
    return job


def stored(repository):
    return repository.pipelines.count()


def everything():
    """Return all that a repetition must not change."""
    rows = Pipeline.objects.order_by("pk").values_list("pk", "status", "is_history", "seen_at", "updated_at")
    return list(rows), list(RepositoryState.objects.order_by("pk").values_list())


def test_all_pages_of_every_repository_are_read(gitlab, world, ask):
    long, short = world(long=given(250), short=given(3))
    before = gitlab.asked["graphql"]
    job = turn(ask())
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    assert job.outcome == "Pipelines added: 245."
    assert (stored(long), stored(short)) == (250, 3)
    assert gitlab.asked["graphql"] - before == 4
    oldest = long.pipelines.last()
    assert (oldest.iid, oldest.duration_s, oldest.is_history) == (1, 60, True)
    assert oldest.status_group == "success"
    assert long.pipelines.filter(is_history=False).count() == 5
    assert not oldest.jobs.exists()


def test_a_page_scores_far_below_the_limit(gitlab, world, ask):
    world(long=given(3))
    turn(ask())
    assert gitlab.asked["scores"][-1] <= 60


def test_what_is_older_than_asked_for_is_left_out(world, ask):
    (row,) = world(long=given(300, step=timedelta(days=1)))
    turn(ask())
    assert stored(row) == 90
    assert row.pipelines.last().created_at >= datetime(*SINCE.timetuple()[:3], tzinfo=UTC)


def test_rest_reads_the_same_pages_where_graphql_is_none(gitlab, world, ask):
    (row,) = world(long=given(250, step=timedelta(hours=9)))
    gitlab.set(mode="nographql")
    before = gitlab.asked["rest"]
    job = turn(ask())
    assert job.state == "done"
    assert stored(row) == 241
    assert gitlab.asked["rest"] - before == 3
    oldest = row.pipelines.last()
    assert (oldest.is_history, oldest.duration_s, oldest.iid) == (True, None, 10)


def test_a_server_known_to_have_no_graphql_is_not_asked_for_it(gitlab, world, ask):
    world(long=given(8))
    CIServer.objects.update(graphql_unusable_until=AT + DAY)
    before = gitlab.asked
    turn(ask())
    after = gitlab.asked
    assert (after["graphql"] - before["graphql"], after["rest"] - before["rest"]) == (0, 1)


def test_repeating_it_changes_nothing(world, ask):
    world(long=given(120))
    turn(ask())
    before = everything()
    job = turn(ask())
    assert job.outcome == "Pipelines added: 0."
    assert everything() == before


def test_a_killed_worker_loses_one_page_at_most(gitlab, world, ask, one_step, monkeypatch):
    (row,) = world(long=given(250))
    job = turn(ask())
    job = turn(job)
    assert stored(row) == 100
    mark = job.checkpoint
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "store_history", _die)
        with pytest.raises(KeyboardInterrupt):
            turn(job)
    job.refresh_from_db()
    assert (job.checkpoint, stored(row)) == (mark, 100)
    assert jobs.run_due_jobs(now=AT + timedelta(seconds=5)) == 0, "its lease is not over"
    for later in (100, 101, 102):
        turn(job, later=later)
    assert (job.state, stored(row)) == ("done", 250)
    pages = [path for path in gitlab.asked["paths"] if path.endswith("/graphql")]
    assert len(pages) == 1 + 4, "a poll, three pages, and the lost one again"


def _die(*_args, **_told):
    raise KeyboardInterrupt


def test_cancelling_stops_before_the_next_page(world, ask, one_step, lecturer):
    (row,) = world(long=given(250))
    job = turn(turn(ask()))
    jobs.cancel_job(job, actor=lecturer, now=AT)
    job = turn(job, later=1)
    assert (job.state, stored(row)) == ("cancelled", 100)


def test_a_server_that_asks_for_time_gets_it(gitlab, world, ask, client, lecturer):
    (row,) = world(long=given(120))
    gitlab.set(mode="throttled", retry_after=40)
    job = turn(ask())
    assert job.state == "running"
    assert job.leased_until is None
    assert timedelta(seconds=39) < job.not_before - AT < timedelta(seconds=60)
    client.force_login(lecturer)
    assert "The server asks to wait 40 s." in client.get(job.get_absolute_url()).text
    asked = gitlab.asked["graphql"]
    gitlab.set(mode="ok")
    assert jobs.run_due_jobs(now=AT + timedelta(seconds=30)) == 0
    assert gitlab.asked["graphql"] == asked
    job = turn(job, later=70)
    assert (job.state, job.outcome, stored(row)) == ("done", "Pipelines added: 115.", 120)


def test_a_busy_server_is_tried_again_and_then_given_up(gitlab, world, ask):
    world(a=given(8), b=given(8), c=given(8))
    gitlab.set(mode="error")
    job, later = ask(), 0
    turn(job)
    assert (job.state, job.outcome) == ("running", "The server answers with 500.")
    for _ in range(3 * (backfill.TRIES + 1)):
        later += 700
        turn(job, later=later)
    assert (job.state, job.done) == ("failed", 2)
    assert (job.error, job.remedy) == (
        "The server answers with 500.",
        "Start it again when the server answers.",
    )


def test_one_repository_that_is_gone_stops_no_other(gitlab, world, ask):
    gone, there = world(gone=given(8), there=given(120))
    specs = [{"path": there.path, "pipelines": given(120), "remote_id": 102}]
    gitlab.set(projects=specs)
    job = turn(ask())
    assert (job.state, job.done, stored(there), stored(gone)) == ("done", 2, 120, 5)
    assert job.outcome == (
        "Pipelines added: 115. Repositories not read to the end: 1. "
        "course/gone/app: It does not exist, or the token may not see it."
    )


def test_a_refused_token_is_not_shown_again(gitlab, world, ask):
    world(a=given(8), b=given(8), c=given(8))
    gitlab.set(mode="expired")
    before = gitlab.asked
    job = turn(ask())
    after = gitlab.asked
    assert (job.state, job.done) == ("done", 3)
    assert "not read to the end: 3. course/a/app: The token is not valid" in job.outcome
    assert after["graphql"] + after["rest"] - before["graphql"] - before["rest"] == 1


def test_a_repository_that_went_away_is_passed_over(world, ask, one_step):
    world(a=given(8), b=given(8))
    job = turn(ask())
    Repository.objects.filter(path="course/a/app").delete()
    assert turn(turn(turn(job))).state == "done"
    assert Pipeline.objects.count() == 8


def test_nothing_is_written_into_a_repository_that_was_bound_anew(world, server):
    (row,) = world(a=given(8))
    Repository.objects.filter(pk=row.pk).update(bound_path="course/other/app")
    row.bound_path = row.path
    assert store_history(row, [pipeline(1)], now=AT) == 0
    assert stored(row) == 5


def test_no_branch_alert_or_event_moves_by_what_is_old(world, ask):
    old = given(60, status="failed")
    (row,) = world(a=[*old, *given(5, step=timedelta(minutes=1), status="skipped")])
    before = RepositoryState.objects.values().get()
    assert before["status"] == "unknown"
    turn(ask())
    assert stored(row) == 65
    assert RepositoryState.objects.values().get() == before
    again = pipeline(10**9 + 1, "skipped", minutes=1)
    services.record_pipelines({row.pk: project(again, path=row.path)}, now=AT + DAY)
    assert RepositoryState.objects.get().status == "unknown", "not even once a poll looks again"
    assert not Event.objects.exclude(kind="settings").exists()
    assert not Alert.objects.exists()


def test_a_poll_that_reads_an_old_pipeline_whole_makes_it_speak(world):
    (row,) = world(a=given(1))
    store_history(row, [pipeline(10**9, "failed")], now=AT)
    assert RepositoryState.objects.get().status == "success"
    services.record_pipelines({row.pk: project(pipeline(10**9, "failed"), path=row.path)}, now=AT)
    assert RepositoryState.objects.get().status == "failed"
    assert not Pipeline.objects.get(remote_id=10**9).is_history


def test_an_old_pipeline_that_moved_since_is_written_again(world):
    (row,) = world(a=given(1))
    store_history(row, [pipeline(9, "running"), pipeline(9, "running")], now=AT)
    assert store_history(row, [pipeline(9, "success", minutes=5)], now=AT) == 0
    assert row.pipelines.get(remote_id=9).status == "success"


def test_what_was_asked_for_is_kept_up_to_a_limit(world, ask, monkeypatch):
    (row,) = world(long=given(120))
    turn(ask())
    row.refresh_from_db()
    assert row.keep_since.date() == SINCE
    news = project(pipeline(10**9), path=row.path)
    services.record_pipelines({row.pk: news}, now=AT)
    assert stored(row) == 121
    monkeypatch.setattr(recording, "MOST_KEPT", 100)
    services.record_pipelines({row.pk: project(pipeline(10**9 + 1), path=row.path)}, now=AT)
    assert stored(row) == 100
    Repository.objects.update(keep_since=AT - 10 * DAY)
    services.record_pipelines({row.pk: project(pipeline(10**9 + 2), path=row.path)}, now=AT)
    assert stored(row) == 50
    assert row.pipelines.filter(created_at__lt=AT - 10 * DAY).count() == 7


def test_reading_stops_at_what_is_kept(world, ask, monkeypatch):
    monkeypatch.setattr(backfill, "MOST_KEPT", 200)
    (row,) = world(long=given(350))
    job = turn(ask())
    assert stored(row) == 200
    assert "Repositories cut to their newest 200: 1." in job.outcome


def test_a_shorter_span_asked_for_later_forgets_nothing(world, ask):
    (row,) = world(a=given(3))
    turn(ask())
    turn(ask(since=(AT - 5 * DAY).date()))
    row.refresh_from_db()
    assert row.keep_since.date() == SINCE


def test_another_repository_starts_anew(world, ask, server):
    (row,) = world(a=given(3))
    turn(ask())
    services.bind_repository(row.project, server, "course/other/app", now=AT)
    row.refresh_from_db()
    assert row.keep_since is None


def test_polls_of_rest_are_not_told_of_old_pipelines_as_known(gitlab, world):
    (row,) = world(a=given(3))
    row.pipelines.update(is_history=True, status="running")
    CIServer.objects.update(graphql_unusable_until=AT + DAY, next_poll_at=AT + DAY / 2)
    services.poll_due_servers(now=AT + DAY / 2)
    assert not row.pipelines.filter(is_history=True).exists()
    assert {one.status for one in row.pipelines.all()} == {"success"}


def test_nothing_to_read_is_told_at_once(server, ask):
    with pytest.raises(JobRefusedError):
        ask()


# What the server says ------------------------------------------------------------------------


def test_old_pipelines_leave_the_rate_limit_to_the_polls():
    now = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)

    def told(limit, remaining, reset_s):
        reset = str(int(now.timestamp()) + reset_s)
        return {"RateLimit-Limit": limit, "RateLimit-Remaining": remaining, "RateLimit-Reset": reset}

    assert answers.rest_s(told("2000", "401", 40), now) == 0
    assert answers.rest_s(told("2000", "400", 40), now) == 40
    assert answers.rest_s(told("2000", "0", -40), now) == 1
    assert answers.rest_s(told("2000", "0", 99999), now) == 3600
    assert answers.rest_s(told("2000", "none", 40), now) == 0
    assert answers.rest_s({}, now) == 0


def test_a_budget_that_runs_low_is_waited_for(world, ask, monkeypatch):
    (row,) = world(long=given(120))
    monkeypatch.setattr(answers, "rest_s", lambda headers, now: 30)
    job = turn(ask())
    assert stored(row) == 100
    assert "left to its polls" in job.outcome
    job = turn(job, later=60)
    assert (job.state, job.outcome) == ("running", "Pipelines added: 115.")
    assert turn(job, later=120).state == "done"


@pytest.mark.parametrize(
    ("words", "kind", "is_maybe_way"),
    [("Request timed out.", "busy", False), ("Timeout on validation", "busy", False), ("", "refused", True)],
)
def test_what_graphql_refuses(words, kind, is_maybe_way):
    errors = [client.projects.Problem(words)] if words else None
    fault = client._refusal(client.Answer(None, errors))
    assert (fault.kind, fault.is_maybe_way) == (kind, is_maybe_way)


def test_a_fault_of_both_ways_is_told(gitlab):
    wanted = Wanted(1, "course/none/app", None, "main")
    told = client.read_history(gitlab.access, wanted, since=AT, cursor="", is_graphql_usable=True)
    assert isinstance(told, CIFault)
    assert told.kind == FaultKind.GONE


def test_waits_grow_and_end():
    assert [rules.busy_wait_s(tries) for tries in (1, 2, 3, 5, 90)] == [15, 30, 60, 240, 300]


# Pages ---------------------------------------------------------------------------------------


@pytest.fixture
def url(server):
    return reverse("pipelines:server_history", args=[server.pk])


def test_lecturers_ask_for_a_day_and_see_the_job(client, world, server, url, lecturer):
    world(a=given(8))
    client.force_login(lecturer)
    assert url in client.get(server.get_absolute_url()).text
    page = client.get(url)
    usual = timezone.localdate() - timedelta(days=90)
    assert f'value="{usual.isoformat()}"' in page.text
    assert "the 1 repository of" in page.text
    answer = client.post(url, {"since": usual.isoformat()})
    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert (job.kind, job.parameters) == ("pipelines.backfill", {"since": usual.isoformat()})
    assert "Older pipelines" in client.get(reverse("courses:job_list", args=[server.course.slug])).text
    again = client.post(url, {"since": usual.isoformat()}, follow=True)
    assert "being read already" in again.text
    assert Job.objects.count() == 1


@pytest.mark.parametrize("days", [-1, 0, 731, None])
def test_days_out_of_reach_are_refused(client, world, url, lecturer, days):
    world(a=given(8))
    client.force_login(lecturer)
    day = "yesterday" if days is None else (timezone.localdate() - timedelta(days=days)).isoformat()
    answer = client.post(url, {"since": day})
    assert answer.status_code == 200
    assert answer.context["form"].errors["since"]
    assert not Job.objects.exists()


def test_a_course_without_repositories_is_told_to_wait(client, url, lecturer):
    client.force_login(lecturer)
    assert "No repository read yet" in client.get(url).text
    answer = client.post(url, {"since": (timezone.localdate() - DAY).isoformat()})
    assert "No repository of this course has been read yet." in str(answer.context["form"].errors)


def test_nobody_else_may_ask(client, url, outsider, student, tutor):
    for user in (outsider, student, tutor):
        client.force_login(user)
        assert client.get(url).status_code == client.post(url, {"since": "2026-11-01"}).status_code == 404
    client.logout()
    assert "login" in client.get(url)["Location"]
    assert not Job.objects.exists()


def make_history(team, server, count):
    row = factories.RepositoryFactory(project=factories.ProjectFactory(team=team), server=server)
    now = timezone.now()
    for n in range(count, 0, -1):
        factories.PipelineFactory(
            repository=row,
            created_at=now - n * DAY,
            status="failed" if n % 7 == 0 else "success",
            duration_s=60.0 + n,
            is_history=n > 5,
        )
    factories.RepositoryStateFactory(repository=row)
    return row


def test_a_repository_shows_its_last_pipelines_and_on_request_all(client, team, server, lecturer):
    row = make_history(team, server, 60)
    client.force_login(lecturer)
    page = client.get(row.get_absolute_url())
    found, charts = page.context["found"], page.context["charts"]
    assert len(found.of_branch) == 50
    assert page.context["page"].paginator.num_pages == 3
    assert "All since" in page.text
    assert "not read" in page.text
    assert "definition is not valid" not in page.text
    everything = client.get(f"{row.get_absolute_url()}?{charts.everything}")
    assert len(everything.context["found"].of_branch) == 60
    assert everything.context["found"].figures.decided == 60
    assert "All since" not in everything.text
    assert "Back to the last pipelines" in everything.text


def test_a_span_without_pipelines_leads_back(client, team, server, lecturer):
    row = make_history(team, server, 2)
    client.force_login(lecturer)
    empty = client.get(row.get_absolute_url(), {"from": "2020-01-01", "to": "2020-02-01"})
    assert empty.context["charts"].durations.is_empty
    assert "Back to the last pipelines" in empty.text


def test_many_pipelines_are_drawn_as_medians(client, team, server, lecturer, monkeypatch):
    monkeypatch.setattr(drawings, "MOST_POINTS", 10)
    row = make_history(team, server, 40)
    row.pipelines.filter(remote_id__in=row.pipelines.values("remote_id")[10:25]).update(duration_s=None)
    client.force_login(lecturer)
    chart = client.get(row.get_absolute_url()).context["charts"].durations
    assert [line.label for line in chart.lines] == ["took, median", "waited, median"]
    assert 3 < len(chart.rows) <= 10


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"status": "failed", "duration_s": 180}, "Failed after 3 min"),
        ({"status": "success"}, "Passed"),
    ],
)
def test_a_pipeline_of_the_past_says_that_its_jobs_were_not_read(client, team, server, lecturer, told, words):
    row = factories.RepositoryFactory(project=factories.ProjectFactory(team=team), server=server)
    old = factories.PipelineFactory(repository=row, is_history=True, **told)
    client.force_login(lecturer)
    page = client.get(old.get_absolute_url())
    assert page.context["found"].sentence == words
    assert "Jobs not read" in page.text
    old.stages = [["test", "success"]]
    old.save()
    assert "Its jobs are not kept." in client.get(old.get_absolute_url()).text
    assert "not valid" not in page.text
    assert "retry it" not in page.text
