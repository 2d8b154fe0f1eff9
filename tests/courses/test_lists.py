"""Lists of a course: they change by themselves, and an empty one says what to do or who can."""

import re

import pytest
from django.urls import reverse

from courses.models import Event
from health.models import Check
from tests import factories

pytestmark = pytest.mark.django_db


def part(client, user, url, name):
    client.force_login(user)
    return client.get(url, headers={"HX-Request": "true", "HX-Target": name}).text


def empty_of(client, user, url):
    """Return what the first empty state of a page says, and its buttons."""
    client.force_login(user)
    (found, *_) = re.findall(r'<div class="empty">.*?</div>', client.get(url).text, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split()), re.findall(
        r'<a class="button" href="([^"]+)"', found
    )


@pytest.mark.parametrize(
    ("name", "ident"),
    [("course_detail", "team_rows"), ("course_detail", "timeline"), ("member_list", "people")],
)
def test_what_changes_comes_alone_and_holds_no_token(client, lecturer, team, name, ident):
    html = part(client, lecturer, reverse(f"courses:{name}", args=[team.course.slug]), ident)
    assert html.strip().startswith(f'<div id="{ident}" data-live hx-get=')
    assert "csrfmiddlewaretoken" not in html
    assert "<h1" not in html


@pytest.mark.parametrize("name", ["course_detail", "member_list", "job_list", "course_list"])
def test_keys_step_through_the_entries(client, lecturer, team, name):
    factories.CourseJobFactory(course=team.course)
    factories.EventFactory(course=team.course, team=team)
    client.force_login(lecturer)
    page = client.get(
        reverse(f"courses:{name}", args=[] if name == "course_list" else [team.course.slug])
    ).text
    lists = re.findall(r'data-keys="list".*?</(?:tbody|ol)>', page, re.S)
    assert len(lists) == (2 if name == "course_detail" else 1)
    for found in lists:
        assert re.search(r'data-key-item( tabindex="-1"|>.*?<a [^>]*href=)', found, re.S)


def test_a_new_team_and_a_new_person_appear(client, lecturer, team):
    new = factories.MembershipFactory(team=team, user__name="Юлия").user
    new.set_unusable_password()
    new.save()
    factories.TeamFactory(course=team.course, name="Late Larks")
    slug = [team.course.slug]
    assert "Late Larks" in part(client, lecturer, reverse("courses:course_detail", args=slug), "team_rows")
    people = part(client, lecturer, reverse("courses:member_list", args=slug), "people")
    assert "Юлия" in people
    assert re.search(r'form="act" formaction="[^"]+/link/"', people)


def test_tutors_get_no_links_to_make(client, tutor, team):
    new = factories.MembershipFactory(team=team).user
    new.set_unusable_password()
    new.save()
    assert "/link/" not in part(
        client, tutor, reverse("courses:member_list", args=[team.course.slug]), "people"
    )


def test_no_job_yet(client, lecturer, tutor, team):
    url = reverse("courses:job_list", args=[team.course.slug])
    assert empty_of(client, lecturer, url)[1] == [reverse("courses:roster_import", args=[team.course.slug])]
    words, buttons = empty_of(client, tutor, url)
    assert "When a lecturer imports a roster" in words
    assert not buttons


def test_nothing_has_happened_yet(client, lecturer, student, team):
    url = team.course.get_absolute_url()
    Event.objects.all().delete()
    assert empty_of(client, lecturer, url)[1] == [reverse("courses:roster_import", args=[team.course.slug])]
    assert "a tutor or lecturer" in empty_of(client, student, url)[0]


def test_nothing_of_a_kind_has_happened(client, student, team):
    factories.EventFactory(course=team.course, team=team, kind=Event.Kind.NOTE)
    words, buttons = empty_of(client, student, f"{team.get_absolute_url()}?kind=alert")
    assert words.startswith("Nothing of this kind has happened")
    assert buttons == ["?"]


def test_no_results_yet(client, tutor, student, team):
    place = factories.EnvironmentFactory(project__team=team)
    factories.CheckFactory(environment=place)
    factories.EnvironmentStateFactory(environment=place)
    url = place.get_absolute_url()
    client.force_login(tutor)
    page = client.get(url).text
    assert "The first answer comes within a minute" in page
    assert page.count("Check now") == 2
    assert "Check now" not in part(client, student, url, "now")
    Check.objects.update(is_enabled=False)
    assert empty_of(client, tutor, url)[1] == [reverse("health:check_edit", args=[place.health_check.pk])]
    assert "Tutors and lecturers can switch it on" in empty_of(client, student, url)[0]


def test_without_a_url_a_student_is_told_who_sets_it(client, tutor, student, team):
    url = factories.EnvironmentFactory(project__team=team, url="").get_absolute_url()
    assert len(empty_of(client, tutor, url)[1]) == 1
    assert "until a tutor or lecturer sets the URL" in empty_of(client, student, url)[0]


def test_no_mail_yet(client, student):
    client.force_login(student)
    page = client.get(reverse("alerts:notifications")).text
    assert "No mail yet" in page
    assert '<button type="submit" form="test">' in page
    assert "csrfmiddlewaretoken" not in part(client, student, reverse("alerts:notifications"), "mails")
