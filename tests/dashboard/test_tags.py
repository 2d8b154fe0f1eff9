"""Every list narrows by a tag in its address, on the page as in the file, for staff alone."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from courses import services
from courses.models import SavedView
from dashboard.sample.people import make_teams
from dashboard.sample.story import team_story
from tests import factories
from tests.courses.test_views import text_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LISTS = ["/", "/?view=table", "/health/", "/pipelines/", "/experiments/", "/alerts/"]


@pytest.fixture
def teams(team, lecturer):
    """Two teams with a row in every list; the first is tagged."""
    found = [team, factories.TeamFactory(course=team.course)]
    for index, (row, name) in enumerate(zip(found, ("Kestrel", "Osprey"), strict=True)):
        row.name = name
        row.save()
        project = factories.ProjectFactory(team=row, name=f"App of {name}", repository_path=f"g/a{index}")
        factories.EnvironmentFactory(project=project)
        factories.RepositoryFactory(project=project, path=f"g/a{index}")
        factories.ExperimentFactory(project=project)
        factories.AlertFactory(project=project)
    services.tag_team(found[0], names=["re-exam", "=1+1"], actor=lecturer, now=NOW)
    return found


def at(address, query):
    return f"{address}{'&' if '?' in address else '?'}{query}"


def names_in(text):
    return {name for name in ("Kestrel", "Osprey") if name in text.replace('placeholder="Kestrel', "")}


def lines_of(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


@pytest.mark.parametrize("address", LISTS)
def test_a_tag_in_the_address_narrows_the_list(client, teams, lecturer, address):
    client.force_login(lecturer)
    live = {"HX-Request": "true", "HX-Target": PARTS[address.partition("?")[0]]}
    assert names_in(text_of(client.get(address, headers=live))) == {"Kestrel", "Osprey"}
    for tag in ("re-exam", "RE-Exam ", "=1%2B1"):
        page = client.get(at(address, f"tag={tag}"), headers=live)
        if address != "/alerts/" or tag != "RE-Exam ":  # the inbox takes only what it offers
            assert names_in(text_of(page)) == {"Kestrel"}, tag
    file = b"".join(client.get(at(address, "tag=re-exam&format=csv"))).decode()
    assert names_in(file) == {"Kestrel"}


PARTS = {
    "/": "teams",
    "/health/": "environments",
    "/pipelines/": "board",
    "/experiments/": "experiments",
    "/alerts/": "alerts",
}


@pytest.mark.parametrize("address", LISTS)
def test_tags_are_offered_where_there_are_any(client, teams, lecturer, address):
    client.force_login(lecturer)
    page = client.get(at(address, "tag=re-exam")).content.decode()
    assert 'name="tag"' in page
    assert "selected>re-exam" in page
    other = factories.CourseFactory()
    factories.MembershipFactory(user=lecturer, course=other, team=None, role="lecturer")
    assert 'name="tag"' not in client.get(at(address, f"course={other.slug}")).content.decode()
    services.tag_team(teams[0], names=[], actor=lecturer, now=NOW)
    assert 'name="tag"' not in client.get(address).content.decode()


def test_a_tag_that_went_stays_chosen_until_the_reader_chooses(client, teams, lecturer):
    client.force_login(lecturer)
    page = client.get("/?tag=gone").content.decode()
    assert "<option selected>gone</option>" in page
    assert "No team matches" in page


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "query", ["tag=%00", "tag=%ED%A0%80", f"tag={'a' * 5000}", "course=%00&tag=x", "tag="]
)
def test_nonsense_breaks_nothing(client, teams, lecturer, address, query):
    client.force_login(lecturer)
    assert client.get(at(address, query)).status_code == 200


def test_links_forms_and_saved_views_keep_the_tag(client, teams, lecturer):
    client.force_login(lecturer)
    page = client.get("/?tag=re-exam&view=table").content.decode()
    assert 'href="?tag=re-exam&amp;view=table&amp;state=' in page
    assert 'href="?tag=re-exam&amp;view=table&amp;format=csv"' in page
    client.post(reverse("courses:view_save"), {"name": "Again", "address": "/?tag=re-exam&view=table"})
    assert SavedView.objects.filter(address="/?tag=re-exam&view=table").exists()


def test_the_file_of_the_overview_has_a_column_for_staff(client, teams, lecturer, student):
    client.force_login(lecturer)
    told = {line["Team"]: line["Tags"] for line in lines_of(client.get("/?format=csv"))}
    assert told == {"Kestrel": "'=1+1; re-exam", "Osprey": ""}, "and no formula"
    factories.MembershipFactory(user=student, team=teams[1])
    client.force_login(student)
    assert "Tags" not in lines_of(client.get("/?format=csv"))[0]


@pytest.mark.parametrize("address", LISTS)
def test_queries_do_not_grow_with_tags(client, teams, lecturer, address, django_assert_max_num_queries):
    client.force_login(lecturer)
    client.get(address)  # the first page asks for the reader's zone, too, which is then remembered
    counts = []
    for names in (["re-exam"], ["re-exam", *"abcdefghi"]):
        for team in teams:
            services.tag_team(team, names=names, actor=lecturer, now=NOW)
        with django_assert_max_num_queries(15) as ran:
            client.get(at(address, "tag=re-exam"))
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_the_team_page_asks_no_more_for_ten_tags(client, teams, lecturer, django_assert_max_num_queries):
    client.force_login(lecturer)
    for names in (["re-exam"], list("abcdefghij")):
        services.tag_team(teams[0], names=names, actor=lecturer, now=NOW)
        with django_assert_max_num_queries(15):
            client.get(teams[0].get_absolute_url())


def test_teams_of_the_sample_course_have_tags(db):
    course = factories.CourseFactory()
    for numbers in (range(5), range(5, 10)):  # the job makes a few teams at a step
        make_teams(course, [team_story(number, at=NOW) for number in numbers])
    told = {tag.name: tag.teams.count() for tag in course.tags.all()}
    assert told == {"group-a": 3, "group-b": 3, "heroku": 4, "re-exam": 1}
