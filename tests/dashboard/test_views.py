import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from benchmarks import course as large
from courses import live
from courses.models import Course, Membership, User
from dashboard.views import answers
from pipelines.models import RepositoryState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = User.objects.create_superuser("admin@example.org", "x")
    client.force_login(user)
    return user


def test_an_empty_site_says_what_to_do(client, admin):
    page = client.get("/").content.decode()
    assert "No teams yet" in page
    assert "Go to your courses" in page
    assert '<button type="submit" class="plain" form="act" formaction="/sample/start/">' in page
    assert "Find a team" not in page
    assert "Save this view" not in page
    factories.TeamFactory()
    cache.clear()
    page = client.get("/").content.decode()
    assert "Find a team" in page
    assert "Save this view" in page


def test_who_is_in_no_team_is_told_whom_to_ask(client, lecturer, team):
    client.force_login(User.objects.create_user("new@example.org", "x"))
    page = client.get("/").content.decode()
    assert "You are in no team yet" in page
    assert "Ask your lecturer." in page
    assert not any(words in page for words in ("roster", "Find a team", "Save this view"))
    team.delete()
    client.force_login(lecturer)
    assert "Teams come from a course’s roster" in client.get("/").content.decode()


def test_the_worst_team_stands_first(client, admin):
    large.make(20, now=timezone.now())
    page = client.get("/").content.decode()
    first = page.index("Team 0000")  # down and red
    assert first < page.index("Team 0010") < page.index("Team 0001")
    assert "502 Bad Gateway" in page[first : page.index("Team 0001")]


def test_what_cannot_be_read_is_not_fine(client, admin):
    repository = factories.RepositoryFactory()
    server = repository.server
    server.last_error_kind, server.last_polled_at = "auth", timezone.now()
    server.save()
    words = "The server knows no such project, or the token may not see it."
    RepositoryState.objects.create(repository=repository, detail=words, updated_at=timezone.now())
    page = client.get("/").content.decode()
    assert "was refused: it is wrong, expired or revoked" in page
    assert words in page
    assert "fine" not in page


