import re

import pytest
from django.utils import timezone

from courses.models import Course, User
from dashboard import queries
from tests import factories


@pytest.fixture
def course(team):
    Course.objects.update(is_set_up=False)
    return team.course


def steps_of(course):
    rows = queries.with_steps(Course.objects.filter(pk=course.pk), is_mail_filed=False)
    return queries.setup_of(rows.get())


def page_of(client, user, course, **headers):
    client.force_login(user)
    return client.get(f"/courses/{course.slug}/setup/", headers=headers)


def buttons(text):
    return re.findall(r'<a class="button( plain)?" href="\S+">(.+?)</a>', text)


def test_only_the_next_step_stands_out_and_done_ones_are_looked_at(client, lecturer, course):
    text = page_of(client, lecturer, course).text
    assert buttons(text) == [
        ("", "Add a CI server"),
        (" plain", "Add an environment"),
        (" plain", "Add a channel"),
    ]
    # The course, its roster, and the staff: who reads this has signed in.
    assert len(re.findall(r">Look<span", text)) == 3
    factories.CIServerFactory(course=course)
    assert next(line for line in steps_of(course).lines if line.is_next).name == "environments"


def test_the_steps_stand_first_until_the_course_has_teams(client, db):
    places = ("<h1>Overview</h1>", 'id="setup"', 'aria-label="How to show the teams"', 'id="teams"')
    factories.TeamFactory(course__is_set_up=True)
    course = factories.CourseFactory(is_set_up=False)
    client.force_login(User.objects.create_superuser("admin@example.org", "x"))

    def order():
        page = client.get("/").text
        assert all(page.count(place) == 1 for place in places)
        return sorted(places, key=page.index)

    assert order() == list(places)
    assert 'href="#setup"' not in client.get("/").text
    factories.TeamFactory(course=course)
    title, steps, view, teams = places
    assert order() == [title, view, teams, steps]
    assert 'href="#setup"' in client.get("/").text


def test_the_sample_mixes_with_no_team_that_is_taught(client, db):
    made_up = factories.TeamFactory(name="Made up", course__slug="made-up", course__is_sample=True)
    client.force_login(User.objects.create_superuser("admin@example.org", "x"))
    page = client.get("/").text
    assert "nothing of it is polled" in page
    assert made_up.get_absolute_url() in page
    factories.TeamFactory(name="Taught")
    page = client.get("/").text
    assert "Taught" in page
    assert "nothing of it is polled" not in page
    assert made_up.get_absolute_url() not in page
    assert made_up.get_absolute_url() in client.get("/", {"course": "made-up"}).text


def test_an_address_is_a_step_on_the_way_and_the_first_answer_ends_it(course, team):
    place = factories.EnvironmentFactory(project__team=team)
    found = steps_of(course)
    assert not found.steps["environments"]
    line = next(line for line in found.lines if line.name == "environments")
    assert (line.action, line.text.split(";")[0]) == ("See the checks", "The first answer is on its way")
    state = factories.EnvironmentStateFactory(
        environment=place, last_checked_at=timezone.now(), status="unknown"
    )
    line = next(line for line in steps_of(course).lines if line.name == "environments")
    assert (line.is_done, line.text) == (False, "No app could be asked yet: its check says why.")
    state.status = "down"
    state.save()
    found = steps_of(course)
    assert found.steps["environments"]
    assert next(line for line in found.lines if line.name == "environments").action == "Look"


def test_staff_who_never_signed_in_are_to_be_invited(course, lecturer):
    course.memberships.filter(user=lecturer).delete()
    assert next(line for line in steps_of(course).lines if line.name == "staff").action == "Add a person"
    factories.MembershipFactory(course=course, team=None, role="tutor")
    line = next(line for line in steps_of(course).lines if line.name == "staff")
    assert (line.action, line.url) == ("Invite them", f"/courses/{course.slug}/people/")


def test_the_step_of_the_staff_says_when_it_is_done_how_many_are_there(course, lecturer, team):
    def line():
        return next(line for line in steps_of(course).lines if line.name == "staff")

    lecturer.last_login = timezone.now()
    lecturer.save()
    assert line().text == "1 lecturer or tutor has signed in, besides whoever added the course."
    tutor = factories.UserFactory(last_login=timezone.now())
    for place in (team, factories.TeamFactory(course=course)):
        factories.MembershipFactory(user=tutor, team=place, role="tutor")
    factories.MembershipFactory(course=course, team=None, role="tutor")
    assert (line().is_done, line().action) == (True, "Look")
    assert line().text.startswith("2 lecturers and tutors have signed in"), "people, not roles"


def test_the_list_renews_itself_on_both_pages(client, lecturer, course):
    address = f"/courses/{course.slug}/setup/"
    for page in (page_of(client, lecturer, course).text, client.get("/").text):
        assert f'<div id="steps" data-live hx-get="{address}"' in page
    part = page_of(client, lecturer, course, HX_Request="true", HX_Target="steps").text
    assert part.lstrip().startswith('<div id="steps"')
    assert "csrfmiddlewaretoken" not in part
    assert f'form="act" formaction="{address}finish/"' in part


def test_a_list_that_was_put_away_is_not_put_away_again(client, lecturer, course):
    Course.objects.update(is_set_up=True)
    text = page_of(client, lecturer, course).text
    assert "3 of 6 done" in text
    assert "Put this list away" not in text


def test_an_outsider_gets_404_and_a_stranger_the_login(client, course, outsider, tutor):
    address = f"/courses/{course.slug}/setup/"
    assert "/accounts/login/" in client.get(address)["Location"]
    for user in (outsider, tutor):
        client.force_login(user)
        assert client.get(address).status_code == 404
        assert client.post(f"{address}finish/").status_code == 404


def test_a_job_of_the_first_steps_leads_back_to_them(client, lecturer, course):
    job = factories.CourseJobFactory(course=course)
    client.force_login(lecturer)
    assert "Back to the first steps" in client.get(job.get_absolute_url()).text
    Course.objects.update(is_set_up=True)
    assert "Back to the first steps" not in client.get(job.get_absolute_url()).text
