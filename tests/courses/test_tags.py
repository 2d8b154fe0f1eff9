"""Tags: words by which the staff find teams again, and of which no student learns."""

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse

from courses import services
from courses.filters import Filters, choices_of, narrowed, tags_by_team
from courses.models import Event, Membership, Tag, Team, User
from courses.models.tags import TagQuerySet
from courses.rules.tags import are_tags, is_tag, split_tags, tag_name
from tests import factories
from tests.courses.test_views import text_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("re-exam, Heroku ;group-a", ["re-exam", "heroku", "group-a"]),
        ("a, A,ａ", ["a"]),  # noqa: RUF001  # wide letters are the same letters
        ("a，b", ["a", "b"]),  # noqa: RUF001  # and a wide comma is a comma
        (" Group \t A ", ["group a"]),
        ("Straße, ΟΔΟΣ", ["straße", "οδος"]),
        (" , ;,", []),
    ],
)
def test_a_text_names_tags(text, names):
    assert split_tags(text) == names
    assert [tag_name(name) for name in names] == names


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        *[("re-exam", True), ("a" * 40, True), ("<b>", True)],
        *[("a" * 41, False), ("", False), ("a,b", False), ("a;b", False)],
        *[("a\0", False), ("a\u202eb", False), ("a\u200bb", False)],
    ],
)
def test_a_tag_is_short_and_readable(name, is_one):
    assert is_tag(name) is is_one


def test_a_team_can_have_ten():
    assert are_tags(",".join(f"t{n}" for n in range(10)))
    assert not are_tags(",".join(f"t{n}" for n in range(11)))
    assert not are_tags("a" * 41)


def held(team):
    return sorted(team.tags.values_list("name", flat=True))


def test_a_team_has_exactly_the_tags_it_is_given(team, lecturer):
    other = factories.TeamFactory(course=team.course)
    by = {"actor": lecturer, "now": NOW}
    assert services.tag_team(team, names=["heroku", "re-exam"], **by)
    assert services.tag_team(other, names=["heroku"], **by)
    assert not services.tag_team(team, names=["re-exam", "heroku"], **by), "nothing is new"
    assert services.tag_team(team, names=["late"], **by)
    assert (held(team), held(other)) == (["late"], ["heroku"])
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["heroku", "late"], "the unused one is gone"
    told = Event.objects.order_by("pk").values_list("title", "detail", "team", "course", "actor")
    assert list(told)[2] == (
        f"Team “{team.name}” tagged", "tags: heroku, re-exam → late", None, team.course_id, lecturer.pk,
    )  # fmt: skip
    assert services.tag_team(team, names=[], **by)
    assert Event.objects.latest("pk").detail == "tags: late → none"


def test_the_teams_of_a_course_are_found_by_tag_by_staff_alone(client, team, tutor, student):
    factories.TeamFactory(course=team.course, name="Others")
    services.tag_team(team, names=["heroku"], actor=tutor, now=NOW)
    url = reverse("courses:course_detail", args=[team.course.slug])

    def rows(user, query=""):
        client.force_login(user)
        return text_of(client.get(url + query)).partition("<tbody")[2].partition("</tbody>")[0]

    assert rows(tutor).count("heroku") == 1
    assert team.name in rows(tutor, "?q=HERO")
    assert "Others" not in rows(tutor, "?q=HERO")
    assert team.name in rows(student)
    assert "heroku" not in rows(student)
    assert rows(student, "?q=hero") == ""
    client.force_login(student)
    assert b"".join(client.get(f"{url}?format=csv").streaming_content).count(b"Tags") == 0


def test_a_tag_stands_once_in_a_course(team):
    factories.TagFactory(course=team.course, name="heroku")
    factories.TagFactory(name="heroku")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.TagFactory(course=team.course, name="heroku")


# The form ---------------------------------------------------------------------------------------


@pytest.fixture
def edit(team):
    return reverse("courses:team_edit", args=[team.course.slug, team.slug])


