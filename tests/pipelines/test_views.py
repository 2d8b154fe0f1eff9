"""Who sees which pages of pipelines and CI servers, and what stands on them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from courses.models import Event, Membership, User
from pipelines import queries
from pipelines.models import CIServer, RepositoryState
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}
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
    expected |= dict(zip(pages(repository), ["pipelines", "jobs"], strict=True))
    for url, name in expected.items():
        answer = client.get(url, **HTMX).text
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
    assert len(shown({"course": team.course.slug})) == 2
    assert len(shown({})) == 3
    assert shown({"state": "no\0sense"}) == shown({"course": "none"}) == []
    assert "red 1" in client.get(reverse("pipelines:board")).text
    assert "None in this state" in client.get(reverse("pipelines:board"), {"state": "gone"}).text


def test_two_hundred_rows_a_page(client, team, server, lecturer, monkeypatch):
    monkeypatch.setattr("pipelines.views.ROWS", 2)
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
    assert "ran no job" in client.get(pages(rows[0])[1]).text
    assert 'hx-trigger="every 10s"' in client.get(pages(rows[1])[1]).text
    assert "failed, allowed to" in client.get(pages(rows[2])[1]).text


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


def test_overview_reads_states_in_one_query(repository, django_assert_num_queries):
    with django_assert_num_queries(1):
        [state] = queries.repository_states([repository.project_id])
        assert (state.repository.project_id, state.status) == (repository.project_id, "success")
        assert state.repository.get_absolute_url() == repository.get_absolute_url()


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
    [("ok", "GitLab 18.5.1-ee"), ("scope", "lacks the scope"), ("expired", "expired"), ("html", "sign-in")],
)
def test_connection_is_tried(client, gitlab, server, lecturer, mode, words):
    CIServer.objects.update(base_url=gitlab.url, token=gitlab.access.token)
    gitlab.set(mode=mode)
    client.force_login(lecturer)
    assert words in client.post(reverse("pipelines:server_test", args=[server.pk]), follow=True).text


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
    fields = {"project": repository.project_id, "server": server.pk, "path": "new/path", "state": "ok"}
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
