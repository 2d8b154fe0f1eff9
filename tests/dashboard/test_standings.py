"""What is old is said to be, wherever a team, a project or the overview shows it."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from benchmarks import course as large
from health.models import EnvironmentState
from pipelines.models import CIServer, Repository
from tests import factories

pytestmark = pytest.mark.django_db
LONG = timedelta(hours=30)
REFUSED = "127.0.0.1:8471 is not a public address."


@pytest.fixture
def project(team):
    return factories.ProjectFactory(team=team, repository_path="group/app")


@pytest.fixture
def place(project):
    return factories.EnvironmentFactory(project=project)


def place_state(place, **known):
    heard = timezone.now() - LONG
    old = {"last_checked_at": heard, "fresh_until": heard + timedelta(minutes=3), "last_latency_ms": 84}
    return factories.EnvironmentStateFactory(environment=place, **{**old, **known})


def branch(project, **known):
    now = timezone.now()
    server = factories.CIServerFactory(course=project.team.course, last_polled_at=now, last_error_kind="auth")
    repository = factories.RepositoryFactory(project=project, server=server, read_at=now - LONG)
    return factories.RepositoryStateFactory(repository=repository, since=now - timedelta(days=2), **known)


def words_of(client, user, address):
    client.force_login(user)
    cache.clear()
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def addresses(project):
    return [project.team.get_absolute_url(), project.get_absolute_url()]


def test_a_build_whose_server_is_not_read_any_more_is_told_with_its_age(client, project, student, lecturer):
    branch(project, status="success")
    for address in addresses(project):
        words = words_of(client, student, address)
        assert "as read 30 h ago" in words
        assert "green for" not in words
        assert "for 2 d" not in words
    assert "as read 30 h ago" in words_of(client, lecturer, "/?view=table")
    CIServer.objects.update(last_error_kind="")
    for address in addresses(project):
        words = words_of(client, student, address)
        assert "as read" not in words
        assert "for 2 d" in words


def test_a_server_that_is_due_for_long_counts_as_not_read(client, project, student):
    branch(project, status="success")
    old = timezone.now() - LONG
    CIServer.objects.update(last_error_kind="", last_polled_at=old, next_poll_at=old)
    assert "as read 30 h ago" in words_of(client, student, project.team.get_absolute_url())
    Repository.objects.update(read_at=None)
    assert "as read" not in words_of(client, student, project.team.get_absolute_url())


def test_a_red_build_that_is_not_read_any_more_says_no_span_it_cannot_know(
    client, project, student, lecturer
):
    branch(project, status="failed", detail="test failed")
    words = words_of(client, student, project.team.get_absolute_url())
    assert "The build was red when it was last read, 30 h ago: test failed" in words
    assert "as read 30 h ago : test failed" in words
    assert "red for" not in words
    assert "red 2 d" not in words_of(client, lecturer, "/?view=table")


def test_an_environment_nobody_heard_of_says_for_how_long_and_what_was_known(
    client, project, place, student, lecturer
):
    state = place_state(place, status="down", detail="502 Bad Gateway")
    team, own = addresses(project)
    for user, address in ((student, team), (student, own), (lecturer, "/?view=table")):
        words = words_of(client, user, address)
        assert re.search(r"No news for 30 h; last known: down ?, 502 Bad Gateway", words)
        assert "84 ms" not in words
    assert "Not known: no news of production for 30 h" in words_of(client, student, team)
    EnvironmentState.objects.filter(pk=state.pk).update(status="up", detail="200 OK")
    words = words_of(client, student, team)
    assert "No news for 30 h; last known: up" in words
    assert "200 OK" not in words
    EnvironmentState.objects.filter(pk=state.pk).update(fresh_until=timezone.now() + LONG)
    assert "No news" not in words_of(client, student, team)


def test_why_an_address_is_not_asked_is_told_to_those_who_can_change_it(
    client, project, place, student, lecturer
):
    place_state(place, status="unknown", detail=REFUSED, fresh_until=timezone.now() + LONG)
    team, own = addresses(project)
    for address in (team, own):
        words = words_of(client, student, address)
        assert "not watched at present" in words
        assert REFUSED not in words
        assert REFUSED in words_of(client, lecturer, address)
    assert "Not known: not watched at present; your course’s staff see why" in words_of(client, student, team)
    assert f"Not known: {REFUSED}" in words_of(client, lecturer, team)
    assert REFUSED in words_of(client, lecturer, "/?view=table")
    EnvironmentState.objects.update(fresh_until=timezone.now() - LONG)
    for address in (team, own):
        words = words_of(client, student, address)
        assert "No news for 30 h; last known: unknown" in words
        assert REFUSED not in words
    other = factories.TeamFactory(course=project.team.course)
    factories.MembershipFactory(user=student, team=other)
    for view in ("grid", "table"):
        assert REFUSED not in words_of(client, student, f"/?view={view}")


def test_what_is_old_takes_no_query_of_its_own(admin_client, django_assert_max_num_queries):
    large.make(20, now=timezone.now() - LONG)
    Repository.objects.update(read_at=timezone.now() - LONG)
    CIServer.objects.update(last_error_kind="auth")
    with django_assert_max_num_queries(15):
        assert "as read" in admin_client.get("/?view=table").text


def test_the_overview_says_that_nothing_is_checked(client, place, lecturer):
    state = place_state(place)
    other = factories.EnvironmentFactory(project=factories.ProjectFactory(team=place.project.team))
    silent = place_state(other, last_checked_at=timezone.now() - 2 * LONG)
    for address in ("/?view=grid", "/?view=table", "/?state=down", "/?tv=1"):
        assert "Nothing has been checked for 30 h." in words_of(client, lecturer, address)
    for heard in (state, silent):
        EnvironmentState.objects.filter(pk=heard.pk).update(fresh_until=timezone.now() + LONG)
        assert "Nothing has been checked" not in words_of(client, lecturer, "/?view=grid")
    EnvironmentState.objects.all().delete()
    assert "Nothing has been checked" not in words_of(client, lecturer, "/?view=grid")
