import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from courses import services
from courses.addresses import is_own_page
from courses.models import MAX_SAVED_VIEWS, SavedView, WatchedTeam
from courses.queries import watched_teams
from tests import factories
from tests.courses.test_views import at, page, send, text_of

VIEWS, SAVE = "/settings/views/", "/settings/views/save/"


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


# Watch list -------------------------------------------------------------------------------------


def test_a_team_is_watched_once_however_often_it_is_said(team, student):
    now = timezone.now()
    assert services.watch_team(student, team, now=now)
    assert not services.watch_team(student, team, now=now)
    assert WatchedTeam.objects.get().created_at == now
    assert services.unwatch_team(student, team)
    assert not services.unwatch_team(student, team)


@pytest.mark.parametrize("role", ["student", "tutor", "lecturer"])
def test_who_sees_a_team_may_watch_it(request, team, role):
    user = request.getfixturevalue(role)
    answer = send(user, at("team_watch", team), is_watched="1", next="/?state=down")
    assert answer.url == "/?state=down"
    assert told(answer) == [f"You watch {team.name}."]
    assert list(watched_teams(user)) == [team]
    answer = send(user, at("team_watch", team), is_watched="0", next="//evil.example.org/")
    assert answer.url == team.get_absolute_url()
    assert told(answer) == [f"You no longer watch {team.name}."]
    assert not watched_teams(user)


def test_outsiders_watch_nothing(team, outsider):
    assert send(outsider, at("team_watch", team), is_watched="1").status_code == 404
    assert not WatchedTeam.objects.exists()


def test_what_is_watched_is_no_longer_shown_once_it_may_not_be_seen(team, student):
    services.watch_team(student, team, now=timezone.now())
    student.memberships.all().delete()
    assert not watched_teams(student)


@pytest.mark.parametrize("archived", ["team", "course"])
def test_an_archived_team_leaves_the_watch_list(team, student, archived):
    services.watch_team(student, team, now=timezone.now())
    place = team if archived == "team" else team.course
    place.is_archived = True
    place.save()
    assert not watched_teams(student)


# Saved views ------------------------------------------------------------------------------------


def test_a_view_is_saved_and_stands_in_the_list(student):
    answer = send(student, SAVE, name=" Down ", address="/?state=down&q=a+b")
    assert answer.url == "/?state=down&q=a+b"
    assert told(answer) == ["The view “Down” is saved."]
    view = SavedView.objects.get()
    assert (view.user, view.name, view.address) == (student, "Down", "/?state=down&q=a+b")
    text = text_of(page(student, VIEWS))
    assert 'href="/?state=down&amp;q=a+b"' in text
    assert f"1 of {MAX_SAVED_VIEWS}" in text


def test_saving_the_same_again_changes_nothing(student):
    for _ in range(2):
        answer = send(student, SAVE, name="Down", address="/?state=down")
    assert told(answer) == ["The view “Down” is saved."]
    assert SavedView.objects.count() == 1


def test_the_same_name_replaces_says_so_and_can_be_taken_back(client, student):
    client.force_login(student)
    client.post(SAVE, {"name": "Mine", "address": "/?state=down"})
    answer = client.post(SAVE, {"name": "Mine", "address": "/?state=red"})
    assert answer.url == VIEWS
    text = client.get(VIEWS).content.decode()
    assert "“Mine” leads to /?state=red from now on. Before, it led to /?state=down." in text
    assert "from now on" not in client.get(VIEWS).content.decode()
    client.post(SAVE, {"name": "Mine", "address": "/?state=down", "next": VIEWS})
    assert SavedView.objects.get().address == "/?state=down"


def test_a_deleted_view_can_be_brought_back(client, student):
    view = factories.SavedViewFactory(user=student, name="Mine")
    client.force_login(student)
    answer = client.post(f"{VIEWS}{view.pk}/delete/", follow=True)
    assert not SavedView.objects.exists()
    assert "“Mine” is deleted." in answer.content.decode()
    assert "No saved views yet" in answer.content.decode()
    back = client.post(SAVE, {"name": "Mine", "address": view.address, "next": VIEWS})
    assert back.url == VIEWS
    assert SavedView.objects.get().address == view.address


def test_nobody_sees_or_deletes_views_of_others(student, outsider):
    view = factories.SavedViewFactory(user=student, name="Mine")
    assert "Mine" not in text_of(page(outsider, VIEWS))
    assert send(outsider, f"{VIEWS}{view.pk}/delete/").status_code == 404
    assert SavedView.objects.exists()


def test_two_readers_may_use_one_name(student, outsider):
    for user in (student, outsider):
        send(user, SAVE, name="Mine", address="/")
    assert SavedView.objects.count() == 2


def test_there_is_a_most(student):
    for n in range(MAX_SAVED_VIEWS):
        factories.SavedViewFactory(user=student, name=f"{n}")
    answer = send(student, SAVE, name="one more", address="/")
    assert told(answer) == ["You keep 30 views already. Delete one first."]
    assert SavedView.objects.count() == MAX_SAVED_VIEWS
    send(student, SAVE, name="0", address="/?state=red")
    assert SavedView.objects.get(name="0").address == "/?state=red"


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b", "a\nb"])
def test_a_name_that_cannot_be_is_refused(student, name):
    answer = send(student, SAVE, name=name, address="/?state=down")
    assert answer.url == "/?state=down"
    assert told(answer) == ["Give the view a name of at most 60 characters."]
    assert not SavedView.objects.exists()


HOSTILE = [
    "",
    "https://evil.example.org/",
    "//evil.example.org/",
    "/\\evil.example.org",
    "/\t/evil.example.org",
    "javascript:alert(1)",
    "/no-such-page/",
    "/courses/\0/",
    "/?q=\n",
    "//[",
    "health/",
]


@pytest.mark.parametrize("address", [*HOSTILE, "/?q=" + "x" * 500])
def test_only_pages_of_this_site_are_saved(student, address):
    answer = send(student, SAVE, name="Mine", address=address)
    assert answer.url == VIEWS
    assert told(answer) == ["Only pages of this site can be saved."]
    assert not SavedView.objects.exists()


def test_own_pages_are_told_from_others():
    assert not any(map(is_own_page, HOSTILE))
    assert all(map(is_own_page, ["/", "/?course=se&state=down", "/alerts/", "/courses/x/?q=ü"]))


def test_a_name_is_shown_as_text(student):
    factories.SavedViewFactory(user=student, name="<script>alert(1)</script>", address="/?q=<b>")
    text = text_of(page(student, VIEWS))
    assert "<script>alert" not in text
    assert "/?q=<b>" not in text


def test_saving_deleting_and_watching_need_a_form(team, student):
    view = factories.SavedViewFactory(user=student)
    for path in (SAVE, f"{VIEWS}{view.pk}/delete/", at("team_watch", team)):
        assert page(student, path).status_code == 405
    client = Client(enforce_csrf_checks=True)
    client.force_login(student)
    assert client.post(SAVE, {"name": "x", "address": "/"}).status_code == 403
