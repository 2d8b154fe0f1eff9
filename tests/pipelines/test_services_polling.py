"""Polling against the stand-in: one query for 50 projects, and everything that goes wrong."""

import logging
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alerts.queries import open_subjects
from courses.models import Event, Project, Team
from pipelines import queries, services, tasks
from pipelines.clients import gitlab as gitlab_client
from pipelines.clients.gitlab import answers
from pipelines.clients.gitlab.graphql import Sweep
from pipelines.clients.readings import Access, CIFault, FaultKind
from pipelines.models import CIServer, Job, Pipeline, Repository, RepositoryState
from pipelines.services.binding import subject_of
from pipelines.services.branches import SIGNAL
from tests import factories
from tests.pipelines.conftest import AT, TOKEN, bind

pytestmark = pytest.mark.django_db


def poll(server, *, later=timedelta()):
    """Poll `server` now, whatever its due time, and return it as stored."""
    now = AT + later
    CIServer.objects.filter(pk=server.pk).update(next_poll_at=now, not_before=None)
    assert services.poll_due_servers(now=now) == 1
    server.refresh_from_db()
    return server


def states():
    return dict(Repository.objects.order_by("path").values_list("path", "branch__status"))


def test_120_projects_cost_three_queries_below_the_limit(gitlab, server):
    gitlab.set(projects="generated:120")
    bind(server, 120)
    poll(server)
    asked = gitlab.asked
    assert asked["graphql"] == 3
    assert len(asked["scores"]) == 3
    assert max(asked["scores"]) < 250
    assert Repository.objects.filter(state="ok", default_branch="main").count() == 120
    assert Pipeline.objects.count() == 120 * 5
    assert Job.objects.count() > 120 * 10
    assert RepositoryState.objects.filter(status__in=["success", "warning", "failed"]).count() == 120
    assert server.last_polled_at == AT
    assert server.next_poll_at == AT + timedelta(seconds=60)


def test_token_and_version_are_asked_once_a_day(gitlab, server):
    poll(server)
    assert (server.version, server.token_scopes) == ("18.5.1-ee", "read_api")
    assert server.token_expires_on == date(2027, 3, 1)
    bind(server, 1)
    asked = gitlab.asked["rest"]
    poll(server, later=timedelta(hours=1))
    assert gitlab.asked["rest"] == asked


def test_what_is_polled_changes_with_the_clock(gitlab, server):
    bind(server, 2)
    poll(server)
    seen = set(Pipeline.objects.values_list("remote_id", flat=True))
    gitlab.set(advance_s=600)
    poll(server, later=timedelta(minutes=10))
    assert set(Pipeline.objects.values_list("remote_id", flat=True)) > seen


def test_every_kind_of_project(gitlab, server):
    kinds = ["green", "red", "warnings", "invalid", "retried", "merge_requests", "hostile", "archived"]
    specs = [{"path": f"course/{kind}/app", "behaviour": kind} for kind in kinds]
    specs += [
        {"path": "course/empty/app", "branch": None},
        {"path": "course/quiet/app", "behaviour": "quiet", "branch": "développement"},
        {"path": "course/hidden/app", "behaviour": "hidden"},
        {"path": "course/Trunk/app", "branch": "trunk"},
        {"path": "course/long/app", "branch": "b" * 200},
    ]
    gitlab.set(projects=specs)
    for kind in [*kinds, "empty", "quiet", "hidden", "trunk", "long"]:
        bind(server, 1, path=f"course/{kind}/app")
    poll(server)
    shown = states()
    assert (
        shown["course/green/app"] == shown["course/retried/app"] == shown["course/hostile/app"] == "success"
    )
    assert shown["course/red/app"] == shown["course/invalid/app"] == "failed"
    assert shown["course/warnings/app"] == "warning"
    assert shown["course/Trunk/app"] == "success", "the path is known by any capitals"
    assert shown["course/long/app"] == "success"
    assert shown["course/empty/app"] == shown["course/quiet/app"] == "unknown"
    assert "course/hidden/app" in Repository.objects.filter(state="no_access").values_list("path", flat=True)
    kept = dict(Repository.objects.values_list("path", "state"))
    assert (kept["course/archived/app"], kept["course/empty/app"]) == ("archived", "empty")
    assert Job.objects.filter(name__startswith="<script>alert('job')</script>").exists()
    retried = Job.objects.filter(pipeline__repository__path="course/retried/app", name="unit tests")
    assert retried.count() == 5, "a job that was tried again counts once"
    assert Event.objects.filter(kind="pipeline", tone="bad").count() == 2


