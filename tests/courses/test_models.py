from courses.models import Course, Event, Membership, Project, Team
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
