from datetime import UTC, datetime, timedelta

import pytest

from courses import services
from courses.models import ApiKey, Event, Membership, User
from courses.services import roster
from courses.wording import reason_of, remedy_of
from tests import factories

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROSTER = """team,email,name,role,repository,url
Team A,ada@example.org,Ada,student,course/app-a,https://a.example.org
Team A,Tutor@example.org,Tim,tutor,,
Team B,grace@example.org,,student,,
Team B,tutor@example.org,Tim,tutor,,
"""


@pytest.fixture
def course(db):
    return factories.CourseFactory()


@pytest.fixture
def actor(course):
    return factories.MembershipFactory(team=None, course=course, role="lecturer").user


def run(course, actor, text=ROSTER):
    return services.import_roster(course, text=text, actor=actor, now=NOW)


def reasons(plan):
    return [(problem.line, problem.column, reason_of(problem)) for problem in plan.problems]


def done(plan):
    return [(change.action, change.what, change.name) for change in plan.changes]


def test_import_makes_everything(course, actor):
    plan = run(course, actor)
    assert not plan.problems
    assert [team.slug for team in course.teams.all()] == ["team-a", "team-b"]
    ada, tutor = User.objects.get(email="ada@example.org"), User.objects.get(email="tutor@example.org")
    assert (ada.name, ada.has_usable_password()) == ("Ada", False)
    assert {m.team.name for m in tutor.memberships.all()} == {"Team A", "Team B"}
    projects = course.teams.get(slug="team-a").projects.values_list("name", "slug", "repository_path")
    assert list(projects) == [("app-a", "app-a", "course/app-a")]
    assert course.teams.get(slug="team-b").projects.get().name == "Team B"
    environment = course.teams.get(slug="team-a").projects.get().environments.get()
    assert (environment.slug, environment.url) == ("production", "https://a.example.org")
    event = course.events.get()
    assert (event.kind, event.actor, event.at) == (Event.Kind.IMPORT, actor, NOW)
    assert event.title == ("Roster imported: 2 teams, 3 people, 4 roles, 2 projects, 1 environment new")


def test_import_again_changes_nothing(course, actor):
    run(course, actor)
    plan = run(course, actor)
    assert not plan.changes
    assert plan.kept == 2 + 4 + 2 + 1
    assert course.events.count() == 1


def test_a_renamed_team_is_found_by_its_address_and_by_its_name(course, actor):
    run(course, actor)
    course.teams.filter(slug="team-a").update(name="Rocket")
    assert not run(course, actor).changes
    assert not run(course, actor, ROSTER.replace("Team A", "ROCKET")).changes
    both = "team,email\nTeam A,\nRocket,\n"
    assert reasons(run(course, actor, both)) == [
        (3, "team", "Another line already leads to the team “Rocket”.")
    ]


def test_a_plan_writes_nothing(course):
    plan = services.plan_roster(course, text=ROSTER, now=NOW)
    assert len(plan.changes) == 12
    assert not course.teams.exists()
    assert not User.objects.filter(email="ada@example.org").exists()


def test_one_bad_line_stops_all(course, actor):
    plan = run(course, actor, ROSTER + "Team C,nobody,,,,\n")
    assert reasons(plan) == [(6, "email", "This is not an e-mail address.")]
    assert not course.teams.exists()
    assert not course.events.exists()


def test_lines_wrong_by_themselves_and_in_this_course_are_named_together(course, actor):
    factories.MembershipFactory(team=None, course=course, role="lecturer", user__email="ada@example.org")
    assert reasons(run(course, actor, ROSTER + "Team C,nobody,,,,\n")) == [
        (2, "role", "This person is a lecturer of the course already."),
        (6, "email", "This is not an e-mail address."),
    ]