@pytest.mark.parametrize("mode", ["ok", "nographql"])
def test_both_ways_read_the_same(gitlab, server, mode):
    jobs = [
        {"id": 1, "name": "build", "stage": "build", "status": "failed", "retried": True},
        {"id": 2, "name": "test", "stage": "test"},
        {"id": 3, "name": "audit", "stage": "test", "status": "failed", "allow_failure": True},
        {"id": 4, "name": "build", "stage": "build"},
    ]
    given = {"status": "success", "coverage": "0.00", "duration": 9, "queued_duration": 1.5, "jobs": jobs}
    gitlab.set(projects=[{"path": "course/team-001/app", "pipelines": [given]}], mode=mode)
    bind(server, 1)
    poll(server)
    row = Pipeline.objects.get()
    assert (row.coverage, row.duration_s, row.queued_s, row.source) == (0.0, 9.0, 1.5, "push")
    assert row.stages == [["build", "success"], ["test", "warning"]]
    assert list(row.jobs.values_list("name", "remote_id", "failed_tries")) == [
        ("build", 4, 1),
        ("test", 2, 0),
        ("audit", 3, 0),
    ]
    (flaky,) = row.repository.branch.flaky_at(AT)
    assert (flaky.name, flaky.commits) == ("build", 1)
    assert states() == {"course/team-001/app": "warning"}


def test_old_gitlab_is_read_by_rest_and_remembered_for_a_day(gitlab, server):
    gitlab.set(mode="old")
    rows = bind(server, 12)
    poll(server)
    assert Pipeline.objects.count() == 60
    assert server.graphql_unusable_until == AT + timedelta(days=1)
    assert server.last_error_kind == ""
    assert "%2Fapp/" not in str(rows)
    before = gitlab.asked
    poll(server, later=timedelta(minutes=1))
    after = gitlab.asked
    assert after["graphql"] == before["graphql"], "GraphQL is left alone"
    assert after["rest"] - before["rest"] <= 3 * 12 + 10, "pipelines that ended are not read again"
    gitlab.set(mode="ok")
    poll(server, later=timedelta(days=2))
    assert gitlab.asked["graphql"] == before["graphql"] + 1


def test_expired_token_stops_at_once_and_pauses(gitlab, server):
    gitlab.set(projects="generated:120", mode="expired")
    bind(server, 120)
    poll(server)
    assert gitlab.asked["graphql"] <= 4
    assert gitlab.asked["rest"] == 0
    assert server.last_error_kind == "auth"
    assert server.next_poll_at == AT + timedelta(hours=1)
    assert server.last_polled_at is None


def test_expired_token_by_rest(gitlab, server):
    gitlab.set(mode="expired")
    CIServer.objects.update(graphql_unusable_until=AT + timedelta(hours=1))
    bind(server, 3)
    poll(server)
    assert server.last_error_kind == "auth"
    assert not Repository.objects.exclude(state="pending").exists()


def test_too_many_requests_wait_as_long_as_told(gitlab, server):
    gitlab.set(mode="throttled", retry_after=777)
    bind(server, 3)
    poll(server)
    assert server.last_error_kind == "throttled"
    assert server.not_before == server.next_poll_at == AT + timedelta(seconds=777)
    assert services.poll_due_servers(now=AT + timedelta(seconds=700)) == 0
    assert not services.request_poll(server, now=AT + timedelta(seconds=700))
    gitlab.set(mode="ok")
    assert services.poll_due_servers(now=AT + timedelta(seconds=777)) == 1
    server.refresh_from_db()
    assert (server.last_error_kind, server.not_before) == ("", None)


@pytest.mark.parametrize(
    ("mode", "kind", "words"),
    [
        ("html", "broken", "sign-in"),
        ("truncated", "broken", "cut off"),
        ("error", "busy", "500"),
        ("scope", "refused", "read_api"),
    ],
)
@pytest.mark.parametrize("is_on_rest", [False, True])
def test_what_comes_back_instead(gitlab, server, mode, kind, words, is_on_rest):
    gitlab.set(mode=mode)
    if is_on_rest:
        CIServer.objects.update(graphql_unusable_until=AT + timedelta(hours=1))
    bind(server, 2)
    poll(server)
    assert server.last_error_kind == kind
    assert words in server.last_error
    assert server.failures == 1
    assert not Pipeline.objects.exists()
    assert gitlab.asked["graphql"] + gitlab.asked["rest"] <= 8


