"""The pages of the catalogue, for each role."""

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from courses.models import ApiKey, Environment, Event, Membership, Project, Team, User
from tests import factories


@pytest.fixture
def project(team):
    return factories.ProjectFactory(team=team, repository_path="group/app")


@pytest.fixture
def environment(project):
    return factories.EnvironmentFactory(project=project)


def page(user, url, **headers):
    client = Client()
    client.force_login(user)
    return client.get(url, headers=headers)


def send(user, path, /, **data):
    client = Client()
    client.force_login(user)
    return client.post(path, data)


def text_of(answer):
    return answer.content.decode()


def at(name, place):
    """Return the address of a page about a course, team or project."""
    if isinstance(place, Project):
        args = [place.team.course.slug, place.team.slug, place.slug]
    elif isinstance(place, Team):
        args = [place.course.slug, place.slug]
    else:
        args = [place.slug]
    app = "dashboard" if name in ("team_detail", "project_detail") else "courses"
    return reverse(f"{app}:{name}", args=args)


# Reading ----------------------------------------------------------------------------------------


def test_course_list_shows_only_my_courses(team, student, outsider):
    answer = text_of(page(student, reverse("courses:course_list")))
    assert team.course.name in answer
    assert outsider.memberships.get().course.name not in answer


def test_course_list_says_why_it_is_empty(admin_user, db):
    assert "A lecturer can add you" in text_of(page(factories.UserFactory(), reverse("courses:course_list")))
    assert "Add a course" in text_of(page(admin_user, reverse("courses:course_list")))


def test_student_sees_their_team_only(team, student):
    other = factories.TeamFactory(course=team.course, name="Secret team")
    factories.EventFactory(course=team.course, team=other, title="Secret event")
    factories.EventFactory(course=team.course, team=team, title="Our event")
    answer = text_of(page(student, team.course.get_absolute_url()))
    assert team.name in answer
    assert "Our event" in answer
    assert "Secret" not in answer
    assert "Import roster" not in answer
    assert page(student, other.get_absolute_url()).status_code == 404


def test_tutor_sees_all_teams_and_edits_their_own(team, tutor):
    other = factories.TeamFactory(course=team.course)
    answer = text_of(page(tutor, team.course.get_absolute_url()))
    assert other.name in answer
    assert "People" in answer
    assert "API keys" not in answer
    assert "Edit team" in text_of(page(tutor, team.get_absolute_url()))
    assert "Edit team" not in text_of(page(tutor, other.get_absolute_url()))


def test_course_is_searched_and_paged(team, lecturer):
    factories.TeamFactory.create_batch(120, course=team.course)
    special = factories.TeamFactory(course=team.course, name="Zebra")
    url = team.course.get_absolute_url()
    assert "Page 1 of 3" in text_of(page(lecturer, url))
    assert special.name in text_of(page(lecturer, f"{url}?page=99"))
    found = text_of(page(lecturer, f"{url}?q=zEb%00ra"))
    assert special.name in found
    assert team.name not in found
    assert "No such team" in text_of(page(lecturer, f"{url}?q=nothing"))


def test_team_page_names_members_projects_and_environments(team, student, environment):
    student.name = "Ada <b>"
    student.save()
    answer = text_of(page(student, team.get_absolute_url()))
    assert "Ada &lt;b&gt;" in answer
    assert "group/app" in answer
    assert environment.get_absolute_url() in answer


def test_timeline_is_filtered_by_the_address(team, student):
    for kind in ("deployment", "pipeline"):
        factories.EventFactory(course=team.course, team=team, kind=kind, title=f"A {kind} came")
    url = team.get_absolute_url()
    only = text_of(page(student, f"{url}?kind=deployment"))
    assert "A deployment came" in only
    assert "A pipeline came" not in only
    assert "A pipeline came" in text_of(page(student, f"{url}?kind=nonsense"))
    assert "Nothing of this kind" in text_of(page(student, f"{url}?kind=alert"))


def test_timeline_holds_30_events_and_no_script_links(team, student):
    for n in range(31):
        factories.EventFactory(course=team.course, team=team, title=f"Thing {n}", url="javascript:alert(1)")
    answer = text_of(page(student, team.get_absolute_url()))
    assert len(set(re.findall(r"Thing \d+", answer))) == 30
    assert "javascript:" not in answer


