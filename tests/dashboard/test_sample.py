"""A course to look at: the same at every run, never polled, told to nobody, and gone without a trace."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

import health.services
import pipelines.services
from alerts.models import Alert, Channel, Delivery
from courses.models import Course, Event, Job, User
from courses.services import jobs
from dashboard.sample import making, places, story, trials
from dashboard.sample.trials import TRIALS
from experiments.models import Experiment
from experiments.services import results
from health.models import Check, EnvironmentRollup, EnvironmentSample, EnvironmentState
from pipelines.models import CIServer, Pipeline
from pipelines.queries import server_notices
from pipelines.services import backfill
from tests import factories

TEAMS = 10
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _few_teams(monkeypatch):
    """Ten teams, six hours of measurements, 80 visitors of a test: the stories are those of the whole."""
    few = {number: replace(trial, units=(40, 40)) for number, trial in TRIALS.items()}
    monkeypatch.setattr(trials, "TRIALS", few)
    monkeypatch.setattr(making, "TEAMS", TEAMS)
    monkeypatch.setattr(places, "STEPS", ((5, 72), (60, 6), (1440, 1)))
    monkeypatch.setattr(places, "SAMPLES", 30)


@pytest.fixture
def admin(db):
    return User.objects.create_superuser("admin@example.org", "x")


def make(actor=None, now=None):
    job = making.start_sample(actor=actor, now=now or timezone.now())
    while job.is_open:
        jobs.run_due_jobs(now=timezone.now())
        job.refresh_from_db()
    return job


def counts():
    """How many rows each table has."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in ("courses", "alerts", "health", "pipelines", "experiments")
    }


def test_the_story_is_of_200_teams_of_which_some_are_in_trouble():
    told = [story.team_story(n, at=AT) for n in range(story.TEAMS)]
    assert len({one.name for one in told}) == story.TEAMS
    assert [sum(bool(one.outage) for one in told), sum(one.is_red for one in told)] == [6, 6]
    for one in told:
        spans = [(outage.start, outage.end or AT) for outage in one.outages]
        assert all(AT - timedelta(days=30) <= start < end <= AT for start, end in spans)
        assert all(a[1] < b[0] for a, b in pairwise(spans))
        assert [run.at for run in one.runs] == sorted(run.at for run in one.runs)
        assert one.runs[-1].finished_at <= AT
    assert told == [story.team_story(n, at=AT) for n in range(story.TEAMS)], "the dice are the same"


def test_the_job_makes_every_app_something_to_show(admin):
    job = make(admin)
    assert (job.state, job.done, job.total) == ("done", TEAMS, TEAMS)
    course = Course.objects.get()
    assert (course.name, course.is_sample, course.teams.count()) == ("Sample course", True, TEAMS)
    assert EnvironmentRollup.objects.count() == TEAMS * 79
    assert EnvironmentSample.objects.count() == TEAMS * 30
    assert Pipeline.objects.count() == TEAMS * story.RUNS
    assert EnvironmentState.objects.filter(status="down").count() == 1
    assert Alert.objects.filter(state="firing").count() >= 1
    assert Alert.objects.filter(state="resolved").exists()
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert kinds == {"deployment", "pipeline", "incident", "alert", "experiment"}
    assert Experiment.objects.count() == 2


def test_its_experiments_are_read_by_the_real_analysis(admin, monkeypatch):
    monkeypatch.setattr(trials, "TRIALS", TRIALS)
    make(admin)
    for experiment in Experiment.objects.all():
        while results.analyse(experiment, now=timezone.now()):
            pass
    verdicts = {row.key: row.verdict.code for row in Experiment.objects.select_related("result")}
    assert verdicts == {"order-button": "better", "signup-form": "open"}


