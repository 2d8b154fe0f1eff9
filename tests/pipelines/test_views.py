"""Who sees which pages of pipelines and CI servers, and what stands on them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone, translation

from courses.models import Event, Membership, User
from pipelines import queries, services, wording
from pipelines.models import CIServer, RepositoryState
from pipelines.queries.charts import charts
from tests import factories

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def server(team):
    return factories.CIServerFactory(course=team.course, last_polled_at=timezone.now())


@pytest.fixture
def repository(team, server):
    return make_row(team, server)


def make_row(team, server, *, status="success", **told):
    """A repository with one pipeline, its job and its state."""
    repository = factories.RepositoryFactory(
        project=factories.ProjectFactory(team=team), server=server, read_at=timezone.now(), **told
    )
    pipeline = factories.PipelineFactory(
        repository=repository, status=status, sha="abcdef" * 6, stages=[["test", status]], iid=17
    )
    factories.JobFactory(pipeline=pipeline, status=status)
    factories.RepositoryStateFactory(
        repository=repository,
        status=status if status in ("success", "failed", "warning") else "unknown",
        since=timezone.now(),
        red_since=timezone.now() if status == "failed" else None,
        detail="Pipeline #17 failed in “unit tests”." if status == "failed" else "",
        pipeline=pipeline,
        latest=pipeline,
        recent=[[pipeline.pk, status, 17]],
    )
    return repository


def pages(repository):
    pipeline = repository.pipelines.first()
    return [
        reverse("pipelines:repository_detail", args=[repository.pk]),
        reverse("pipelines:pipeline_detail", args=[pipeline.pk]),
    ]


def test_members_see_their_repository(client, repository, student, tutor, lecturer):
    for user in (student, tutor, lecturer):
        client.force_login(user)
        assert repository.project.team.name in client.get(reverse("pipelines:board")).text
        for url in pages(repository):
            assert client.get(url).status_code == 200


def test_outsider_gets_404_and_an_empty_board(client, repository, outsider):
    client.force_login(outsider)
    assert repository.project.team.name not in client.get(reverse("pipelines:board")).text
    for url in pages(repository):
        assert client.get(url).status_code == 404


def test_students_of_other_teams_see_nothing(client, repository, team):
    other = factories.MembershipFactory(team=factories.TeamFactory(course=team.course)).user
    client.force_login(other)
    assert all(client.get(url).status_code == 404 for url in pages(repository))


def test_anonymous_meets_the_login_page(client, repository, server):
    urls = [reverse("pipelines:board"), *pages(repository), reverse("pipelines:server_list")]
    for url in [*urls, reverse("pipelines:server_add"), server.get_absolute_url()]:
        answer = client.get(url)
        assert (answer.status_code, "login" in answer["Location"]) == (302, True)


def test_htmx_gets_the_partial(client, repository, lecturer, server):
    client.force_login(lecturer)
    expected = {reverse("pipelines:board"): "board", reverse("pipelines:server_list"): "servers"}
    expected |= dict(zip(pages(repository), ["now", "jobs"], strict=True))
    for url, name in expected.items():
        answer = client.get(url, headers={"HX-Request": "true", "HX-Target": name}).text
        assert answer.strip().startswith(f'<div id="{name}"')
        assert "<html" not in answer


def count_queries(client, url):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_query_count_does_not_grow_with_rows(client, team, server, lecturer):
    client.force_login(lecturer)
    row = make_row(team, server)
    make_row(team, server, status="failed")
    urls = [reverse("pipelines:board"), *pages(row), reverse("pipelines:server_list")]
    before = [count_queries(client, url) for url in urls]
    for n in range(18):
        make_row(factories.TeamFactory(course=team.course), server, status=["failed", "success"][n % 2])
        factories.CIServerFactory(course=team.course)
        factories.JobFactory.create_batch(3, pipeline=row.pipelines.first())
        factories.PipelineFactory(repository=row)
    after = [count_queries(client, url) for url in urls]
    assert before == after
    assert max(after) <= 15


def test_not_green_comes_first(client, team, server, lecturer):
    client.force_login(lecturer)
    for name, status in [("Aa", "success"), ("Bb", "warning"), ("Cc", "running"), ("Dd", "failed")]:
        make_row(factories.TeamFactory(course=team.course, name=name), server, status=status)
    gone = make_row(factories.TeamFactory(course=team.course, name="Ee"), server, state="gone")
    page = client.get(reverse("pipelines:board"))
    names = [row.project.team.name for row in page.context["page"]]
    assert names == ["Dd", "Ee", "Bb", "Cc", "Aa"]
    assert gone.get_absolute_url() in page.text


def test_filters_stand_in_the_url(client, team, server, lecturer):
    client.force_login(lecturer)
    make_row(team, server)
    red = make_row(team, server, status="failed")
    other = factories.CourseFactory()
    factories.MembershipFactory(team=None, course=other, role=Membership.Role.LECTURER, user=lecturer)
    make_row(factories.TeamFactory(course=other), factories.CIServerFactory(course=other))
    RepositoryState.objects.filter(repository=red).update(is_running=True)

    def shown(query):
        return [row.pk for row in client.get(reverse("pipelines:board"), query).context["page"]]

    assert shown({"state": "failed"}) == [red.pk]
    assert shown({"state": "running"}) == [red.pk]
    tutor = factories.MembershipFactory(course=team.course, team=team, role=Membership.Role.TUTOR).user
    assert len(shown({"course": team.course.slug})) == len(shown({"tutor": tutor.pk})) == 2
    assert shown({"q": red.path}) == [red.pk]
    assert shown({"tutor": lecturer.pk}) == []
    assert len(shown({"tutor": "nobody"})) == 3
    assert len(shown({})) == len(shown({"state": "no\0sense"})) == 3
    assert shown({"course": "none"}) == []
    assert ("failed", "bad", "red", 1) in client.get(reverse("pipelines:board")).context["counts"]
    assert "No repository matches" in client.get(reverse("pipelines:board"), {"state": "warning"}).text


def test_fifty_rows_a_page(client, team, server, lecturer, monkeypatch):
    monkeypatch.setattr("pipelines.views.builds.ROWS", 2)
    client.force_login(lecturer)
    for _ in range(3):
        make_row(team, server)
    assert "page=2" in client.get(reverse("pipelines:board")).text
    assert "page=1" in client.get(reverse("pipelines:board"), {"page": "2"}).text


def test_hostile_names_stay_text(client, team, server, lecturer):
    client.force_login(lecturer)
    row = make_row(team, server, default_branch=f"{SCRIPT}{'x' * 200}", state_detail=SCRIPT)
    pipeline = row.pipelines.get()
    pipeline.jobs.update(name=SCRIPT + "y" * 200, stage=SCRIPT, failure_reason=SCRIPT)
    row.pipelines.update(stages=[[SCRIPT, "failed"]], ref=SCRIPT, source=SCRIPT, sha=SCRIPT)
    RepositoryState.objects.update(detail=SCRIPT, recent=[[pipeline.pk, SCRIPT, 1]])
    for url in [reverse("pipelines:board"), *pages(row)]:
        answer = client.get(url).text
        assert "<script>alert" not in answer
        assert "&lt;script&gt;" in answer


def test_empty_board_tells_what_to_do(client, lecturer, student):
    client.force_login(lecturer)
    assert reverse("pipelines:server_add") in client.get(reverse("pipelines:board")).text
    client.force_login(student)
    answer = client.get(reverse("pipelines:board")).text
    assert "No repository yet" in answer
    assert reverse("pipelines:server_add") not in answer


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"last_error_kind": "auth"}, "was refused"),
        ({"last_error_kind": "busy", "last_error": "The server answers with 500."}, "answers with 500"),
        ({"last_polled_at": timezone.now() - timedelta(hours=1)}, "has not been read for a while"),
        ({"is_enabled": False}, "switched off"),
    ],
)
def test_board_says_when_it_is_old(client, repository, student, lecturer, told, words):
    CIServer.objects.update(**told)
    url = repository.server.get_absolute_url()
    for user, may_edit in [(student, False), (lecturer, True)]:
        client.force_login(user)
        answer = client.get(reverse("pipelines:board")).text
        assert words in answer
        assert (url in answer) is may_edit


def test_token_that_expires_soon_is_for_those_who_can_renew_it(client, repository, student, lecturer):
    CIServer.objects.update(token_expires_on=(timezone.now() + timedelta(days=3)).date())
    for user, is_told in [(student, False), (lecturer, True)]:
        client.force_login(user)
        assert ("expires on" in client.get(reverse("pipelines:board")).text) is is_told


def test_pages_of_every_state(client, team, server, lecturer):
    client.force_login(lecturer)
    rows = [make_row(team, server, status=status) for status in ("failed", "running", "manual", "created")]
    rows.append(make_row(team, server, state="archived", state_detail="Because."))
    rows[0].pipelines.update(stages=[], status_group="")
    rows[1].pipelines.update(started_at=timezone.now())
    rows[2].pipelines.get().jobs.update(allow_failure=True, status="failed", failure_reason="script failure")
    RepositoryState.objects.filter(repository=rows[1]).update(is_running=True)
    factories.RepositoryFactory(project=factories.ProjectFactory(team=team), server=server, state="pending")
    text = client.get(reverse("pipelines:board")).text
    assert "the definition is not valid" in text
    assert "is read with the next poll" in text
    CIServer.objects.update(last_error_kind="busy")
    for row in rows:
        for url in pages(row):
            assert client.get(url).status_code == 200
    assert "Failed before any job" in client.get(pages(rows[0])[1]).text
    assert "Running in test for" in client.get(pages(rows[1])[1]).text
    manual = client.get(pages(rows[2])[1]).text
    assert "failed, and may" in manual
    assert "A command of the job failed" in manual
    assert "Waiting for" in client.get(pages(rows[3])[1]).text


def test_repository_without_anything(client, team, server, lecturer):
    client.force_login(lecturer)
    row = factories.RepositoryFactory(project=factories.ProjectFactory(team=team), server=server)
    assert "No pipeline yet" not in client.get(row.get_absolute_url()).text
    assert row.web_url == f"https://gitlab.example.org/{row.path}"


def test_addresses_on_the_server_are_built_from_its_own(repository):
    pipeline = repository.pipelines.get()
    base = f"https://gitlab.example.org/{repository.path}/-"
    assert pipeline.web_url == f"{base}/pipelines/{pipeline.remote_id}"
    assert pipeline.jobs.get().web_url == f"{base}/jobs/{pipeline.jobs.get().remote_id}"


def test_words_of_rows(repository):
    pipeline = repository.pipelines.get()
    rows = [repository.server, repository, pipeline, pipeline.jobs.get(), repository.branch]
    shown = [repository.server.name, repository.path, "#17", "unit tests", f"{repository.pk}: success"]
    assert [str(row) for row in rows] == shown


# Words and figures -----------------------------------------------------------------------------


def run(state, **told):
    usual = {"stage": "test", "span": 180, "failed": 2, "ended": 5, "jobs": 7}
    return wording.Run(state=state, **usual | {"is_waiting": False, "is_invalid": False} | told)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (run("failed"), "Failed in test after 3 min: 2 of 7 jobs"),
        (run("failed", jobs=0, stage=""), "Failed in an unnamed stage after 3 min"),
        (
            run("failed", is_invalid=True),
            "Failed before any job: its definition (.gitlab-ci.yml) is not valid",
        ),
        (run("success"), "Passed in 3 min: 7 jobs"),
        (run("success", jobs=1), "Passed in 3 min: 1 job"),
        (run("warning", failed=1), "Passed with warnings in 3 min: 1 job failed, and may"),
        (run("warning", failed=0), "Passed with warnings in 3 min"),
        (run("running"), "Running in test for 3 min: 5 of 7 jobs ended"),
        (run("pending", is_waiting=True), "Waiting for 3 min: no job has begun"),
        (run("canceled"), "Cancelled after 3 min"),
        (run("manual", stage="deploy"), "Waits in deploy for somebody to start it"),
        (run("skipped"), "Skipped: no job ran"),
        (run("something_new"), "something new"),
    ],
)
def test_a_pipeline_in_a_sentence(told, words):
    assert wording.run_sentence(told) == words


@pytest.mark.parametrize(
    ("status", "since", "detail", "words"),
    [
        ("failed", True, "“test” failed", "Red for 5 h: “test” failed"),
        ("failed", False, "", "Red"),
        ("success", True, "", "Green for 5 h"),
        ("warning", True, "", "Green for 5 h, with warnings"),
        ("unknown", False, "Because.", "Not known: Because."),
        ("unknown", False, "", "Not known"),
    ],
)
def test_a_branch_in_a_sentence(status, since, detail, words):
    now = timezone.now()
    at = now - timedelta(hours=5) if since else None
    assert wording.branch_sentence(status, since=at, detail=detail, now=now) == words


def test_a_repository_in_figures(client, team, server, lecturer):
    row = make_row(team, server, status="failed")
    now = timezone.now()
    for n, (status, took) in enumerate([("success", 60), ("success", 7300), ("skipped", None)]):
        at = now - timedelta(days=n + 1)
        factories.PipelineFactory(repository=row, status=status, duration_s=took, queued_s=n, created_at=at)
    factories.PipelineFactory(repository=row, ref="other", status="failed")
    place = factories.EnvironmentFactory(project=row.project, name="stage")
    factories.DeploymentFactory(environment=place, sha="fedcba98" * 5, url="javascript:alert(1)")
    client.force_login(lecturer)
    answer = client.get(row.get_absolute_url())
    figures = answer.context["found"].figures
    assert (round(figures.passed_percent), figures.decided, figures.took_s) == (67, 3, 3680)
    assert answer.context["found"].failing == [
        {"name": "unit tests", "stage": "test", "failed": 1, "runs": 1}
    ]
    assert "fedcba98" in answer.text
    assert "javascript:" not in answer.text
    assert "How pipelines ended" in answer.text


@pytest.mark.parametrize(
    ("asked", "is_zoomed"),
    [
        ({"from": "2026-11-01T10:00:00Z", "to": "2026-11-02T10:00:00"}, True),
        ({"from": "2026-11-02T10:00:00Z", "to": "2026-11-01T10:00:00Z"}, False),
        ({"from": "0001-01-01", "to": "9999-12-31T23:59:59-23:00"}, False),
        ({"from": "0001-01-02", "to": "0001-02-01"}, False),
        ({"from": "nonsense", "to": "2026-11-01"}, False),
        ({"to": "2026-11-01"}, False),
    ],
)
def test_the_address_chooses_the_span_of_the_charts(client, repository, lecturer, asked, is_zoomed):
    repository.pipelines.update(created_at=datetime(2026, 11, 1, 12, tzinfo=UTC))
    client.force_login(lecturer)
    answer = client.get(repository.get_absolute_url(), asked)
    assert answer.context["charts"].is_zoomed is is_zoomed
    assert ("Back to the last pipelines" in answer.text) is is_zoomed


def test_a_line_says_that_it_is_old(client, repository, lecturer):
    CIServer.objects.update(last_polled_at=timezone.now() - timedelta(days=1))
    client.force_login(lecturer)
    assert "as read" in client.get(reverse("pipelines:board")).text


def test_board_without_projects_but_with_a_server_names_the_next_step(client, server, lecturer):
    client.force_login(lecturer)
    text = client.get(reverse("pipelines:board")).text
    assert "name it in a project’s settings" in text
    assert "Add a CI server" not in text


# Servers ---------------------------------------------------------------------------------------


def form_of(course, **changed):
    fields = {"course": course.pk, "name": "GitLab", "base_url": "https://gitlab.example.org/"}
    return fields | {"token": "glpat-x", "poll_interval_s": "60", "is_enabled": "on"} | changed


def test_only_lecturers_reach_the_servers(client, server, student, tutor, outsider):
    get = [reverse("pipelines:server_list"), reverse("pipelines:server_add"), server.get_absolute_url()]
    post = [reverse(f"pipelines:server_{name}", args=[server.pk]) for name in ("poll", "test")]
    for user in (student, tutor, outsider):
        client.force_login(user)
        assert all(client.get(url).status_code == 404 for url in get)
        assert all(client.post(url).status_code == 404 for url in post)


def test_lecturer_adds_a_server(client, team, lecturer):
    client.force_login(lecturer)
    answer = client.post(reverse("pipelines:server_add"), form_of(team.course), follow=True)
    row = CIServer.objects.get()
    assert (row.base_url, row.token) == ("https://gitlab.example.org", "glpat-x")
    assert "is saved" in answer.text
    assert "glpat-x" not in answer.text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"base_url": "gitlab"}, "base_url"),
        ({"base_url": "ftp://gitlab.example.org"}, "base_url"),
        ({"base_url": "javascript:alert(1)"}, "base_url"),
        ({"base_url": "https://user:pass@gitlab.example.org"}, "base_url"),
        ({"base_url": "https://gitlab.example.org/?x=1"}, "base_url"),
        ({"token": ""}, "token"),
        ({"token": "two words"}, "token"),
        ({"token": "line\r\nbreak"}, "token"),
        ({"token": "ü"}, "token"),
        ({"poll_interval_s": "1"}, "poll_interval_s"),
        ({"poll_interval_s": "x"}, "poll_interval_s"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_bad_settings_are_named(client, team, lecturer, changed, field):
    client.force_login(lecturer)
    answer = client.post(reverse("pipelines:server_add"), form_of(team.course, **changed))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not CIServer.objects.exists()


TAKEN = "Name: this course has a CI server of this name. Choose another."


def test_two_servers_of_a_course_have_two_names(client, server, lecturer):
    other = factories.CIServerFactory(course=server.course)
    client.force_login(lecturer)
    data = form_of(server.course, name=server.name)
    for url in (reverse("pipelines:server_add"), other.get_absolute_url()):
        answer = client.post(url, data)
        assert (answer.status_code, TAKEN in answer.text) == (200, True)
    assert CIServer.objects.filter(name=server.name).count() == 1


def test_a_server_sent_twice_at_once_is_made_once(client, team, lecturer, monkeypatch):
    monkeypatch.setattr(CIServer, "validate_constraints", lambda *args, **options: None)
    client.force_login(lecturer)
    url, data = reverse("pipelines:server_add"), form_of(team.course)
    assert client.post(url, data).status_code == 302
    second = client.post(url, data)
    assert (second.status_code, TAKEN in second.text) == (200, True)
    assert CIServer.objects.count() == 1


def test_another_course_cannot_be_chosen(client, team, lecturer):
    client.force_login(lecturer)
    answer = client.post(reverse("pipelines:server_add"), form_of(factories.CourseFactory()))
    assert "course" in answer.context["form"].errors


def test_editing_keeps_the_token_and_never_shows_it(client, server, lecturer):
    client.force_login(lecturer)
    assert "glpat-test" not in client.get(server.get_absolute_url()).text
    client.post(server.get_absolute_url(), form_of(server.course, name="New", token=""))
    server.refresh_from_db()
    assert (server.name, server.token) == ("New", "glpat-test")
    client.post(server.get_absolute_url(), form_of(server.course, token="glpat-new"))
    server.refresh_from_db()
    assert server.token == "glpat-new"


def test_the_token_does_not_follow_to_another_server(client, server, lecturer):
    client.force_login(lecturer)
    form = form_of(server.course, base_url="https://evil.example.org", token="")
    assert "token" in client.post(server.get_absolute_url(), form).context["form"].errors
    server.refresh_from_db()
    assert server.base_url == "https://gitlab.example.org"


def test_poll_now(client, server, lecturer):
    client.force_login(lecturer)
    later = timezone.now() + timedelta(minutes=5)
    CIServer.objects.update(next_poll_at=later)
    url = reverse("pipelines:server_poll", args=[server.pk])
    assert client.get(url).status_code == 405
    assert "polled within seconds" in client.post(url, follow=True).text
    server.refresh_from_db()
    assert server.next_poll_at <= timezone.now()
    CIServer.objects.update(not_before=later)
    assert "asked to wait" in client.post(url, follow=True).text


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("ok", "GitLab 18.5.1-ee"),
        ("scope", "read_api is missing"),
        ("expired", "expired"),
        ("html", "sign-in"),
    ],
)
def test_connection_is_tried_by_the_worker_and_shown(client, gitlab, server, lecturer, mode, words):
    CIServer.objects.update(base_url=gitlab.url, token=gitlab.access.token)
    gitlab.set(mode=mode)
    client.force_login(lecturer)
    waiting = client.post(reverse("pipelines:server_test", args=[server.pk]), follow=True).text
    assert "being tried" in waiting
    assert words not in waiting
    services.poll_due_servers(now=timezone.now())
    cache.clear()
    assert words in client.get(server.get_absolute_url()).text


def test_what_is_not_polled_is_not_tried(client, server, lecturer):
    CIServer.objects.update(is_enabled=False)
    client.force_login(lecturer)
    text = client.post(reverse("pipelines:server_test", args=[server.pk]), follow=True).text
    assert "is not tried" in text
    assert "polling is switched off" in text


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, [("idle", "the server does not tell"), ("idle", "the server does not tell")]),
        ({"token_scopes": "read_user"}, [("bad", "read_api is missing, the token has read_user")]),
        ({"token_scopes": "api"}, [("good", "may read: api")]),
        ({"token_expires_on": date(2036, 2, 1)}, [("good", "on 1 Feb 2036, at 00:00 UTC")]),
        ({"token_expires_on": date(2026, 2, 1)}, [("warn", "on 1 Feb 2026, at 00:00 UTC")]),
        ({"last_error_kind": "auth", "last_error": "No."}, [("bad", "No.")]),
        ({"last_error_kind": "busy", "last_error": "No."}, [("bad", "No.")]),
    ],
)
def test_connection_is_told_step_by_step(server, told, expected):
    fields = {"token_checked_at": timezone.now(), "version": "18"} | told
    CIServer.objects.update(**fields)
    server.refresh_from_db()
    with translation.override("en"):
        checks = queries.connection(server, now=timezone.now())
    found = [(tone, words) for tone, _what, words in checks]
    assert [pair for pair in expected if pair not in found] == []


def test_lecturer_deletes_a_server_after_a_question(client, repository, lecturer, tutor):
    server = repository.server
    url = reverse("pipelines:server_delete", args=[server.pk])
    client.force_login(tutor)
    assert client.post(url).status_code == 404
    client.force_login(lecturer)
    assert "Delete for good" in client.get(url).text
    assert CIServer.objects.exists()
    assert "is deleted" in client.post(url, follow=True).text
    assert not CIServer.objects.exists()
    assert client.post(url).status_code == 404


def test_list_names_every_state(client, team, lecturer):
    client.force_login(lecturer)
    kinds = ["auth", "throttled", "busy"]
    for kind in kinds:
        factories.CIServerFactory(course=team.course, last_error_kind=kind, last_error="Because.")
    factories.CIServerFactory(course=team.course, is_enabled=False, token="")
    factories.CIServerFactory(course=team.course, graphql_unusable_until=timezone.now() + timedelta(hours=1))
    factories.CIServerFactory(course=team.course, last_polled_at=timezone.now() - timedelta(days=1))
    text = client.get(reverse("pipelines:server_list")).text
    expected = [
        "token refused",
        "asked to wait",
        "cannot be read",
        "not polled",
        "one by one",
        "stale",
        "missing",
    ]
    assert [words for words in expected if words not in text] == []


def test_no_server_yet(client, lecturer):
    client.force_login(lecturer)
    assert "No CI server yet" in client.get(reverse("pipelines:server_list")).text


# Administration ----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["ciserver", "repository", "pipeline", "job", "repositorystate"])
def test_admin_lists_and_shows_without_the_token(client, admin, repository, model):
    client.force_login(admin)
    listed = client.get(reverse(f"admin:pipelines_{model}_changelist"), {"q": "a"})
    assert listed.status_code == 200
    pk = {
        "ciserver": repository.server.pk,
        "pipeline": repository.pipelines.get().pk,
        "job": repository.pipelines.get().jobs.get().pk,
    }.get(model, repository.pk)
    shown = client.get(reverse(f"admin:pipelines_{model}_change", args=[pk]))
    assert shown.status_code == 200
    assert "glpat-test" not in listed.text + shown.text


@pytest.fixture
def admin(db):
    return User.objects.create_superuser("root@example.org", "pw")


def test_admin_changes_servers_and_repositories(client, admin, repository):
    client.force_login(admin)
    server = repository.server
    url = reverse("admin:pipelines_ciserver_change", args=[server.pk])
    form = form_of(server.course, kind="gitlab", token="")
    assert client.post(url, form).status_code == 302
    server.refresh_from_db()
    assert server.token == "glpat-test"
    client.post(url, form | {"token": "glpat-new"})
    server.refresh_from_db()
    assert server.token == "glpat-new"
    told = Event.objects.values_list("kind", "title", "actor__email")
    assert set(told) == {("settings", "CI server “GitLab” changed", admin.email)}
    url = reverse("admin:pipelines_repository_change", args=[repository.pk])
    fields = {"project": f"#{repository.project_id}", "server": server.pk, "path": "new/path", "state": "ok"}
    assert client.post(url, fields).status_code == 302
    repository.refresh_from_db()
    assert repository.bound_path == "new/path"
    assert type(repository.project).objects.get().repository_path == "new/path"


def test_the_token_does_not_follow_to_another_server_by_the_admin(client, admin, server):
    client.force_login(admin)
    url = reverse("admin:pipelines_ciserver_change", args=[server.pk])
    form = form_of(server.course, kind="gitlab", base_url="https://evil.example.org", token="")
    answer = client.post(url, form)
    assert "enter the token for it" in answer.text
    assert "glpat-test" not in answer.text
    server.refresh_from_db()
    assert server.base_url == "https://gitlab.example.org"
    assert not Event.objects.exists()
    assert client.post(url, form | {"token": "glpat-other"}).status_code == 302
    server.refresh_from_db()
    assert (server.base_url, server.token) == ("https://evil.example.org", "glpat-other")


def test_admin_adds_a_server_with_its_token(client, admin, team):
    client.force_login(admin)
    url = reverse("admin:pipelines_ciserver_add")
    form = form_of(team.course, kind="gitlab", token="")
    assert "This field is required" in client.post(url, form).text
    assert client.post(url, form | {"token": "glpat-new"}).status_code == 302
    assert CIServer.objects.get().token == "glpat-new"
    assert Event.objects.get().title == "CI server “GitLab” added"


def test_admin_does_not_claim_to_have_saved_a_taken_name(client, admin, server, monkeypatch):
    monkeypatch.setattr("pipelines.services.save_server", lambda *args, **options: False)
    client.force_login(admin)
    url = reverse("admin:pipelines_ciserver_change", args=[server.pk])
    with pytest.raises(IntegrityError):
        client.post(url, form_of(server.course, kind="gitlab", token=""))


@pytest.mark.parametrize("stages", [[["test", "success"]], []])
@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"hours": 0.5}, "not read yet"),
        ({"hours": 2}, "are not kept"),
        ({"hours": 2, "status": "running"}, "not read yet"),
    ],
)
def test_jobs_that_are_not_here_may_still_come_only_soon_after_the_end(
    client, repository, lecturer, stages, told, words
):
    pipeline = repository.pipelines.get()
    pipeline.jobs.all().delete()
    ended_at = timezone.now() - timedelta(hours=told["hours"])
    status = told.get("status", "success")
    type(pipeline).objects.update(stages=stages, status=status, finished_at=ended_at)
    client.force_login(lecturer)
    text = client.get(pipeline.get_absolute_url()).text
    assert [said for said in ("not read yet", "are not kept") if said in text] == [words]


def test_a_pipeline_tells_its_commit_in_short_and_its_times_apart(client, repository, lecturer):
    pipeline = repository.pipelines.get()
    type(pipeline).objects.update(sha="0123456789" * 4, queued_s=4, duration_s=25)
    client.force_login(lecturer)
    text = client.get(pipeline.get_absolute_url()).text
    assert f'<code title="{"0123456789" * 4}">012345678901</code>' in text
    assert "<dt>Waited</dt><dd>4 s</dd>" in text
    assert "<dt>Took</dt><dd>25 s</dd>" in text


@pytest.mark.parametrize(
    "told", [{"state": "pending"}, {"state": "no_access", "state_detail": "It does not exist."}]
)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"last_error_kind": "broken", "last_error": "There is no GitLab here."}, "There is no GitLab here."),
        ({"is_enabled": False}, "polling is switched off"),
    ],
)
def test_a_server_that_cannot_be_read_is_all_that_is_told(client, team, server, student, told, fault, words):
    project = factories.ProjectFactory(team=team)
    row = factories.RepositoryFactory(project=project, server=server, default_branch="", **told)
    factories.RepositoryStateFactory(repository=row)
    CIServer.objects.update(**fault)
    client.force_login(student)
    for url in (reverse("pipelines:board"), row.get_absolute_url()):
        text = client.get(url).text
        assert words in text.replace("&#x27;", "'")
        assert "not read" in text
        for other in ("does not exist", "empty", ".gitlab-ci.yml", "next poll", "no access"):
            assert other not in text
    assert client.get(reverse("pipelines:board"), {"state": "unknown"}).context["page"].object_list
    assert not client.get(reverse("pipelines:board"), {"state": "unreadable"}).context["page"].object_list


def test_what_was_read_before_the_server_failed_stays(client, repository, student):
    CIServer.objects.update(last_error_kind="busy", last_error="The server answers with 502.")
    client.force_login(student)
    text = client.get(repository.get_absolute_url()).text
    assert "answers with 502" in text
    assert "#17" in text
    assert "Green" in text


def test_a_repository_says_why_nothing_is_known(client, repository, student):
    words = "No pipeline of its branch has passed or failed yet."
    RepositoryState.objects.update(status="unknown", since=None, detail=words)
    repository.pipelines.all().delete()
    client.force_login(student)
    text = client.get(repository.get_absolute_url()).text
    assert words in text
    assert "No pipeline yet" in text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"next_poll_at": timedelta(seconds=5)}, "due now"),
        ({"next_poll_at": timedelta(hours=-5)}, "due now"),
        ({"next_poll_at": timedelta(minutes=30)}, "in 30 min"),
        ({"not_before": timedelta(minutes=20)}, "in 20 min"),
    ],
)
def test_the_next_poll_is_told(client, server, lecturer, told, words):
    now = timezone.now()
    instants = {field: now + span for field, span in told.items()}
    CIServer.objects.update(**instants, last_polled_at=now - timedelta(minutes=2))
    client.force_login(lecturer)
    text = client.get(reverse("pipelines:server_list")).text
    assert words in text
    assert "just now" not in text


def test_pipelines_of_half_an_hour_are_bars_of_a_minute_from_the_first_on(repository):
    now = timezone.now()
    ages = (38, 20, 3)
    rows = [
        factories.PipelineFactory(repository=repository, created_at=now - timedelta(minutes=age))
        for age in ages
    ]
    drawn = charts(repository, rows[::-1], span=None, first_at=None, now=now, zone=UTC)
    assert drawn.outcomes.frame.start == f"{rows[0].created_at.timestamp():.0f}"
    boxes = [box for part in drawn.outcomes.parts for box in part.boxes]
    assert len(boxes) == len(ages)
    assert all(float(width.rstrip("%")) < 3 for _x, _y, width, _height in boxes)


def test_paths_lead_to_the_repository_and_numbers_to_the_pipeline_here(client, repository, student):
    client.force_login(student)
    pipeline = repository.pipelines.get()
    there = f'href="{repository.web_url}" rel="noreferrer"><code>{repository.path}</code>'
    here = f'href="{pipeline.get_absolute_url()}">#17</a>'
    for url in (*pages(repository), repository.project.get_absolute_url()):
        assert there in client.get(url).text
    for url in (reverse("pipelines:board"), pages(repository)[0], repository.project.get_absolute_url()):
        assert here in client.get(url).text
    assert f'href="{pipeline.web_url}"' in client.get(reverse("pipelines:board")).text


def test_what_has_not_begun_looks_unlike_what_runs(client, repository, student):
    pipeline = repository.pipelines.get()
    pipeline.stages = [["build", "running"], ["test", "created"], ["deploy", "pending"]]
    pipeline.save()
    client.force_login(student)
    page = client.get(reverse("pipelines:board")).text
    shapes = dict(
        re.findall(r'#i-(\w+)" /></svg><bdi>\w+</bdi><span class="visually-hidden">: ([\w ]+)', page)
    )
    assert shapes == {"busy": "running", "wait": "pending"}
    assert ": not started<" in page