@pytest.fixture
def refusing(gitlab, monkeypatch):
    """Answer GraphQL from a server of its own, as told, and leave REST to the stand-in."""

    class Refusing(BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, body = self.server.answer
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "https://elsewhere.example.org/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
        thread.start()
        post, url = answers.post, f"http://127.0.0.1:{httpd.server_port}"
        monkeypatch.setattr(answers, "post", lambda access, body: post(Access(url, access.token), body))
        yield httpd
        httpd.shutdown()
        thread.join()


JSON = "application/json"
REFUSALS = [
    (403, JSON, b'{"message": "403 Forbidden"}'),
    (405, JSON, b"{}"),
    (400, JSON, b'{"errors": [{"message": "no"}]}'),
    (422, JSON, b'{"errors": [{"message": "no"}]}'),
    (501, "text/html", b"<html>Not implemented"),
    (302, "text/html", b""),
    (200, "text/html", b"<html>Sign in"),
    (200, JSON, b'{"errors": [{"message": "GraphQL is disabled"}]}'),
    (200, JSON, b'{"error": "GraphQL is disabled"}'),
    (200, "text/plain", b"GraphQL is disabled"),
]


@pytest.mark.parametrize("answer", REFUSALS)
def test_where_graphql_is_refused_rest_is_read(gitlab, server, refusing, answer):
    refusing.answer = answer
    bind(server, 2)
    poll(server)
    assert (server.last_error, server.is_on_rest(AT)) == ("", True)
    assert set(states().values()) <= {"success", "warning", "failed"}
    assert Repository.objects.filter(state="ok").count() == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((401, JSON, b"{}"), "auth"),
        ((429, "text/plain", b"Retry later"), "throttled"),
        ((502, "text/html", b"<html>"), "busy"),
        ((503, "text/html", b"<html>"), "busy"),
        ((200, JSON, b'{"data": {'), "broken"),
    ],
)
def test_what_is_no_refusal_of_graphql_leaves_rest_alone(gitlab, server, refusing, answer, kind):
    refusing.answer = answer
    bind(server, 2)
    poll(server)
    assert (server.last_error_kind, server.is_on_rest(AT), gitlab.asked["rest"]) == (kind, False, 0)


def test_where_rest_finds_nothing_either_the_refusal_is_told(gitlab, server, refusing):
    refusing.answer = (302, "text/html", b"")
    bind(server, 2, path="course/nowhere-{}/app")
    poll(server)
    assert (server.last_error_kind, server.is_on_rest(AT)) == ("broken", False)
    assert "elsewhere.example.org" in server.last_error
    assert set(Repository.objects.values_list("state", flat=True)) == {"pending"}


def test_what_was_read_by_graphql_once_is_not_asked_by_rest(gitlab, server):
    sweep = Sweep(Access(server.base_url, TOKEN), 50)
    sweep.read_pages = 1
    sweep._fail([], CIFault(FaultKind.REFUSED, "403", is_maybe_way=True))
    assert (sweep.is_unusable, sweep.fault.detail) == (False, "403")


def test_an_archived_team_is_read_no_more_and_its_alert_ends(gitlab, server):
    gitlab.set(projects=[{"path": f"course/team-00{n}/app", "behaviour": "red"} for n in (1, 2)])
    kept, left = bind(server, 2)
    later = factories.ProjectFactory(
        team=factories.TeamFactory(course=server.course, is_archived=True), repository_path="course/late/app"
    )
    poll(server)
    assert len(open_subjects(SIGNAL)) == 2
    Team.objects.filter(projects=left.project).update(is_archived=True)
    now = AT + timedelta(minutes=5)
    poll(server, later=timedelta(minutes=5))
    read = dict(Repository.objects.values_list("pk", "read_at"))
    assert (read[kept.pk], read[left.pk]) == (now, AT)
    assert not Repository.objects.filter(project=later).exists()
    assert open_subjects(SIGNAL) == {subject_of(kept)}
    gitlab.set(mode="error")
    poll(server, later=timedelta(minutes=6))
    assert open_subjects(SIGNAL) == {subject_of(kept)}
    gitlab.set(mode="ok")
    Team.objects.update(is_archived=False)
    poll(server, later=timedelta(minutes=7))
    assert Repository.objects.get(pk=left.pk).read_at == AT + timedelta(minutes=7)