@pytest.mark.parametrize("view", ["grid", "table"])
def test_queries_do_not_grow_with_teams(client, admin, view):
    counts = []
    for teams in (2, 20, 200):
        Course.objects.all().delete()
        large.make(teams, now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/?view={view}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 15


def test_a_team_page_takes_few_queries(client, admin, django_assert_max_num_queries):
    team = large.make(8, now=timezone.now()).teams.first()
    with django_assert_max_num_queries(15):
        assert client.get(team.get_absolute_url()).status_code == 200


def test_a_branch_that_passed_with_warnings_is_not_fine(client, admin):
    repository = factories.RepositoryFactory()
    RepositoryState.objects.create(repository=repository, status="warning", updated_at=timezone.now())
    assert repository.project.team.name in client.get("/?state=warnings").content.decode()


def test_filters_stand_in_the_url(client, admin):
    large.make(20, now=timezone.now())
    down = client.get("/?state=down").content.decode()
    assert "Team 0008" in down
    assert "Team 0001" not in down
    one = client.get("/?q=team 0001").content.decode()
    assert "Team 0001" in one
    assert "Team 0008" not in one
    assert "No team matches" in client.get("/?q=nobody").content.decode()
    assert client.get("/?state=nonsense&course=%00&q=%00").status_code == 200


def test_a_course_can_be_chosen(client, admin):
    factories.TeamFactory(name="Elsewhere")
    course = large.make(2, now=timezone.now())
    page = client.get(f"/?course={course.slug}").content.decode()
    assert "Team 0001" in page
    assert "Elsewhere" not in page


def test_a_student_sees_only_their_teams(client, student, team):
    large.make(2, now=timezone.now())
    factories.MembershipFactory(user=student, team=factories.TeamFactory())
    client.force_login(student)
    page = client.get("/?view=table").content.decode()
    assert team.name in page
    assert "Team 0001" not in page


def test_a_team_page_shows_how_it_is_now(client, admin):
    course = large.make(2, now=timezone.now())
    url = course.teams.get(slug="team-0").get_absolute_url()
    page = client.get(url).content.decode()
    assert "502 Bad Gateway" in page
    assert "Order button" in page
    now = client.get(url, headers={"HX-Request": "true", "HX-Target": "now"}).content.decode()
    assert now.lstrip().startswith('<div id="now"')


def test_a_team_page_tells_how_the_last_experiment_ended_while_none_runs(client, admin):
    project, now = factories.ProjectFactory(), timezone.now()
    ended = {"project": project, "state": "stopped"}
    long_ago = factories.ExperimentFactory(**ended, name="Long ago", stopped_at=now - timedelta(days=31))
    factories.ExperimentFactory(state="stopped", name="Of others", stopped_at=now)
    address = project.team.get_absolute_url()
    assert "No experiment is running." in client.get(address).text
    factories.ExperimentFactory(**ended, name="Before that", stopped_at=now - timedelta(days=5))
    last = factories.ExperimentFactory(**ended, name="Green button", stopped_at=now - timedelta(days=3))
    cache.clear()
    page = client.get(address).text
    assert f'<a href="{last.get_absolute_url()}">Green button</a>' in page
    assert last.verdict.label in page
    assert not any(
        words in page for words in ("No experiment is running.", long_ago.name, "Of others", "Before that")
    )
    factories.ExperimentFactory(project=project, name="Blue button", state="running")
    cache.clear()
    page = client.get(address).text
    assert "Blue button" in page
    assert "Green button" not in page


def test_htmx_gets_only_the_teams(client, admin):
    large.make(2, now=timezone.now())
    page = client.get("/", headers={"HX-Request": "true", "HX-Target": "teams"})
    assert page.content.decode().lstrip().startswith('<div id="teams"')
    assert "HX-Request" in page["Vary"]


def test_an_unchanged_poll_is_answered_without_a_body(client, admin):
    large.make(2, now=timezone.now() - timedelta(minutes=30))
    first = client.get("/", headers={"HX-Request": "true", "HX-Target": "teams"})
    again = client.get(
        "/", headers={"HX-Request": "true", "HX-Target": "teams", "If-None-Match": first["ETag"]}
    )
    assert again.status_code == 304
    assert not again.content


def test_a_stale_state_is_not_believed(client, admin):
    large.make(2, now=timezone.now() - timedelta(days=2))
    assert "unknown" in client.get("/?state=unknown").content.decode()


def test_alive_and_ready(client):
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ok", "database": "ok"}


def test_not_ready_without_a_database(client, monkeypatch):
    class Broken:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(answers, "connection", Broken())
    assert client.get("/health/ready").status_code == 503


@pytest.mark.parametrize(
    ("name", "status"), [("bad_request", 400), ("permission_denied", 403), ("page_not_found", 404)]
)
def test_error_pages_say_what_to_do(rf, name, status):
    request = rf.get("/")
    answer = getattr(answers, name)(request, Exception("hush-hush"))
    assert answer.status_code == status
    assert "Go to the start page" in answer.content.decode()
    assert "hush-hush" not in answer.content.decode()


def test_a_fault_of_ours_shows_no_traceback(rf):
    answer = answers.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "Something broke" in answer.content.decode()


@pytest.fixture
def fail(client, monkeypatch):
    """Return what a signed-in reader gets when the overview raises `fault`."""

    def get(fault):
        def overview(teams, filters, courses, *, now):
            raise fault

        monkeypatch.setattr("dashboard.queries.overview", overview)
        client.raise_request_exception = False
        return client.get("/")

    return get


class PoolTimeoutError(OperationalError):
    """What the pool of connections to PostgreSQL says in psycopg's words."""


@pytest.mark.parametrize(
    ("vendor", "fault"),
    [
        ("sqlite", OperationalError("database is locked")),
        ("sqlite", OperationalError("database table is locked: courses_event")),
        ("postgresql", OperationalError("connection refused")),
        ("postgresql", PoolTimeoutError("couldn't get a connection after 10.00 sec")),
    ],
)
def test_a_busy_database_is_called_so(fail, admin, monkeypatch, caplog, vendor, fault):
    monkeypatch.setattr(answers, "connection", SimpleNamespace(vendor=vendor))
    answer = fail(fault)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    page = answer.content.decode()
    assert "Nothing was saved. Try again in a minute." in page
    assert admin.email not in page
    assert str(fault) not in page
    assert [record.exc_info[1] for record in caplog.records if record.name == "django.request"] == [fault]


@pytest.mark.parametrize(
    "fault", [OperationalError("no such table: x"), DatabaseError("locked"), ValueError()]
)
def test_other_faults_stay_faults(fail, admin, monkeypatch, fault):
    monkeypatch.setattr(answers, "connection", SimpleNamespace(vendor="sqlite"))
    answer = fail(fault)
    assert (answer.status_code, "Retry-After" in answer) == (500, False)


def test_the_page_of_a_busy_site_asks_no_database(rf, django_assert_num_queries):
    request = rf.get("/")
    request.user = SimpleLazyObject(User.objects.get)
    request.session = SessionStore("some-key")
    request.session.modified = True
    with django_assert_num_queries(0):
        try:
            raise OperationalError("database is locked")
        except OperationalError:
            answer = answers.server_error(request)
    assert answer.status_code == 503
    assert not request.session.modified


@pytest.mark.parametrize(("kept", "theme"), [("dark", "dark"), ("", "auto"), ('"><b>', "auto")])
def test_the_page_of_a_fault_has_the_colours_of_the_browser(rf, django_assert_num_queries, kept, theme):
    request = rf.get("/")
    request.COOKIES["theme"] = kept
    request.user = SimpleLazyObject(User.objects.get)
    with django_assert_num_queries(0):
        answer = answers.server_error(request)
    assert f'data-theme="{theme}"' in answer.content.decode()


def test_teams_that_a_tutor_begins_with_are_nobody_elses_view(client, monkeypatch):
    monkeypatch.setattr(live, "FRESH_S", 60.0)
    course = large.make(3, now=timezone.now())
    mine = course.teams.order_by("pk").first()
    tutor, other = (User.objects.create_superuser(f"{name}@example.org", "x") for name in ("one", "two"))
    factories.MembershipFactory(user=tutor, course=course, team=mine, role=Membership.Role.TUTOR)
    client.force_login(tutor)
    assert "Team 0001" not in client.get("/").text
    client.force_login(other)
    assert "Team 0001" in client.get("/").text


def test_a_person_who_opens_the_address_of_a_button_is_told_so(client, admin):
    answer = client.get("/settings/theme/", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "Nothing was done" in answer.text
    assert client.get("/settings/theme/").content == b""


LISTS = [
    "/",
    "/health/",
    "/health/hosts/",
    "/pipelines/",
    "/experiments/",
    "/alerts/",
    "/alerts/deliveries/",
    "people",
]


@pytest.mark.parametrize("path", LISTS)
def test_lists_have_title_tabs_filters_and_rows_in_one_order(client, lecturer, team, path):
    project = factories.ProjectFactory(team=team)
    factories.EnvironmentFactory(project=project)
    factories.RepositoryFactory(project=project)
    factories.ExperimentFactory(project=project)
    factories.HostFactory(course=team.course)
    for _ in range(2):
        factories.DeliveryFactory(channel__course=team.course, alert__project=project)
    client.force_login(lecturer)
    url = f"/courses/{team.course.slug}/people/" if path == "people" else path
    main = client.get(url).text.partition('<main id="main"')[2].partition("</main>")[0]
    parts = re.findall(r'<h1|class="tabs"|role="search"|<div id="[a-z]+" data-live', main)
    names = [part.partition(" data")[0] for part in parts]
    shown = [name for name in ("<h1", 'class="tabs"', 'role="search"') if name in names]
    assert [name for name in names if name in shown] == shown
    assert names.index('role="search"') < len(names) - 1, "the list comes last"
    assert names[-1].startswith("<div id=")
