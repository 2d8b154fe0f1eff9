"""The administration in the site's look: its forms need no script, its styles hold no colour of their own."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from courses.models import ApiKey, Course, Membership, Team, User
from health.models import CheckResult
from tests import factories
from tests.courses.test_admin import address, make

pytestmark = pytest.mark.django_db
CSS = Path(settings.BASE_DIR) / "static" / "css"
NO_INLINES = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}


def test_the_panel_has_the_sites_tokens_and_no_colour_of_its_own():
    panel, site = ((CSS / name).read_text() for name in ("admin.css", "site.css"))
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)|rgba?\(|hsla?\(", panel)
    assert set(re.findall(r"var\((--[\w-]+)", panel)) <= set(re.findall(r"(--[\w-]+):", site))


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label))
def test_pages_bring_neither_djangos_styles_nor_its_scripts(admin_client, model):
    row = make(model)
    for page in ("changelist", "change", "history"):
        args = [] if page == "changelist" else [row.pk]
        html = admin_client.get(address(model, page, *args)).content.decode()
        loaded = re.findall(r'(?:<script[^>]+src|<link rel="stylesheet" href)="([^"]+)"', html)
        assert not [
            path for path in loaded if "/admin/js/" in path or "/admin/css/" in path or "jsi18n" in path
        ]
        assert html.count("<h1") == html.count("<main") == 1


def test_a_list_with_nothing_in_it_says_so(admin_client):
    assert "No row has been made yet." in admin_client.get(address(Team, "changelist")).content.decode()
    nothing = admin_client.get(address(Team, "changelist") + "?q=x").content.decode()
    assert "No row fits the search and the filters." in nothing


def test_every_row_of_a_long_list_can_be_chosen_without_script(admin_client):
    course = factories.CourseFactory()
    for _ in range(101):
        factories.TeamFactory(course=course)
    url = address(Team, "changelist")
    page = admin_client.get(url).content.decode()
    assert 'name="select_across" value="1"' in page
    assert "All 101, not only the ticked ones" in page
    chosen = {"action": "delete_selected", "select_across": "1", "index": "0", "post": "yes"}
    first = Team.objects.values_list("pk", flat=True)[0]
    admin_client.post(url, {**chosen, "_selected_action": first})
    assert not Team.objects.exists()


def test_the_slug_is_made_of_the_name(admin_client):
    course = factories.CourseFactory()
    values = {"course": f"x #{course.pk}", "name": "Die Möwen", "slug": "", **NO_INLINES}
    assert admin_client.post(address(Team, "add"), values).status_code == 302
    assert Team.objects.get().slug == "die-mowen"
    again = admin_client.post(address(Team, "add"), values)
    assert "already exists" in again.content.decode()


def test_a_slug_may_be_chosen(admin_client):
    values = {"name": "Software", "slug": "sw", "time_zone": "UTC"}
    assert admin_client.post(address(Course, "add"), values).status_code == 302
    assert Course.objects.get().slug == "sw"


def test_an_instant_is_given_in_the_browsers_own_field(admin_client):
    row = factories.ApiKeyFactory()
    url = address(ApiKey, "change", row.pk)
    assert 'type="datetime-local"' in admin_client.get(url).content.decode()
    values = {"name": row.name, "expires_at": "2027-01-02T03:04:05", "revoked_at": ""}
    assert admin_client.post(url, values).status_code == 302
    row.refresh_from_db()
    assert row.expires_at == datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert 'value="2027-01-02T03:04:05"' in admin_client.get(url).content.decode()


@pytest.fixture
def people():
    return [factories.UserFactory(name=name) for name in ("Ada Lovelace", "Ada Yonath", "Grace Hopper")]


def add_member(admin_client, team, who):
    values = {"user": who, "course": f"#{team.course_id}", "team": f"#{team.pk}", "role": "student"}
    return admin_client.post(address(Membership, "add"), values)


@pytest.mark.parametrize("text", ["grace", "Grace Hopper", "anything #{pk}", " Hopper "])
def test_a_row_is_named_by_text_that_fits_it_alone(admin_client, people, team, text):
    assert add_member(admin_client, team, text.format(pk=people[2].pk)).status_code == 302
    assert list(team.memberships.values_list("user__name", flat=True)) == ["Grace Hopper"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ada", "More than one row fits this."),
        ("nobody", "Nothing fits this."),
        ("x #999999", "Select a valid choice."),
        ("x #999999999999999999999", "Nothing fits this."),
        ("", "This field is required."),
    ],
)
def test_other_text_is_refused_and_kept(admin_client, people, team, text, fault):
    answer = add_member(admin_client, team, text)
    assert answer.status_code == 200
    assert fault in answer.content.decode()
    assert f'value="{text}"' in answer.content.decode() or not text
    assert not Membership.objects.exists()


def test_a_chosen_row_is_shown_by_name_and_number(admin_client, team):
    page = admin_client.get(address(Team, "change", team.pk)).content.decode()
    assert f'value="{team.course} #{team.course_id}"' in page
    asked = re.search(r'data-lookup="([^"]*field_name=course)"', page)[1].replace("&amp;", "&")
    found = admin_client.get(f"{asked}&term={team.course.slug}").json()["results"]
    assert found == [{"id": str(team.course_id), "text": str(team.course)}]


def test_memberships_are_read_with_their_person_and_one_may_be_added(admin_client, people, team):
    factories.MembershipFactory(user=people[0], team=team, course=team.course)
    url = address(Team, "change", team.pk)
    page = admin_client.get(url).content.decode()
    assert reverse("admin:courses_membership_change", args=[Membership.objects.get().pk]) in page
    assert 'name="memberships-0-user"' not in page
    values = {
        "course": f"#{team.course_id}",
        "name": team.name,
        "slug": team.slug,
        "memberships-TOTAL_FORMS": 2,
        "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": Membership.objects.get().pk,
        "memberships-0-team": team.pk,
        "memberships-1-team": team.pk,
        "memberships-1-user": "grace",
        "memberships-1-course": f"#{team.course_id}",
        "memberships-1-role": "student",
    }
    answer = admin_client.post(url, values)
    assert answer.status_code == 302, re.findall(r"errorlist.*", answer.content.decode())
    assert team.memberships.count() == 2


def test_a_page_of_a_team_takes_as_many_queries_for_one_member_as_for_many(
    admin_client, team, django_assert_max_num_queries
):
    for _ in range(8):
        factories.MembershipFactory(team=team, course=team.course)
    with django_assert_max_num_queries(15):
        admin_client.get(address(Team, "change", team.pk))


def test_every_right_has_a_tick_of_its_own(admin_client, student):
    page = admin_client.get(address(User, "change", student.pk)).content.decode()
    assert re.search(r'<input type="checkbox" name="user_permissions"', page)


def test_a_filter_by_nothing_has_a_name(admin_client):
    page = admin_client.get(reverse("admin:health_checkresult_changelist")).content.decode()
    assert "(empty)" not in page
    make(CheckResult)
    page = admin_client.get(reverse("admin:health_checkresult_changelist")).content.decode()
    assert '<a href="?error_kind=" >(empty)</a>' in page


def test_a_deletion_says_how_many_rows_go(admin_client, django_assert_max_num_queries):
    course = factories.CourseFactory()
    teams = [factories.TeamFactory(course=course) for _ in range(3)]
    factories.MembershipFactory(team=teams[0])
    factories.TeamFactory()
    with django_assert_max_num_queries(12):
        page = admin_client.get(address(Course, "delete", course.pk)).content.decode()
    assert "<li>Courses: 1</li><li>" in page
    assert "<li>Teams: 3</li>" in page
    assert "<li>Memberships: 1</li>" in page
    assert admin_client.post(address(Course, "delete", course.pk), {"post": "yes"}).status_code == 302
    assert not Course.objects.filter(pk=course.pk).exists()
    assert Team.objects.count() == 1


def test_what_holds_too_much_is_not_deleted(admin_client, monkeypatch):
    monkeypatch.setattr("courses.panel.MOST_ROWS", 3)
    course = factories.CourseFactory()
    for _ in range(3):
        factories.TeamFactory(course=course)
    page = admin_client.post(address(Course, "delete", course.pk), {"post": "yes"}).content.decode()
    assert "holds 4 rows" in page
    assert '<button type="submit" class="danger">' not in page
    chosen = {"action": "delete_selected", "index": "0", "post": "yes", "_selected_action": course.pk}
    assert "holds 4 rows" in admin_client.post(address(Course, "changelist"), chosen).content.decode()
    assert course.teams.count() == 3


def test_who_may_not_delete_all_that_goes_is_told(client):
    user = factories.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="delete_course"))
    client.force_login(user)
    team = factories.TeamFactory()
    page = client.get(address(Course, "delete", team.course.pk)).content.decode()
    assert "that you may not delete: team." in page
    assert client.post(address(Course, "delete", team.course.pk), {"post": "yes"}).status_code == 403


def test_the_rights_of_a_person_are_one_query(admin_client, django_assert_max_num_queries):
    person = factories.UserFactory()
    with django_assert_max_num_queries(12):
        admin_client.get(address(User, "change", person.pk))