def test_slow_server_times_out_and_others_are_read(gitlab, server, monkeypatch):
    monkeypatch.setattr("pipelines.clients.gitlab.answers.TIMEOUT_S", 0.3)
    gitlab.set(mode="slow", delay_s=0.6)
    bind(server, 1)
    unreachable = factories.CIServerFactory(base_url="http://127.0.0.1:9", next_poll_at=AT)
    bind(unreachable, 1)
    assert services.poll_due_servers(now=AT) == 2
    kinds = CIServer.objects.order_by("pk").values_list("last_error_kind", flat=True)
    assert list(kinds) == ["busy", "busy"]


def test_address_inside_is_refused(server, settings):
    settings.OUTBOUND_ALLOW = []
    bind(server, 1)
    poll(server)
    assert server.last_error_kind == "refused"
    assert "is not a public address." in server.last_error
    assert "OUTBOUND_ALLOW=127.0.0.1/32:" in queries.connection(server, now=AT)[0][2]


def test_jobs_tried_again_crowd_out_no_job(gitlab, server):
    again = [
        {"id": n, "name": "tests", "stage": "test", "status": "failed", "retried": True} for n in range(1, 91)
    ]
    jobs = [{"id": 100 + n, "name": f"job {n}", "stage": "test"} for n in range(60)]
    given = {"status": "success", "jobs": [*again, *jobs]}
    gitlab.set(projects=[{"path": "course/team-001/app", "pipelines": [given]}])
    bind(server, 1)
    poll(server)
    assert Job.objects.count() == 60


def test_pages_are_halved_until_they_fit(gitlab, server):
    gitlab.set(projects="generated:50", mode="timeout", fits=15)
    bind(server, 50)
    poll(server)
    assert Repository.objects.filter(state="ok").count() == 50
    assert server.page_size == 25
    assert server.last_error_kind == ""
    gitlab.set(mode="ok")
    poll(server, later=timedelta(minutes=1))
    assert server.page_size == 31, "it grows back slowly"


def test_complexity_is_brought_below_the_limit(gitlab, server):
    gitlab.set(projects="generated:50", limit=110)
    bind(server, 50)
    poll(server)
    assert Repository.objects.filter(state="ok").count() == 50
    assert server.page_size < 50
    assert not server.is_on_rest(AT)


def test_complexity_that_no_page_satisfies_falls_back(gitlab, server):
    gitlab.set(limit=10)
    bind(server, 2)
    poll(server)
    assert server.is_on_rest(AT)
    assert Repository.objects.filter(state="ok").count() == 2


def test_server_that_is_down_is_not_asked_for_ever(gitlab, server):
    gitlab.set(projects="generated:120", mode="error")
    bind(server, 120)
    poll(server)
    assert gitlab.asked["graphql"] <= 16
    assert server.page_size == 25


def test_a_missing_project_stops_nobody(gitlab, server):
    bind(server, 3)
    bind(server, 1, path="course/nobody/app")
    poll(server)
    assert Repository.objects.filter(state="ok").count() == 3
    missing = Repository.objects.get(path="course/nobody/app")
    assert (missing.state, missing.branch.status if hasattr(missing, "branch") else "") == ("no_access", "")
    assert server.last_error_kind == ""


def test_renamed_project_is_found_by_its_id(gitlab, server):
    [repository] = bind(server, 1)
    poll(server)
    gitlab.set(projects=[{"path": "course/new-name/app", "remote_id": 101}])
    poll(server, later=timedelta(minutes=1))
    repository.refresh_from_db()
    assert (repository.path, repository.state, repository.remote_id) == ("course/new-name/app", "ok", 101)
    gitlab.set(projects=[])
    poll(server, later=timedelta(minutes=2))
    repository.refresh_from_db()
    assert repository.state == "gone"
    asked = gitlab.asked["graphql"]
    poll(server, later=timedelta(minutes=3))
    assert gitlab.asked["graphql"] == asked + 1, "what is gone is not looked for by id each time"


def test_projects_that_name_a_repository_are_bound(gitlab, server, team):
    project = factories.ProjectFactory(team=team, repository_path="course/team-001/app")
    second = factories.ProjectFactory(team=team, repository_path="course/team-001/app")
    factories.ProjectFactory(team=team)
    poll(server)
    assert project.repository.path == "course/team-001/app"
    assert not Repository.objects.filter(project=second).exists(), "whoever was first keeps it"
    Project.objects.filter(pk=project.pk).update(repository_path="course/team-002/app")
    poll(server, later=timedelta(minutes=1))
    row = Repository.objects.get(project=project)
    assert (row.path, row.remote_id) == ("course/team-002/app", 102)


