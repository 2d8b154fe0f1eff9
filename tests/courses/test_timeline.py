"""What stands on timelines: what repeats itself, and notes of the staff."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Event
from courses.services import add_note, record_events
from courses.views.timeline import Asked, timeline_part
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(client, team):
    def post(user, text):
        client.force_login(user)
        address = reverse("courses:team_note", args=[team.course.slug, team.slug])
        return client.post(address, {"text": text}, follow=True)

    return post


@pytest.mark.parametrize("who", ["tutor", "lecturer"])
def test_staff_write_a_note_that_the_team_reads(client, request, write, team, student, who):
    user = request.getfixturevalue(who)
    page = write(user, " The demo is on <b>Friday</b>. ").content.decode()
    assert "The note stands on the timeline." in page
    assert "The demo is on &lt;b&gt;Friday&lt;/b&gt;." in page
    (note,) = Event.objects.filter(kind=Event.Kind.NOTE)
    assert (note.team, note.actor, note.detail) == (team, user, "")
    client.force_login(student)
    page = client.get(team.get_absolute_url(), {"kind": "note"}).content.decode()
    assert "The demo is on" in page
    assert "Add note" not in page


def test_a_long_note_is_kept_whole(write, tutor):
    write(tutor, "x" * 500)
    note = Event.objects.get(kind=Event.Kind.NOTE)
    assert (len(note.title), note.detail) == (200, "x" * 500)


@pytest.mark.parametrize("text", ["", "  ", "x" * 501, "a\0b"])
def test_no_other_text_is_a_note(write, tutor, text):
    assert "1 to 500 characters" in write(tutor, text).content.decode()
    assert not Event.objects.filter(kind=Event.Kind.NOTE).exists()


@pytest.mark.parametrize("who", ["student", "outsider"])
def test_nobody_else_writes_notes(request, write, who):
    assert write(request.getfixturevalue(who), "hello").status_code == 404
    assert not Event.objects.filter(kind=Event.Kind.NOTE).exists()


def test_what_became_of_a_note_is_told_beside_its_form(write, tutor):
    page = write(tutor, "hello").content.decode()
    top, _form, rest = page.partition('id="note"')
    told = "The note stands on the timeline."
    assert told not in top
    assert told in rest


def delete(client, note):
    return client.post(reverse("courses:note_delete", args=[note.pk]), follow=True)


def test_a_note_is_deleted_and_put_back_as_it_stood(client, write, team, tutor, lecturer):
    write(lecturer, "y" * 300)
    note = Event.objects.get()
    client.force_login(tutor)
    address = reverse("courses:note_delete", args=[note.pk])
    assert f'form="act" formaction="{address}"' in client.get(team.get_absolute_url()).content.decode()
    answer = delete(client, note)
    assert answer.redirect_chain[-1][0] == f"{team.get_absolute_url()}#take-back"
    assert not Event.objects.exists()
    back = reverse("courses:note_restore", args=[team.course.slug, team.slug])
    assert f'form="undo" formaction="{back}"' in answer.content.decode()
    assert "The note is back" in client.post(back, follow=True).content.decode()
    again = Event.objects.get()
    same = ("at", "title", "detail", "actor", "team", "course", "kind", "dedupe_key")
    assert [getattr(again, name) for name in same] == [getattr(note, name) for name in same]
    assert "The note is back" not in client.post(back, follow=True).content.decode()
    assert Event.objects.count() == 1


def test_a_note_goes_back_to_its_own_team_only(client, write, team, lecturer):
    other = factories.TeamFactory(course=team.course)
    write(lecturer, "hello")
    delete(client, Event.objects.get())
    client.post(reverse("courses:note_restore", args=[other.course.slug, other.slug]))
    assert not Event.objects.exists()


@pytest.mark.parametrize("who", ["student", "outsider"])
def test_nobody_else_deletes_notes(client, request, write, team, tutor, who):
    write(tutor, "hello")
    note, user = Event.objects.get(), request.getfixturevalue(who)
    client.force_login(user)
    assert delete(client, note).status_code == 404
    assert b"/delete/" not in client.get(team.get_absolute_url()).content
    assert Event.objects.exists()


def test_what_is_no_note_stays(client, team, tutor):
    event = factories.EventFactory(team=team, course=team.course, kind=Event.Kind.INCIDENT)
    client.force_login(tutor)
    assert delete(client, event).status_code == 404
    assert b"/delete/" not in client.get(team.get_absolute_url()).content


def test_a_note_sent_twice_stands_once(team, tutor):
    now = timezone.now().replace(second=0)
    for at in (now, now + timedelta(seconds=1), now + timedelta(minutes=2)):
        add_note(team, text="Well done", actor=tutor, now=at)
    assert Event.objects.filter(kind=Event.Kind.NOTE).count() == 2


def test_what_says_the_same_again_stands_once_with_a_count(client, team, tutor):
    now = timezone.now()
    titles = ["red", "red", "green", "red", "red", "red"]
    record_events(
        Event(course=team.course, team=team, at=now + timedelta(seconds=n), kind="pipeline", title=title)
        for n, title in enumerate(titles)
    )
    part = timeline_part(Event.objects.all(), Asked())
    assert [(event.title, times) for event, times in part["lines"]] == [("red", 3), ("green", 1), ("red", 2)]
    part = timeline_part(Event.objects.all(), Asked(page=2), size=4)
    assert [(event.title, times) for event, times in part["lines"]] == [("red", 2)]
    client.force_login(tutor)
    assert "3 times" in client.get(team.get_absolute_url()).content.decode()


def test_the_page_of_a_course_has_few_entries_and_leads_to_older_ones(client, team, tutor):
    now = timezone.now()
    record_events(
        Event(course=team.course, team=team, at=now, kind="settings", title=f"No. {n}") for n in range(11)
    )
    client.force_login(tutor)
    page = client.get(team.course.get_absolute_url()).content.decode()
    assert page.count("No. ") == 10
    assert "Older" in page


def test_a_student_counts_their_own_teams_in_the_list_of_courses(client, team, student, tutor):
    factories.TeamFactory(course=team.course)
    for user, count in ((student, 1), (tutor, 2)):
        client.force_login(user)
        (course,) = client.get("/courses/").context["page"]
        assert course.team_count == count


def test_the_question_before_a_removal_names_the_role(client, team, tutor, lecturer):
    client.force_login(lecturer)
    row = tutor.memberships.get()
    page = client.get(reverse("courses:member_remove", args=[team.course.slug, row.pk])).content.decode()
    assert f"Remove {tutor} as tutor of {team}?" in page


def test_languages_say_how_they_write_times(client, student):
    client.force_login(student)
    page = client.get("/settings/reading/").content.decode()
    assert "English: 23 Nov 2026, 14:05" in page
    assert "English (United States): Nov 23, 2026, 2:05 PM" in page