def test_nothing_of_it_is_polled_and_nobody_is_told(admin):
    make(admin)
    later = timezone.now() + timedelta(days=365)
    assert not Check.objects.due(later).exists()
    assert not CIServer.objects.due(later).exists()
    assert not Channel.objects.exists()
    assert not Delivery.objects.exists()
    people = User.objects.exclude(pk=admin.pk)
    assert not people.filter(is_active=True).exists()
    assert all(email.endswith(".invalid") for email in people.values_list("email", flat=True))
    assert all(".invalid" in place.url for place in _environments())


def test_nothing_of_it_is_polled_whoever_presses_what(admin):
    make(admin)
    now = timezone.now()
    health.services.request_check(Check.objects.all()[0], now=now)
    pipelines.services.request_poll(CIServer.objects.get(), now=now)
    later = now + timedelta(minutes=1)
    assert not Check.objects.due(later).exists()
    assert not CIServer.objects.due(later).exists()
    with pytest.raises(jobs.JobRefusedError):
        backfill.start_backfill(Course.objects.get(), since=AT.date(), actor=admin, now=now)


def test_its_server_is_not_told_to_be_late(admin):
    make(admin)
    later = timezone.now() + timedelta(days=30)
    assert [notice.is_bad for notice in server_notices(admin, now=later)] == [False]


def _environments():
    return apps.get_model("courses", "Environment").objects.all()


def test_its_open_alerts_outlive_the_ticks(admin):
    make(admin)
    still_open = Alert.objects.filter(state="firing").count()
    now = timezone.now()
    health.services.run_due_checks(now=now)
    pipelines.services.poll_due_servers(now=now)
    assert Alert.objects.filter(state="firing").count() == still_open


def test_a_killed_worker_loses_and_doubles_nothing(admin, monkeypatch):
    make(admin, AT)
    whole = counts()
    making.remove_sample(now=AT)
    trial = making.make_trial

    def killed(number, project, *, at):
        if number == 7:
            raise KeyboardInterrupt
        trial(number, project, at=at)

    monkeypatch.setattr(making, "make_trial", killed)
    with pytest.raises(KeyboardInterrupt):
        make(admin, AT)
    assert Course.objects.get().teams.count() == making.AT_ONCE
    monkeypatch.setattr(making, "make_trial", trial)
    jobs.run_due_jobs(now=timezone.now() + timedelta(minutes=5))
    assert Job.objects.get().state == "done"
    assert counts() == whole


def test_who_cancelled_it_may_go_on(admin):
    first = making.start_sample(actor=admin, now=AT)
    next(making.sample_steps(first))
    jobs.cancel_job(first, actor=admin, now=AT)
    assert make(admin).pk != first.pk
    assert Course.objects.get().teams.count() == TEAMS
    assert making.start_sample(actor=admin, now=AT).state == "done", "it is made once"


def test_its_page_offers_to_go_on_and_leads_on_when_it_is_done(client, admin):
    client.force_login(admin)
    first = making.start_sample(actor=admin, now=AT)
    jobs.cancel_job(first, actor=admin, now=AT)
    assert 'formaction="/sample/start/"' in client.get(first.get_absolute_url()).text
    assert "See the overview" in client.get(make(admin).get_absolute_url()).text


def test_what_is_down_is_down_until_its_last_minute(admin):
    make(admin)
    state = EnvironmentState.objects.get(status="down")
    last = EnvironmentSample.objects.filter(environment=state.environment_id).order_by("-at")[0]
    assert (last.at, last.ok) == (state.last_checked_at, 0)
    alert = Alert.objects.filter(state="firing", detail=state.environment.url).get()
    assert alert.bad_count == state.consecutive_failures


def test_it_goes_without_a_trace_and_takes_nothing_along(admin):
    real = factories.MembershipFactory(team=factories.TeamFactory(course__slug="sample-course"))
    factories.EnvironmentFactory(project__team=real.team)
    before = counts()
    make(admin)
    assert Course.objects.get(is_sample=True).slug == "sample-course-2"
    assert making.remove_sample(now=AT)
    assert counts() == before
    assert not making.remove_sample(now=AT)