def test_a_second_server_takes_no_projects(gitlab, server, team):
    project = factories.ProjectFactory(team=team, repository_path="course/team-001/app")
    second = factories.CIServerFactory(course=team.course, base_url=gitlab.url, token=TOKEN, next_poll_at=AT)
    CIServer.objects.filter(pk=server.pk).update(next_poll_at=AT + timedelta(days=1))
    services.poll_due_servers(now=AT)
    assert not Repository.objects.filter(project=project).exists()
    second.refresh_from_db()
    assert second.last_polled_at == AT


def test_nothing_is_due():
    factories.CIServerFactory(next_poll_at=AT, is_enabled=False)
    factories.CIServerFactory(next_poll_at=AT + timedelta(seconds=1))
    assert services.poll_due_servers(now=AT) == 0


def test_a_server_is_claimed_once():
    factories.CIServerFactory(next_poll_at=AT)
    assert len(services.claim_due_servers(now=AT)) == 1
    assert services.claim_due_servers(now=AT) == []
    assert len(services.claim_due_servers(now=AT + timedelta(minutes=3))) == 1, "a dead worker is succeeded"


def test_settings_saved_during_a_poll_win(gitlab, server, monkeypatch):
    def save(server, *, now):
        CIServer.objects.filter(pk=server.pk).update(next_poll_at=AT)

    monkeypatch.setattr("pipelines.services.polling.bind_projects", save)
    services.poll_due_servers(now=AT)
    server.refresh_from_db()
    assert (server.next_poll_at, server.last_polled_at) == (AT, None)


def test_a_mistake_in_a_client_is_logged_and_stops_nobody(gitlab, server, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(gitlab_client, "read_projects", fail)
    with caplog.at_level(logging.ERROR):
        poll(server)
    assert "a mistake" in caplog.text
    assert server.last_error_kind == "broken"


def test_task_polls(gitlab, server):
    tasks.poll_due_servers()
    server.refresh_from_db()
    assert server.last_polled_at is not None


@pytest.mark.parametrize("is_on_rest", [False, True])
def test_a_server_that_is_no_gitlab_says_nothing_of_repositories(gitlab, server, is_on_rest):
    for row in bind(server, 2):
        factories.RepositoryStateFactory(repository=row)
    until = AT + timedelta(hours=1) if is_on_rest else None
    CIServer.objects.update(base_url=f"{gitlab.url}/api/elsewhere", graphql_unusable_until=until)
    poll(server)
    assert (server.last_error_kind, server.graphql_unusable_until) == ("broken", until)
    assert "no GitLab" in server.last_error
    assert set(Repository.objects.values_list("state", "state_detail")) == {("pending", "")}
    assert set(RepositoryState.objects.values_list("status", "detail")) == {("unknown", server.last_error)}


@pytest.mark.parametrize("mode", ["ok", "nographql"])
def test_a_gitlab_without_these_projects_says_so(gitlab, server, mode):
    gitlab.set(mode=mode)
    for row in bind(server, 2, path="course/nowhere-{}/app"):
        factories.RepositoryStateFactory(repository=row)
    poll(server)
    assert server.last_error_kind == ""
    assert set(Repository.objects.values_list("state", flat=True)) == {"no_access"}
    [words] = set(RepositoryState.objects.values_list("detail", flat=True))
    assert "does not exist" in words


def test_why_nothing_is_known_is_noted(gitlab, server):
    specs = [{"path": "course/empty/app", "branch": None}, {"path": "course/quiet/app", "behaviour": "quiet"}]
    gitlab.set(projects=[*specs, {"path": "course/green/app"}])
    for kind in ("empty", "quiet", "green"):
        bind(server, 1, path=f"course/{kind}/app")
    poll(server)
    told = dict(RepositoryState.objects.values_list("repository__path", "detail"))
    quiet = "No pipeline of its branch has passed or failed yet."
    expected = {
        "course/empty/app": "The repository is empty.",
        "course/quiet/app": quiet,
        "course/green/app": "",
    }
    assert told == expected
    gitlab.set(mode="error")
    poll(server, later=timedelta(minutes=1))
    told = dict(RepositoryState.objects.values_list("repository__path", "detail"))
    words = "The server answers with 500."
    assert told == {"course/empty/app": words, "course/quiet/app": words, "course/green/app": ""}
    gitlab.set(mode="ok")
    poll(server, later=timedelta(minutes=2))
    assert dict(RepositoryState.objects.values_list("repository__path", "detail")) == expected
