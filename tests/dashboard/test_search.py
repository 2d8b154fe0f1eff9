import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import course as large
from courses import services
from courses.models import Course, User
from tests import factories
from tests.courses.test_views import page, text_of

PARTIAL = {"hx-request": "true"}


@pytest.fixture
def admin(db):
    return User.objects.create_superuser("admin@example.org", "x")


@pytest.fixture
def place(team):
    """One thing of each kind, all of one team, with `zebra` in each name."""
    project = factories.ProjectFactory(team=team, name="Zebra shop", slug="zebra")
    factories.EnvironmentFactory(project=project, name="zebra stage", url="https://stage.example.org/")
    factories.ExperimentFactory(project=project, name="Zebra stripes")
    factories.RepositoryFactory(project=project, path="lab/zebra", server__course=team.course)
    factories.HostFactory(course=team.course, name="zebra-host")
    team.name, team.course.name = "Zebra team", "Zebra lab"
    team.save()
    team.course.has_status_page = True
    team.course.save()
    person = factories.UserFactory(name="Zora Zebra", email="zora@example.org")
    factories.MembershipFactory(user=person, team=team)
    return team


def headings(answer):
    return re.findall(r'<h2 id="group-\d+">([^<]+)</h2>', text_of(answer))


def links(answer):
    return re.findall(r'<li><a href="([^"]+)">', text_of(answer))


EVERYBODY = ["Teams", "Projects", "Environments", "Experiments", "CI repositories"]


def test_a_lecturer_finds_every_kind(place, lecturer):
    answer = page(lecturer, "/search/?q=zebra")
    assert headings(answer) == [*EVERYBODY, "People", "Hosts", "Courses", "Pages and actions"]
    assert "hits for “zebra”" in text_of(answer)
    assert f"/courses/{place.course.slug}/people/?q=zora%40example.org" in links(answer)
    assert "Add a project to Zebra team" in text_of(answer)


def test_every_hit_leads_somewhere(place, lecturer):
    found = links(page(lecturer, "/search/?q=zebra"))
    assert len(found) == 16
    for link in found:
        assert page(lecturer, link).status_code == 200


def test_a_tutor_finds_people_but_nothing_to_edit(place, tutor):
    text = text_of(page(tutor, "/search/?q=zebra"))
    assert "Zora Zebra" in text
    assert "People of Zebra lab" in text
    assert "Import roster" not in text


def test_a_student_finds_neither_people_nor_hosts(place, student):
    answer = page(student, "/search/?q=zebra")
    assert headings(answer) == [*EVERYBODY, "Courses", "Pages and actions"]
    assert "zora" not in text_of(answer).lower()


def test_staff_find_a_tag_and_its_teams_and_students_do_not(place, tutor, student):
    tag = factories.TagFactory(course=place.course, name="re-exam")
    tag.teams.add(place)
    answer = page(tutor, "/search/?q=re-exam")
    assert headings(answer) == ["Tags"]
    (link,) = links(answer)
    assert "Zebra team" in text_of(page(tutor, link.replace("&amp;", "&")))
    assert headings(page(student, "/search/?q=re-exam")) == []


def test_an_outsider_finds_nothing(place, outsider):
    answer = page(outsider, "/search/?q=zebra")
    assert headings(answer) == []
    assert "Nothing found for “zebra”" in text_of(answer)


def test_staff_of_one_course_find_nobody_of_another(place, lecturer):
    factories.MembershipFactory(user__name="Zebra elsewhere")
    assert "elsewhere" not in text_of(page(lecturer, "/search/?q=zebra"))


def test_what_has_the_name_itself_stands_before_what_only_belongs_to_it(place, lecturer):
    place.course.name = "Team"
    place.course.save()
    answer = page(lecturer, "/search/?q=team")
    assert headings(answer)[:2] == ["Courses", "Teams"]
    assert headings(answer)[2:] == ["Projects", "Environments", "Experiments", "Pages and actions"]


def test_signing_out_is_a_form(student):
    text = text_of(page(student, "/search/?q=sign+out"))
    assert 'form="search-act" formaction="/accounts/logout/"' in text


def test_people_without_a_name_are_found_by_their_address(place, lecturer):
    factories.MembershipFactory(user__email="quagga@example.org", team=place)
    assert "quagga@example.org" in text_of(page(lecturer, "/search/?q=quagga"))


def test_an_environment_is_found_by_its_address_and_its_team(place, student):
    for words in ("stage.example.org", "team stage"):
        assert headings(page(student, f"/search/?q={words}")) == ["Environments"]


def test_an_archived_team_is_found_and_called_so(place, student):
    place.is_archived = True
    place.save()
    assert "Zebra lab, archived" in text_of(page(student, "/search/?q=zebra+team"))


@pytest.mark.parametrize(
    ("words", "who", "title"),
    [
        ("channel", "lecturer", "Add a channel"),
        ("channel", "student", None),
        ("delivery", "tutor", "Delivery log"),
        ("delivery", "student", None),
        ("add a course", "admin", "Add a course"),
        ("add a course", "lecturer", None),
        ("administration", "admin", "Administration"),
        ("profile", "student", "Your profile"),
        ("notifications", "student", "Notifications"),
        ("design", "tutor", "Design system"),
        ("design", "student", None),
        ("long jobs", "tutor", "Long jobs of Zebra lab"),
        ("long jobs", "student", None),
        ("make archive", "lecturer", "Make an archive of Zebra lab"),
        ("make archive", "tutor", None),
        ("checklist", "lecturer", "Set-up checklist of Zebra lab"),
        ("checklist", "tutor", None),
        ("keys of", "lecturer", "Keys of Zebra lab"),
        ("status page", "student", "Status page of Zebra lab"),
        ("add environment", "lecturer", "Add an environment"),
        ("add environment", "student", None),
    ],
)
def test_pages_are_offered_to_those_who_may_open_them(request, place, words, who, title):
    answer = page(request.getfixturevalue(who), f"/search/?q={words}")
    assert headings(answer) == (["Pages and actions"] if title else [])
    assert (title or "Nothing found") in text_of(answer)