def test_changes_are_named_and_made(course, actor):
    run(course, actor)
    text = (
        ROSTER.replace("course/app-a", "course/new")
        .replace("https://a.", "https://b.")
        .replace("grace@example.org,", "grace@example.org,Grace")
        .replace("Team B,grace", "Team A,grace")
    )
    plan = run(course, actor, text)
    assert done(plan) == [
        ("changed", "person", "grace@example.org"),
        ("changed", "membership", "grace@example.org"),
        ("new", "project", "Team A · new"),
        ("new", "environment", "Team A · production"),
    ]
    grace = User.objects.get(email="grace@example.org")
    assert (grace.name, grace.memberships.get().team.name) == ("Grace", "Team A")
    assert not run(course, actor, text).changes


def test_a_project_without_repository_gets_it(course, actor):
    run(course, actor, "team,email\nTeam A,\n")
    plan = run(course, actor, "team,email,repository\nTeam A,,course/app\n")
    assert done(plan) == [("changed", "project", "Team A · Team A")]
    assert course.teams.get().projects.get().repository_path == "course/app"


def test_a_changed_address_is_named(course, actor):
    run(course, actor, "team,email,url\nTeam A,,https://a.example.org\n")
    plan = run(course, actor, "team,email,url\nTeam A,,https://b.example.org\n")
    assert plan.changes[0].detail == "URL: https://a.example.org → https://b.example.org"
    assert course.teams.get().projects.get().environments.get().url == "https://b.example.org"


def test_what_a_team_builds_may_stand_in_any_of_its_lines(course, actor):
    text = "team,email,repository,url\nA,a@example.org,,\nA,b@example.org,g/p,\nA,,,https://a.example.org\n"
    assert not run(course, actor, text).problems
    project = course.teams.get().projects.get()
    assert (project.repository_path, project.environments.get().url) == ("g/p", "https://a.example.org")


def test_a_name_in_a_later_line_is_taken(course, actor):
    run(course, actor, "team,email,name,role\nA,t@example.org,,tutor\nB,t@example.org,Tim,tutor\n")
    assert User.objects.get(email="t@example.org").name == "Tim"


def test_two_imports_at_once_do_not_break(course, actor, monkeypatch):
    """Another course's import made the same person between our look and our writing."""
    real = roster.plan_roster

    def slow_plan(*args, **options):
        plan = real(*args, **options)
        factories.UserFactory(email="ada@example.org")
        return plan

    monkeypatch.setattr(roster, "plan_roster", slow_plan)
    plan = run(course, actor)
    assert [remedy_of(problem) for problem in plan.problems] == ["Import the file again."]
    assert not course.teams.exists()


def test_names_people_gave_themselves_are_left_alone(course, actor):
    factories.UserFactory(email="ada@example.org", name="Countess")
    run(course, actor)
    assert User.objects.get(email="ada@example.org").name == "Countess"


def test_a_person_in_another_role_is_refused(course, actor):
    factories.MembershipFactory(team=None, course=course, role="lecturer", user__email="ada@example.org")
    assert reasons(run(course, actor)) == [(2, "role", "This person is a lecturer of the course already.")]


def test_a_student_of_several_teams_is_refused(course, actor):
    person = factories.UserFactory(email="ada@example.org")
    for _ in range(2):
        factories.MembershipFactory(team__course=course, user=person)
    assert reasons(run(course, actor)) == [(2, "team", "This person is in several teams of the course.")]


def test_several_projects_need_the_repository(course, actor):
    team = factories.TeamFactory(course=course, name="Team A", slug="team-a")
    factories.ProjectFactory.create_batch(2, team=team)
    text = "team,email,url\nTeam A,,https://a.example.org\n"
    assert reasons(run(course, actor, text)) == [(2, "url", "The team has several projects.")]
    assert not run(course, actor, "team,email\nTeam A,\n").changes


def test_a_repository_of_another_team_is_refused(course, actor):
    factories.ProjectFactory(team__course=course, team__name="Other", repository_path="course/APP-A")
    assert reasons(run(course, actor)) == [(2, "repository", "It belongs to the team “Other”.")]


def test_people_of_other_courses_are_known(course, actor):
    person = factories.UserFactory(email="ada@example.org", name="Ada")
    assert ("new", "person", "ada@example.org") not in done(run(course, actor))
    assert person.memberships.get().course == course