@pytest.mark.django_db(transaction=True)
def test_who_presses_at_the_same_time_gets_one_course():
    admin = User.objects.create_superuser("admin@example.org", "x")
    presses = 1 if connection.vendor == "sqlite" else 4  # SQLite has one writer at a time
    gate, found = threading.Barrier(presses), []

    def press():
        try:
            gate.wait()
            found.append(making.start_sample(actor=admin, now=AT).pk)
        finally:
            connection.close()

    people = [threading.Thread(target=press) for _ in range(presses)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert (len(found), len(set(found)), Course.objects.count()) == (presses, 1, 1)


def test_it_is_not_taken_away_while_it_is_made(admin):
    making.start_sample(actor=admin, now=AT)
    with pytest.raises(making.SampleBusyError):
        making.remove_sample(now=AT)


def test_an_empty_site_offers_it_and_the_button_leads_to_its_job(client, admin):
    client.force_login(admin)
    text = client.get("/").text
    assert 'form="act" formaction="/sample/start/"' in text
    answer = client.post("/sample/start/")
    assert answer["Location"] == Job.objects.get().get_absolute_url()
    assert client.post("/sample/start/")["Location"] == answer["Location"]
    text = client.get("/").text
    assert "Try it with sample data" not in text
    assert "Remove the sample course…" in text


@pytest.mark.parametrize("is_sample", [True, False])
def test_pages_of_a_made_up_course_say_so(client, admin, team, lecturer, is_sample):
    project, course = factories.ProjectFactory(team=team), team.course
    Course.objects.filter(pk=course.pk).update(is_sample=is_sample)
    repository = factories.RepositoryFactory(project=project)
    below = [
        factories.EnvironmentFactory(project=project),
        *(repository, factories.PipelineFactory(repository=repository)),
        *(factories.ExperimentFactory(project=project), factories.AlertFactory(project=project)),
        *(factories.HostFactory(course=course), factories.CourseJobFactory(course=course)),
    ]
    place, server, experiment = below[0], repository.server, below[3]
    under = {
        course: ("people", "jobs", "keys", "edit", "roster", "add-team", "setup"),
        team: ("edit", "archive", "add-project"),
        project: ("edit", "add-environment", "keys", "keys/add"),
        experiment: ("edit", "start", "delete"),
        server: ("history", "delete"),
        place: ("delete",),
    }
    pages = [f"{row.get_absolute_url()}{name}/" for row, names in under.items() for name in names]
    channel = factories.ChannelFactory(course=course)
    pages.append(reverse("courses:environment_edit", args=[place.pk]))
    pages.append(reverse("alerts:channel_edit", args=[channel.pk]))
    pages += [row.get_absolute_url() for row in (course, team, project, server, *below)]
    add = reverse("courses:member_add", args=[course.slug])
    for user, may_remove in [(lecturer, False), (admin, True)]:
        client.force_login(user)
        for url in pages:
            text = client.get(url).text
            is_its_own = url == course.get_absolute_url()
            assert text.count("Its clock stopped") == is_sample, url
            assert ("nothing of it is polled" in text) is (is_sample and is_its_own), url
            for name in ("dashboard:sample_remove", "dashboard:sample_renew"):
                assert (reverse(name) in text) is (is_sample and may_remove and is_its_own), url
        assert ("it stays when the sample course is removed" in client.get(add).text) is is_sample


@pytest.mark.parametrize("url", ["/alerts/", "/health/", "/pipelines/", "/experiments/"])
def test_a_list_narrowed_to_it_says_so_and_one_of_many_courses_names_each(client, admin, url):
    for slug, is_sample in [("made-up", True), ("taught", False)]:
        project = factories.ProjectFactory(
            team__course__slug=slug, team__course__name=f"The {slug}", team__course__is_sample=is_sample
        )
        factories.RepositoryFactory(project=project)
        factories.EnvironmentFactory(project=project)
        factories.ExperimentFactory(project=project)
        factories.AlertFactory(project=project, state="firing")
    client.force_login(admin)

    def text(**asked):
        return client.get(url, asked).text

    assert "Its clock stopped" in text(course="made-up")
    assert "Its clock stopped" not in text(course="taught")
    page = text()
    assert "Its clock stopped" not in page
    assert all(f"The {slug}" in page.partition("data-live")[2] for slug in ("made-up", "taught"))


def test_its_pages_say_when_its_clock_stopped(client, admin):
    course = Course.objects.create(name="S", slug="s", is_sample=True, created_at=AT)
    client.force_login(admin)
    text = client.get(course.get_absolute_url()).text
    banner = text.partition("Its clock stopped at ")[2].partition("</p>")[0]
    assert AT.isoformat() in banner


def test_it_is_made_afresh_after_a_question(client, admin):
    make(admin, AT)
    client.force_login(admin)
    assert "Make the sample course afresh?" in client.get("/sample/renew/").text
    assert Course.objects.get().created_at == AT
    answer = client.post("/sample/renew/")
    assert answer["Location"] == Job.objects.get().get_absolute_url()
    assert Course.objects.get().created_at > AT
    assert "still going on" in client.post("/sample/renew/", follow=True).text
    assert Job.objects.count() == 1


def test_it_is_removed_after_a_question(client, admin):
    client.force_login(admin)
    client.post("/sample/start/")
    assert "still going on" in client.post("/sample/remove/", follow=True).text
    make(admin)
    course = Course.objects.get()
    assert "Made up:" in client.get(f"/courses/{course.slug}/setup/").text
    assert "Remove the sample course?" in client.get("/sample/remove/").text
    assert Course.objects.exists()
    assert "The sample course is gone." in client.post("/sample/remove/", follow=True).text
    assert not Course.objects.exists()
    for path in ("/sample/remove/", "/sample/renew/"):
        assert "There is no sample course." in client.post(path, follow=True).text


def test_too_many_jobs_are_told(client, admin):
    course = Course.objects.create(name="S", slug="s", is_sample=True)
    for n in range(5):
        factories.CourseJobFactory(course=course, key=f"k{n}")
    client.force_login(admin)
    assert "unfinished jobs" in client.post("/sample/start/", follow=True).text


def test_it_is_for_administrators(client, lecturer):
    for path in ("/sample/start/", "/sample/remove/", "/sample/renew/"):
        assert "/accounts/login/" in client.post(path)["Location"]
    client.force_login(lecturer)
    for path in ("/sample/start/", "/sample/remove/", "/sample/renew/"):
        assert client.post(path).status_code == 404
    assert "Try it with sample data" not in client.get("/").text


def test_the_command_does_the_same(db, capsys, monkeypatch):
    call_command("sample")
    assert capsys.readouterr().out.splitlines()[-1].endswith("/courses/sample-course/")
    assert Course.objects.get(is_sample=True).teams.count() == TEAMS
    assert all(row.snapshot.units for row in Experiment.objects.select_related("result"))
    Job.objects.all().delete()
    job = making.start_sample(actor=None, now=AT)
    with pytest.raises(CommandError, match="still going on"):
        call_command("sample", "--remove")
    jobs.cancel_job(job, actor=None, now=AT)
    call_command("sample", "--remove")
    call_command("sample", "--remove")
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "The sample course is gone.",
        "There is no sample course.",
    ]


def test_the_command_says_when_it_could_not_be_made(db, monkeypatch):
    def refused(*_args):
        raise jobs.JobRefusedError("No.")

    monkeypatch.setattr(making, "make_teams", refused)
    with pytest.raises(CommandError, match=r"not whole: No\."):
        call_command("sample")


def test_the_command_waits_for_the_worker_that_has_it(db, monkeypatch):
    def somebody_elses(*, now):
        Job.objects.filter(done=1).update(state="done")
        Job.objects.update(done=1)
        return 0

    monkeypatch.setattr(jobs, "run_due_jobs", somebody_elses)
    monkeypatch.setattr("dashboard.management.commands.sample.PAUSE_S", 0)
    call_command("sample")
    assert Job.objects.get().state == "done"