@pytest.mark.parametrize("name", ["course_detail", "team_detail", "project_detail"])
def test_htmx_gets_the_timeline_alone(team, lecturer, project, name):
    place = {"course_detail": team.course, "team_detail": team, "project_detail": project}[name]
    answer = page(lecturer, at(name, place), **{"HX-Request": "true", "HX-Target": "timeline"})
    assert text_of(answer).lstrip().startswith('<div id="timeline"')
    assert "<html" not in text_of(answer)
    assert "HX-Target" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "name", ["course_list", "course_detail", "team_detail", "project_detail", "member_list", "key_list"]
)
def test_queries_do_not_grow_with_rows(
    team, lecturer, project, name, django_assert_max_num_queries, django_assert_num_queries
):
    course = team.course
    place = {"team_detail": team, "project_detail": project}.get(name, course)
    url = reverse("courses:course_list") if name == "course_list" else at(name, place)

    def grow(n):
        factories.MembershipFactory.create_batch(n, team=team)
        factories.MembershipFactory.create_batch(n, team__course=course)
        for other in factories.ProjectFactory.create_batch(n, team=team):
            factories.EnvironmentFactory(project=other)
            factories.ApiKeyFactory(course=course, project=other, created_by=lecturer)
        factories.EventFactory.create_batch(n, course=course, team=team, project=project, actor=lecturer)
        for index in range(n):
            factories.EnvironmentFactory(project=project, slug=f"p{n}-{index}")

    client = Client()
    client.force_login(lecturer)
    grow(2)
    with django_assert_max_num_queries(15) as few:
        client.get(url)
    grow(18)
    with django_assert_num_queries(len(few)):
        assert client.get(url).status_code == 200


# Writing ----------------------------------------------------------------------------------------


def test_lecturer_edits_the_course(team, lecturer):
    url = at("course_edit", team.course)
    assert team.course.name in text_of(page(lecturer, url))
    answer = send(lecturer, url, name="Renamed", time_zone="Europe/Berlin", is_archived="on")
    assert answer.status_code == 302
    team.course.refresh_from_db()
    assert (team.course.name, team.course.time_zone, team.course.is_archived) == (
        "Renamed",
        "Europe/Berlin",
        True,
    )
    assert "Select a valid choice" in text_of(send(lecturer, url, name="X", time_zone="Mars/Base"))


def test_lecturer_adds_a_team_once(team, lecturer):
    url = at("team_add", team.course)
    assert send(lecturer, url, name="Rockets & co").headers["Location"].endswith("/teams/rockets-co/")
    answer = send(lecturer, url, name="rockets, co")
    assert "is taken" in text_of(answer)
    assert 'aria-invalid="true"' in text_of(answer)


@pytest.mark.parametrize("name", ["course_edit", "team_edit", "environment_add"])
def test_an_empty_name_is_refused_and_nothing_is_noted(lecturer, project, name):
    place = {"course_edit": project.team.course, "team_edit": project.team}.get(name, project)
    assert "This field is required" in text_of(send(lecturer, at(name, place), name=" "))
    assert not Event.objects.exists()


def test_tutor_edits_their_team(team, tutor):
    assert send(tutor, at("team_edit", team), name="Better", is_archived="on").status_code == 302
    team.refresh_from_db()
    assert (team.name, team.is_archived) == ("Better", False)
    event = Event.objects.get()
    assert (event.kind, event.actor, event.team) == ("settings", tutor, team)


def test_tutor_builds_a_project(team, tutor):
    send(tutor, at("project_add", team), name="Shop", repository_path="group/shop")
    project = team.projects.get()
    assert "is taken" in text_of(send(tutor, at("project_add", team), name="SHOP"))
    assert send(tutor, at("project_edit", project), name="Shop", repository_path="g/new").status_code == 302
    bad = send(tutor, at("project_edit", project), name="Shop", repository_path="https://g/new")
    assert "no https://" in text_of(bad)
    send(tutor, at("environment_add", project), name="production", url="https://shop.example.org")
    environment = project.environments.get()
    assert "is taken" in text_of(send(tutor, at("environment_add", project), name="Production"))
    edit = reverse("courses:environment_edit", args=[environment.pk])
    assert send(tutor, edit, name="live", url="").status_code == 302
    project.refresh_from_db()
    environment.refresh_from_db()
    assert (project.repository_path, environment.name, environment.url) == ("g/new", "live", "")


