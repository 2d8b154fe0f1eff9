import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.models import Course, Event, Membership, Project, Team, User, validate_time_zone
from tests import factories


def test_student_sees_only_their_team(team, student):
    factories.TeamFactory(course=team.course)
    assert list(Team.objects.visible_to(student)) == [team]
    assert not Team.objects.editable_by(student).exists()


def test_tutor_sees_the_course_and_edits_their_team(team, tutor):
    other = factories.TeamFactory(course=team.course)
    assert set(Team.objects.visible_to(tutor)) == {team, other}
    assert list(Team.objects.editable_by(tutor)) == [team]
    assert not Course.objects.editable_by(tutor).exists()


def test_lecturer_edits_the_course(team, lecturer):
    project = factories.ProjectFactory(team=team)
    assert list(Course.objects.editable_by(lecturer)) == [team.course]
    assert list(Project.objects.editable_by(lecturer)) == [project]


def test_outsider_sees_nothing(team, outsider):
    factories.ProjectFactory(team=team)
    assert team not in Team.objects.visible_to(outsider)
    assert not Project.objects.visible_to(outsider).exists()


def test_course_wide_events_are_for_staff(team, student, lecturer):
    event = factories.EventFactory(course=team.course)
    assert event not in Event.objects.visible_to(student)
    assert event in Event.objects.visible_to(lecturer)


def test_tutor_of_one_course_is_nothing_in_another(team):
    elsewhere = factories.MembershipFactory(role=Membership.Role.TUTOR).user
    assert team not in Team.objects.visible_to(elsewhere)


def test_administrator_sees_and_edits_everything(team, admin_user):
    project = factories.ProjectFactory(team=team)
    event, key = factories.EventFactory(course=team.course), factories.ApiKeyFactory(course=team.course)
    for row in (team.course, team, project, key):
        assert row in type(row).objects.visible_to(admin_user)
        assert row in type(row).objects.editable_by(admin_user)
    assert team.course in Course.objects.staffed_by(admin_user)
    assert event in Event.objects.visible_to(admin_user)
    assert event not in Event.objects.editable_by(admin_user)
    assert list(Event.objects.latest_first()) == [event]


def test_rows_name_themselves(team, student):
    environment = factories.EnvironmentFactory(project__team=team, project__name="Shop")
    key = factories.ApiKeyFactory(course=team.course, prefix="abc")
    membership = student.memberships.get()
    assert str(environment) == "Shop · production"
    assert str(key) == "CI (abc…)"
    assert str(membership) == f"{student.email} · Student · {team.name}"
    assert str(factories.EventFactory(course=team.course)) == "Something happened"


def test_a_membership_stays_in_one_course(team, student):
    membership = student.memberships.get()
    membership.full_clean()
    membership.course = factories.CourseFactory()
    with pytest.raises(ValidationError, match="another course"):
        membership.full_clean()


def test_a_role_is_given_once_even_without_a_team(team, lecturer):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.MembershipFactory(team=None, course=team.course, role="lecturer", user=lecturer)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.MembershipFactory(team=team, role="lecturer")


def test_a_time_zone_exists():
    with pytest.raises(ValidationError, match="Europe/Berlin"):
        validate_time_zone("Mars/Base")


def test_people_are_found_by_address_in_any_case(db):
    person = User.objects.create_user("Ada@Example.org", "x")
    assert User.objects.get_by_natural_key("ADA@example.org") == person
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="ADA@example.org")])
