"""A roster adds tags to teams, and takes none away."""

from datetime import UTC, datetime

import pytest

from courses import services
from courses.models import Tag
from courses.wording import reason_of
from tests.courses.test_tags import held

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
HEAD = "team,email,tags\n"


def run(course, actor, text):
    return services.import_roster(course, text=HEAD + text, actor=actor, now=NOW)


def test_a_roster_adds_tags_and_takes_none_away(team, lecturer):
    course = team.course
    services.tag_team(team, names=["by-hand"], actor=lecturer, now=NOW)
    lines = ['A,a@example.org,"Heroku, re-exam"', "New,b@example.org,", "A,c@example.org,late", "New,,heroku"]
    text = "\n".join(lines).replace("A,", f"{team.name},")
    plan = services.plan_roster(course, text=HEAD + text, now=NOW)
    assert [(c.action, c.name, c.detail) for c in plan.changes if c.what == "tag"] == [
        ("new", team.name, "heroku"),
        ("new", team.name, "re-exam"),
        ("new", team.name, "late"),
        ("new", "New", "heroku"),
    ]
    assert not course.tags.filter(name="heroku").exists(), "a plan writes nothing"
    assert run(course, lecturer, text).summary() == "1 team, 4 tags, 3 people, 3 roles, 2 projects new"
    assert held(team) == ["by-hand", "heroku", "late", "re-exam"]
    assert held(course.teams.get(name="New")) == ["heroku"]
    assert not run(course, lecturer, text).changes


def test_a_roster_of_semicolons_quotes_its_tags(team, lecturer):
    text = f'team;email;tags\n{team.name};;"heroku; late"\n'
    services.import_roster(team.course, text=text, actor=lecturer, now=NOW)
    assert held(team) == ["heroku", "late"]


@pytest.mark.parametrize(
    "tags", ["a" * 41, ";".join("abcdefghijk"), "a\u202eb"], ids=["too long", "too many", "unreadable"]
)
def test_a_roster_with_bad_tags_is_refused(team, lecturer, tags):
    (problem,) = run(team.course, lecturer, f"{team.name},,{tags}\n").problems
    assert (problem.line, problem.column) == (2, "tags")
    assert "more than 10 tags, or one is longer" in reason_of(problem)
    assert not Tag.objects.exists()


def test_a_roster_gives_no_team_more_than_ten(team, lecturer):
    services.tag_team(team, names=list("abcdef"), actor=lecturer, now=NOW)
    (problem,) = run(team.course, lecturer, f"{team.name},,v;w;x\n{team.name},,y;z\n").problems
    assert (problem.line, problem.value) == (3, "y;z")
    assert reason_of(problem) == f"With these, the team “{team.name}” would have more than 10 tags."
    assert held(team) == list("abcdef")


def test_a_long_roster_costs_as_many_queries_as_a_short_one(team, lecturer, django_assert_num_queries):
    def text(count):
        return HEAD + "".join(f"T{n},,t{n}\n" for n in range(count))

    for count in (2, 50):
        with django_assert_num_queries(5):
            services.plan_roster(team.course, text=text(count), now=NOW)