def test_an_environment_is_added_from_anywhere_by_choosing_its_project(tutor, project, student):
    url = reverse("courses:environment_place")
    foreign = factories.ProjectFactory()
    text = text_of(page(tutor, url))
    assert f"{project.team} / {project}" in text
    assert f"{foreign.team} / {foreign}" not in text
    assert send(tutor, url, project=project.pk).url == at("environment_add", project)
    assert send(tutor, url, project=foreign.pk).status_code == 200
    assert page(student, url).status_code == 404
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("http://127.0.0.1:9999/", True),
        ("http://localhost:1/", True),
        ("http://10.0.0.7/", True),
        ("https://shop.example.org", False),
        ("", False),
    ],
)
def test_an_address_that_will_not_be_checked_is_taken_with_a_warning(client, tutor, project, url, is_told):
    client.force_login(tutor)
    words = f"{url} will not be checked: the site reaches public addresses only. To allow it, "
    answer = client.post(at("environment_add", project), {"name": "production", "url": url}, follow=True)
    assert (words in text_of(answer)) is is_told
    edit = reverse("courses:environment_edit", args=[project.environments.get().pk])
    assert (words in text_of(client.post(edit, {"name": "live", "url": url}, follow=True))) is is_told


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https://user:secret@example.org",
        "http://exa mple.org",
        "x" * 501,
        "https://example.org/\0",
    ],
)
def test_environment_refuses_what_is_no_address(tutor, project, url):
    answer = send(tutor, at("environment_add", project), name="production", url=url)
    assert answer.status_code == 200
    assert "errorlist" in text_of(answer)
    assert not Environment.objects.exists()


def test_lecturer_adds_and_removes_people(team, lecturer):
    add, course = at("member_add", team.course), team.course
    answer = send(lecturer, add, email="New@Example.org", name="Nu", role="student", team=team.pk)
    assert answer.status_code == 302
    membership = Membership.objects.get(user__email="new@example.org")
    assert "new@example.org" in text_of(page(lecturer, at("member_list", course)))
    remove = reverse("courses:member_remove", args=[course.slug, membership.pk])
    assert "Their account stays" in text_of(page(lecturer, remove))
    assert Membership.objects.filter(pk=membership.pk).exists()
    send(lecturer, remove)
    assert not Membership.objects.filter(pk=membership.pk).exists()
    assert User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize(
    ("role", "with_team", "message"),
    [
        ("student", False, "Choose the student’s team."),
        ("lecturer", True, "Leave the team empty."),
        ("king", False, "Select a valid choice."),
    ],
)
def test_member_must_fit_the_role(team, lecturer, role, with_team, message):
    values = {"email": "a@example.org", "role": role, "team": team.pk if with_team else ""}
    assert message in text_of(send(lecturer, at("member_add", team.course), **values))


def test_a_team_of_another_course_cannot_be_chosen(team, lecturer):
    foreign = factories.TeamFactory()
    values = {"email": "a@example.org", "role": "student", "team": foreign.pk}
    assert "Select a valid choice" in text_of(send(lecturer, at("member_add", team.course), **values))


def test_an_address_beyond_ascii_is_refused(team, lecturer):
    values = {"email": "a@exämple.org", "role": "lecturer"}
    assert "plain Latin" in text_of(send(lecturer, at("member_add", team.course), **values))


def test_the_last_lecturer_stays(team, lecturer):
    url = reverse("courses:member_remove", args=[team.course.slug, lecturer.memberships.get().pk])
    answer = send(lecturer, url)
    assert "needs a lecturer" in str(next(iter(get_messages(answer.wsgi_request))))
    assert lecturer.memberships.exists()


def test_everybody_edits_their_profile(student):
    url = reverse("courses:profile")
    assert student.email in text_of(page(student, url))
    assert send(student, url, name="Ada", is_superuser="on").status_code == 302
    student.refresh_from_db()
    assert (student.name, student.is_superuser) == ("Ada", False)
    assert "errorlist" in text_of(send(student, url, name="A" * 151))


def test_everybody_chooses_how_they_read(student):
    url = reverse("courses:reading")
    values = {"time_zone": "Asia/Tokyo", "language": "en-us", "theme": "dark"}
    answer = send(student, url, **values, name="x", is_superuser="on")
    assert (answer.status_code, answer.cookies["theme"].value) == (302, "dark")
    student.refresh_from_db()
    assert (student.time_zone, student.language, student.theme) == ("Asia/Tokyo", "en-us", "dark")
    assert (student.has_shortcuts, student.name, student.is_superuser) == (False, "", False)
    assert 'data-theme="dark"' in text_of(page(student, url))
    for wrong in ({"time_zone": "Mars/Base"}, {"language": "xx"}, {"theme": "pink"}):
        assert "errorlist" in text_of(send(student, url, **{**values, **wrong}))
    student.refresh_from_db()
    assert student.time_zone == "Asia/Tokyo"