@pytest.mark.parametrize("role", ["lecturer", "tutor"])
def test_staff_write_tags_separated_by_commas(client, team, edit, role, request):
    client.force_login(request.getfixturevalue(role))
    assert client.post(edit, {"name": team.name, "tags": " Re-Exam, heroku,, HEROKU"}).status_code == 302
    assert held(team) == ["heroku", "re-exam"]
    page = client.get(edit).content.decode()
    assert 'value="heroku, re-exam"' in page
    assert "In use: heroku, re-exam." in page
    assert ("is_archived" in page) is (role == "lecturer")
    client.post(edit, {"name": team.name, "tags": ""})
    assert held(team) == []


@pytest.fixture
def add(team):
    return reverse("courses:team_add", args=[team.course.slug])


def test_a_team_is_added_with_its_tags(client, team, add, lecturer):
    services.tag_team(team, names=["heroku"], actor=lecturer, now=NOW)
    client.force_login(lecturer)
    page = client.get(add).content.decode()
    assert "In use: heroku." in page
    assert "is_archived" not in page
    assert client.post(add, {"name": "New", "tags": " Re-Exam, heroku,, HEROKU"}).status_code == 302
    new = team.course.teams.get(name="New")
    assert (held(new), new.is_archived) == (["heroku", "re-exam"], False)
    told = Event.objects.order_by("pk").values_list("title", flat=True)
    assert list(told)[-2:] == ["Team “New” added", "Team “New” tagged"]
    assert client.post(add, {"name": "Plain", "tags": ""}).status_code == 302
    assert held(team.course.teams.get(name="Plain")) == []


def test_a_name_that_is_taken_tags_nothing(client, team, add, lecturer):
    client.force_login(lecturer)
    page = client.post(add, {"name": team.name, "tags": "heroku"}).content.decode()
    assert 'aria-invalid="true"' in page
    assert 'value="heroku"' in page
    assert not Tag.objects.exists()


def test_a_team_whose_tags_fail_is_not_added(team, lecturer, monkeypatch):
    def fail(*_args, **_values):
        raise IntegrityError

    monkeypatch.setattr("courses.services.catalogue.tag_team", fail)
    with pytest.raises(IntegrityError):
        services.add_team(team.course, name="New", tags=["heroku"], actor=lecturer, now=NOW)
    assert not Team.objects.filter(name="New").exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ("a" * 41, "is longer than 40 characters"),
        ("a\u202eb", "not readable"),
        ("a\0b", "Null characters"),
        (",".join("abcdefghijk"), "more than 10 tags"),
        ("a" * 501, "at most 500 characters"),
    ],
)
def test_what_cannot_be_a_tag_is_refused(client, team, lecturer, edit, add, tags, words):
    client.force_login(lecturer)
    for address, name in ((edit, team.name), (add, "New")):
        assert words in text_of(client.post(address, {"name": name, "tags": tags}))
    assert not Tag.objects.exists()
    assert list(Team.objects.all()) == [team]


def test_a_hostile_tag_is_only_text(client, team, lecturer, edit):
    client.force_login(lecturer)
    client.post(edit, {"name": team.name, "tags": '<script>x</script>, "><b>, a&tutor=7'})
    for address in (edit, team.get_absolute_url(), "/?tag=<script>x</script>"):
        page = client.get(address).content.decode()
        assert "<script>x" not in page
        assert '"><b>,' not in page
        assert "&lt;script&gt;x" in page
    assert "tag=a%26tutor%3D7" in client.get(team.get_absolute_url()).content.decode()


def test_students_and_outsiders_cannot_tag(client, team, edit, add, student, outsider):
    for user in (student, outsider):
        client.force_login(user)
        for address in (edit, add):
            assert client.post(address, {"name": "New", "tags": "x"}).status_code == 404
    assert not Tag.objects.exists()


# Who sees what ----------------------------------------------------------------------------------


@pytest.fixture
def tagged(team, lecturer):
    services.tag_team(team, names=["re-exam"], actor=lecturer, now=NOW)
    return team


@pytest.mark.parametrize("role", ["lecturer", "tutor"])
def test_the_team_page_shows_staff_the_tags(client, tagged, role, request):
    client.force_login(request.getfixturevalue(role))
    page = client.get(tagged.get_absolute_url()).content.decode()
    assert f'href="/?course={tagged.course.slug}&amp;tutor=&amp;tag=re-exam"' in page
    assert "tagged" in client.get(tagged.course.get_absolute_url()).content.decode()