def test_queries_do_not_grow_with_lines(course, actor, django_assert_max_num_queries):
    lines = "".join(f"T{n},p{n}@example.org,,,g/r{n},https://t{n}.example.org\n" for n in range(400))
    with django_assert_max_num_queries(28):
        plan = run(course, actor, "team,email,name,role,repository,url\n" + lines)
    assert len(plan.changes) == 5 * 400
    assert len(course.events.get().detail) == 2000


def test_edits_are_noted_once(course, actor):
    values = {"name": "New", "time_zone": "Europe/Berlin", "has_status_page": False, "is_archived": False}
    values |= {"actor": actor, "now": NOW}
    old = course.name
    assert services.edit_course(course, **values)
    assert not services.edit_course(course, **values)
    event = course.events.get()
    assert event.title == "Course “New” changed"
    assert event.detail == f"name: {old} → New\ntime_zone: UTC → Europe/Berlin"
    assert (event.kind, event.actor) == (Event.Kind.SETTINGS, actor)


def test_the_catalogue_is_built_and_changed(course, actor):
    by = {"actor": actor, "now": NOW}
    team = services.add_team(course, name="Team A", **by)
    assert services.add_team(course, name="team a", **by) is None
    project = services.add_project(team, name="App", repository_path="g/app", **by)
    assert services.add_project(team, name="App!", repository_path="", **by) is None
    place = services.add_environment(project, name="staging", url="https://s.example.org", **by)
    assert services.add_environment(project, name="Staging", url="", **by) is None
    assert services.edit_team(team, name="Team B", is_archived=True, **by)
    assert services.edit_project(project, name="App", repository_path="g/new", **by)
    assert services.edit_environment(place, name="staging", url="", **by)
    team.refresh_from_db()
    assert (team.slug, team.name, team.is_archived) == ("team-a", "Team B", True)
    assert [event.title for event in Event.objects.order_by("pk")] == [
        "Team “Team A” added",
        "Project “App” added",
        "Environment “staging” added",
        "Team “Team B” changed",
        "Project “App” changed",
        "Environment “staging” changed",
    ]
    last = Event.objects.latest("pk")
    assert (last.environment, last.project, last.team, last.course) == (place, project, team, course)


def test_people_join_and_leave(course, actor):
    team = factories.TeamFactory(course=course)
    values = {"email": "New@Example.org", "name": "Nu", "role": "student", "team": team}
    membership, is_new = services.add_member(course, **values, actor=actor, now=NOW)
    assert is_new
    assert not membership.user.has_usable_password()
    assert services.add_member(course, **values, actor=actor, now=NOW) == (membership, False)
    assert services.remove_member(membership, actor=actor, now=NOW)
    assert services.remove_member(membership, actor=actor, now=NOW)
    assert User.objects.filter(email="new@example.org").exists()
    assert course.events.count() == 2


def test_the_last_lecturer_stays(course, actor):
    membership = actor.memberships.get()
    assert not services.remove_member(membership, actor=actor, now=NOW)
    factories.MembershipFactory(team=None, course=course, role="lecturer")
    assert services.remove_member(membership, actor=actor, now=NOW)
    assert Membership.objects.lecturers().filter(course=course).count() == 1


def test_a_key_is_revoked_once(course, actor):
    row, key = services.create_api_key(course, name="CI", scopes=["evaluate"], created_by=actor, now=NOW)
    assert key not in str(ApiKey.objects.values().get(pk=row.pk))
    assert services.revoke_api_key(row, actor=actor, now=NOW)
    assert not services.revoke_api_key(row, actor=actor, now=NOW)
    assert [event.title for event in course.events.order_by("pk")] == [
        "API key “CI” made",
        "API key “CI” revoked",
    ]
    assert not ApiKey.objects.usable(NOW).exists()


def test_use_of_a_key_is_noted_once_a_minute(course):
    row = factories.ApiKeyFactory(course=course)
    for seconds, noted in ((0, NOW), (30, NOW), (61, NOW + timedelta(seconds=61))):
        services.mark_key_used(row, now=NOW + timedelta(seconds=seconds))
        row.refresh_from_db()
        assert row.last_used_at == noted