def test_the_other_colours_are_a_form_in_the_page_and_in_the_palette(student):
    student.theme = "dark"
    student.save()
    for form, headers in (("search-act", {}), ("palette-act", PARTIAL)):
        text = text_of(page(student, "/search/?q=switch", **headers))
        assert "Switch to dark" not in text
        assert f'form="{form}" formaction="/settings/theme/" name="value" value="light"' in text
        assert 'value="auto"' in text


def test_a_course_without_a_status_page_offers_none(place, student):
    Course.objects.update(has_status_page=False)
    assert "Status page" not in text_of(page(student, "/search/?q=status"))


def test_an_archive_is_asked_for_with_a_form(place, lecturer):
    text = text_of(page(lecturer, "/search/?q=make+archive"))
    assert f'formaction="/courses/{place.course.slug}/archive/" name="is_asked" value="1"' in text


def test_an_environment_is_added_where_there_is_a_project(team, lecturer):
    assert "Add an environment" not in text_of(page(lecturer, "/search/?q=add+environment"))


@pytest.mark.parametrize(("who", "is_offered"), [("lecturer", True), ("tutor", True), ("student", False)])
def test_a_team_that_is_found_may_get_a_project(request, place, who, is_offered):
    text = text_of(page(request.getfixturevalue(who), "/search/?q=zebra+team"))
    path = f"/courses/{place.course.slug}/teams/{place.slug}/add-project/"
    assert (f'<a href="{path}">Add a project to Zebra team</a>' in text) is is_offered


def test_at_most_eight_of_a_kind_are_shown(team, lecturer):
    for n in range(9):
        factories.TeamFactory(course=team.course, name=f"Okapi {n}")
    answer = page(lecturer, "/search/?q=okapi")
    assert len(links(answer)) == 8
    assert "There are more." in text_of(answer)
    assert "the first 8" in text_of(page(lecturer, "/search/?q=okapi", **PARTIAL))


def test_the_first_page_is_found_under_the_name_that_the_reader_knows(team, student, lecturer):
    assert links(page(student, "/search/?q=my+team")) == [team.get_absolute_url()]
    assert links(page(student, "/search/?q=overview")) == []
    assert "/" in links(page(lecturer, "/search/?q=overview"))
    assert links(page(lecturer, "/search/?q=my+team")) == []


def test_without_words_watched_teams_views_and_own_teams_are_offered(team, student):
    other = factories.TeamFactory(name="Watched", course=team.course)
    factories.MembershipFactory(user=student, team=other)
    services.watch_team(student, other, now=timezone.now())
    factories.SavedViewFactory(user=student, name="Mine", address="/?state=down")
    answer = page(student, "/search/")
    assert headings(answer) == ["Teams you watch", "Saved views", "Your teams"]
    assert links(answer) == [other.get_absolute_url(), "/?state=down", team.get_absolute_url()]


def test_who_has_nothing_yet_is_told_what_can_be_found(admin):
    assert "What are you looking for?" in text_of(page(admin, "/search/"))


@pytest.mark.parametrize(
    "words",
    ["%00", "%00%00zebra", "%25", "_", "%5C", "'%22--", "x" * 3000, "%F0%9F%A6%86", "%ED%A0%80", "+++"],
)
def test_any_text_gets_an_answer(place, lecturer, words):
    assert page(lecturer, f"/search/?q={words}").status_code == 200


def test_what_was_asked_and_found_is_shown_as_text(team, lecturer):
    factories.TeamFactory(course=team.course, name="<img src=x> okapi")
    for headers in ({}, PARTIAL):
        for words in ("okapi", "%3Cimg", "%22%3E%3Cscript%3E"):
            text = text_of(page(lecturer, f"/search/?q={words}", **headers))
            assert "<img src=x>" not in text
            assert '"><script>' not in text


def test_the_palette_gets_options_alone(place, lecturer):
    answer = page(lecturer, "/search/?q=zebra", **PARTIAL)
    text = text_of(answer)
    assert "<html" not in text
    assert text.count('role="option"') == 16
    assert text.count('role="group"') == 9
    assert 'data-words="16 hits for “zebra”"' in text
    assert "HX-Request" in answer.headers["Vary"]
    assert 'data-words="Nothing found for “xyz”"' in text_of(page(lecturer, "/search/?q=xyz", **PARTIAL))
    assert 'data-words=""' in text_of(page(lecturer, "/search/", **PARTIAL))


def test_strangers_sign_in_first(client, db):
    assert client.get("/search/?q=x").url.startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/search/?q=team", "/search/"])
def test_queries_do_not_grow_with_teams(client, admin, path):
    client.force_login(admin)
    counts = []
    for teams in (2, 20, 200):
        Course.objects.all().delete()
        course = large.make(teams, now=timezone.now())
        factories.WatchedTeamFactory(user=admin, team=course.teams.first())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 15