def test_a_student_learns_nothing_of_tags(client, tagged, student):
    project = factories.ProjectFactory(team=tagged)
    factories.MembershipFactory(
        user=student, team__course=tagged.course
    )  # of two teams: the overview is theirs
    tagged.course.has_status_page = True
    tagged.course.save()
    client.force_login(student)
    course = tagged.course.get_absolute_url()
    for address in (
        tagged.get_absolute_url(), f"{tagged.get_absolute_url()}?format=csv", course, f"{course}?format=csv",
        f"{course}?format=csv&part=timeline", project.get_absolute_url(), "/?view=grid", "/?format=csv",
        "/health/", "/pipelines/", "/experiments/", "/alerts/", "/search/", "/search/?q=re",
        reverse("dashboard:status_course", args=[tagged.course.slug]),
        reverse("dashboard:status_team", args=[tagged.course.slug, tagged.slug]),
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = b"".join(answer).decode().lower()
        assert "re-exam" not in text, address
        assert "tag" not in text.replace("stage", "").replace("percentage", ""), address


def test_a_student_finds_nothing_by_a_tag(client, tagged, student):
    rows = Team.objects.visible_to(student)
    for tag in ("re-exam", "unheard of"):
        assert list(narrowed(rows, Filters(tag=tag), user=student, named=["name"])) == []
    factories.MembershipFactory(user=student)  # of two teams: the overview is theirs
    client.force_login(student)
    for tag in ("re-exam", "unheard"):
        page = text_of(client.get(f"/?tag={tag}"))
        assert "No team matches" in page
        assert tagged.name not in page


def test_who_tutors_elsewhere_sees_the_tags_of_those_courses_alone(tagged, student):
    theirs = factories.TeamFactory()
    factories.MembershipFactory(user=student, team=theirs, role=Membership.Role.TUTOR)
    factories.TagFactory(course=theirs.course, name="re-exam").teams.add(theirs)
    rows = Team.objects.visible_to(student).order_by("pk")
    assert set(rows) == {tagged, theirs}
    assert list(narrowed(rows, Filters(tag="re-exam"), user=student, named=["name"])) == [theirs]
    assert tags_by_team(student) == {theirs.pk: ["re-exam"]}
    assert list(Tag.objects.visible_to(student)) == list(theirs.tags.all())


def test_tags_are_offered_that_a_running_team_has(tagged, lecturer, outsider):
    factories.TagFactory(course=tagged.course)
    gone = factories.TeamFactory(course=tagged.course, is_archived=True)
    factories.TagFactory(course=tagged.course).teams.add(gone)
    admin = User.objects.create_superuser("admin@example.org", "x")
    elsewhere = factories.TagFactory(name="elsewhere")
    elsewhere.teams.add(factories.TeamFactory(course=elsewhere.course))
    assert choices_of(lecturer)[1] == choices_of(admin, tagged.course.slug)[1] == ["re-exam"]
    assert choices_of(admin)[1] == ["elsewhere", "re-exam"]
    assert choices_of(outsider) == ([], [])


def test_people_are_narrowed_by_the_tags_of_their_teams(client, tagged, tutor, student):
    course = tagged.course
    other = factories.TeamFactory(course=course)
    factories.MembershipFactory(team=other, user__name="Elsewhere")
    services.tag_team(tagged, names=["re-exam", "late"], actor=tutor, now=NOW)
    services.tag_team(other, names=["late"], actor=tutor, now=NOW)
    factories.TagFactory(name="re-exam").teams.add(other)
    url = reverse("courses:member_list", args=[course.slug])
    client.force_login(tutor)

    def shown(query):
        answer = text_of(client.get(url + query))
        return re.findall(r'<th scope="row">([^<]+)<', answer), answer

    people, answer = shown("?tag=RE-exam")
    assert people == [str(tutor), str(student)]
    assert re.findall(r"<option[^>]*>([^<]+)", answer) == ["All tags", "late", "re-exam"]
    assert "<option selected>re-exam" in answer
    assert 'href="?tag=RE-exam&amp;role=tutor"' in answer
    assert re.findall(r'id="role-[a-z]+"[^>]*>([^<]+)<', answer) == [
        "all 2",
        "lecturers 0",
        "tutors 1",
        "students 1",
    ]
    assert shown("?tag=re-exam&role=student")[0] == [str(student)]
    assert len(shown("?tag=late")[0]) == 3
    assert "No such person is in a team with this tag" in shown("?tag=unheard")[1]
    file = b"".join(client.get(f"{url}?tag=re-exam&format=csv").streaming_content).decode()
    assert (len(file.splitlines()), "Elsewhere" in file) == (3, False)


def test_people_by_tag_cost_the_same_queries_whatever_the_teams(
    client, tagged, lecturer, django_assert_max_num_queries, django_assert_num_queries
):
    url = reverse("courses:member_list", args=[tagged.course.slug]) + "?tag=re-exam"
    client.force_login(lecturer)
    factories.MembershipFactory.create_batch(2, team=tagged)
    client.get(url)
    cache.clear()
    with django_assert_max_num_queries(15) as few:
        client.get(url)
    for team in factories.TeamFactory.create_batch(20, course=tagged.course):
        factories.MembershipFactory(team=team)
        tagged.tags.get().teams.add(team)
        factories.TagFactory(course=tagged.course).teams.add(team)
    cache.clear()
    with django_assert_num_queries(len(few)):
        client.get(url)


# The administration -----------------------------------------------------------------------------


def test_an_administrator_renames_and_deletes_tags(client, tagged):
    client.force_login(User.objects.create_superuser("admin@example.org", "x"))
    tag = tagged.tags.get()
    factories.TagFactory(course=tagged.course, name="late")
    factories.TagFactory(name="elsewhere")
    address = reverse("admin:courses_tag_change", args=[tag.pk])
    for name, words in (
        ("LATE", "has this tag already"),
        ("a, b", "no comma"),
        ("a" * 41, "at most 40 characters"),
    ):
        assert words in text_of(client.post(address, {"name": name}))
    assert client.post(address, {"name": " Elsewhere"}).status_code == 302
    assert held(tagged) == ["elsewhere"]
    client.post(reverse("admin:courses_tag_delete", args=[tag.pk]), {"post": "yes"})
    assert held(tagged) == []
    assert client.get(reverse("admin:courses_tag_add")).status_code == 403


@pytest.mark.parametrize("is_one", [True, False], ids=["on its page", "in the list"])
def test_a_tag_goes_with_the_last_team_that_is_deleted(client, tagged, lecturer, is_one):
    client.force_login(User.objects.create_superuser("admin@example.org", "x"))
    other = factories.TeamFactory(course=tagged.course)
    for team, names in ((tagged, ["re-exam", "late"]), (other, ["late"])):
        services.tag_team(team, names=names, actor=lecturer, now=NOW)
    factories.TagFactory(name="elsewhere")
    sent = {"post": "yes"}
    if is_one:
        address = reverse("admin:courses_team_delete", args=[tagged.pk])
    else:
        address = reverse("admin:courses_team_changelist")
        sent |= {"action": "delete_selected", "_selected_action": [tagged.pk]}
    assert client.post(address, sent).status_code == 302
    assert list(Team.objects.filter(course=tagged.course)) == [other]
    assert list(Tag.objects.values_list("name", flat=True)) == ["elsewhere", "late"], (
        "not those of other courses"
    )


def test_deleting_teams_again_changes_nothing(tagged):
    course, gone = tagged.course, Team.objects.filter(pk=tagged.pk)
    late = factories.TeamFactory(course=course)
    factories.TagFactory(course=course, name="late").teams.add(late)
    for _ in range(2):
        services.delete_teams(gone)
        assert list(course.tags.values_list("name", flat=True)) == ["late"]
    assert list(course.teams.all()) == [late]


def test_teams_and_tags_go_together_or_stay(tagged, monkeypatch):
    def fail(*_args):
        raise IntegrityError

    monkeypatch.setattr(TagQuerySet, "delete", fail)
    with pytest.raises(IntegrityError):
        services.delete_teams(Team.objects.all())
    assert held(tagged) == ["re-exam"]