def test_the_theme_is_kept_in_the_profile_and_in_the_browser(client, student):
    url = reverse("courses:theme_set")
    answer = client.post(url, {"value": "dark", "next": "/accounts/login/"})
    assert answer.headers["Location"] == "/accounts/login/"
    assert (client.cookies["theme"].value, client.cookies["theme"]["httponly"]) == ("dark", True)
    assert 'data-theme="dark"' in text_of(client.get("/accounts/login/"))
    answer = send(student, url, value="light", next="/courses/?q=a")
    student.refresh_from_db()
    assert (answer.headers["Location"], student.theme) == ("/courses/?q=a", "light")
    assert answer.cookies["theme"].value == "light", "for the pages that know no reader"


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example/", "evil", "/\\evil.example", ""])
def test_the_theme_leads_nowhere_else(student, next_):
    answer = send(student, reverse("courses:theme_set"), value="pink", next=next_)
    student.refresh_from_db()
    assert (answer.headers["Location"], student.theme) == ("/", "auto")


# Keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["course", "project"])
def test_a_key_is_shown_once(team, lecturer, project, level):
    place = team.course if level == "course" else project
    values = {"name": "CI", "scopes": ["ingest", "evaluate"], "expires_on": "2199-12-31"}
    answer = send(lecturer, at("key_add", place), **values)
    key = re.search(r"co_[a-z0-9]{8}_[\w-]{43}", text_of(answer))[0]
    row = ApiKey.objects.get()
    assert (row.scopes, row.project) == ("ingest evaluate", project if level == "project" else None)
    assert row.expires_at.year == 2199
    assert "no-store" in answer.headers["Cache-Control"]
    listed = text_of(page(lecturer, at("key_list", place)))
    assert row.prefix in listed
    assert key not in listed
    assert row.digest not in listed


def test_tutor_makes_keys_for_their_project_alone(team, tutor, project):
    assert send(tutor, at("key_add", project), name="CI", scopes=["ingest"]).status_code == 200
    assert ApiKey.objects.get().project == project
    assert page(tutor, at("key_list", team.course)).status_code == 404
    assert send(tutor, at("key_add", team.course), name="CI", scopes=["ingest"]).status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        {"name": "", "scopes": ["evaluate"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": "x", "scopes": ["evaluate"], "expires_on": "2001-01-01"},
        {"name": "x", "scopes": ["evaluate"], "expires_on": "9999-12-31"},
        {"name": "x", "scopes": ["evaluate"], "expires_on": "0001-01-01"},
        {"name": "x", "scopes": ["evaluate"], "expires_on": "soon"},
    ],
)
def test_a_bad_key_is_not_made(team, lecturer, values):
    answer = send(lecturer, at("key_add", team.course), **values)
    assert "errorlist" in text_of(answer)
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_after_a_question(team, lecturer, project):
    row = factories.ApiKeyFactory(course=team.course, project=project)
    url = reverse("courses:key_revoke", args=[row.pk])
    assert "cannot be restored" in text_of(page(lecturer, url))
    row.refresh_from_db()
    assert row.revoked_at is None
    assert send(lecturer, url).headers["Location"] == at("key_list", project)
    assert "revoked" in text_of(page(lecturer, at("key_list", team.course)))


def test_states_of_keys(team, lecturer):
    factories.ApiKeyFactory(course=team.course, name="old", expires_at="2001-01-01T00:00Z")
    factories.ApiKeyFactory(course=team.course, name="new")
    answer = text_of(page(lecturer, at("key_list", team.course)))
    assert answer.index("new") < answer.index("old")
    assert "expired" in answer


# Who may not ------------------------------------------------------------------------------------

PAGES = {
    "course_edit": "course",
    "team_add": "course",
    "member_add": "course",
    "roster_import": "course",
    "roster_example": "course",
    "key_list": "course",
    "key_add": "course",
    "team_edit": "team",
    "project_add": "team",
    "project_edit": "project",
    "environment_add": "project",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_student_and_outsider_cannot_change_anything(team, student, outsider, project, name, method):
    place = {"course": team.course, "team": team, "project": project}[PAGES[name]]
    for user in (student, outsider):
        client = Client()
        client.force_login(user)
        answer = getattr(client, method)(at(name, place), {"name": "x"} if method == "post" else None)
        assert answer.status_code in (404, 405)
    assert not Event.objects.exists()


def test_student_cannot_list_people_nor_remove_them(team, student, lecturer):
    assert page(student, at("member_list", team.course)).status_code == 404
    url = reverse("courses:member_remove", args=[team.course.slug, lecturer.memberships.get().pk])
    assert send(student, url).status_code == 404


def test_a_course_alone_does_not_open_another_courses_rows(lecturer, team):
    foreign = factories.MembershipFactory()
    url = reverse("courses:member_remove", args=[team.course.slug, foreign.pk])
    assert send(lecturer, url).status_code == 404


def test_numbers_beyond_the_database_lead_nowhere(lecturer):
    assert page(lecturer, f"/settings/keys/{10**30}/revoke/").status_code == 404
