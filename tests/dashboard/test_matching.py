import pytest

from courses.models import Team
from dashboard.matching import fitting, rank_of, ranked
from tests import factories

NAMES = ["Hopper", "Grasshopper", "Shop", "Hop", "Ångström", "Команда 7"]


@pytest.fixture
def teams(db):
    for name in NAMES:
        factories.TeamFactory(name=name, course__name="Web lab")
    return Team.objects.all()


CASES = [
    ("hop", ["Hop", "Hopper", "Shop", "Grasshopper"]),
    ("HOPPER", ["Hopper", "Grasshopper"]),
    ("per hop", ["Hopper", "Grasshopper"]),
    ("команда", ["Команда 7"]),
    ("ÅNGSTRÖM", ["Ångström"]),
    ("100%", []),
    ("_op", []),
    ("\\", []),
    ("'; --", []),
    ("🦆", []),
]


@pytest.mark.parametrize(("text", "names"), CASES)
def test_rows_are_found_in_any_case_prefix_first_then_short(teams, text, names):
    assert [team.name for team in ranked(teams, text, "name", most=9)] == names


@pytest.mark.parametrize(("text", "names"), CASES)
def test_names_in_memory_follow_the_same_order(text, names):
    assert fitting(NAMES, text, str) == names


STUDENTS = ["student171", "A student17", "student17b", "student17@x.org", "Student17"]


def test_the_very_name_stands_first_then_a_whole_word_then_a_part_of_one(db):
    for name in STUDENTS:
        factories.TeamFactory(name=name)
    best = ["Student17", "student17@x.org", "student171", "student17b", "A student17"]
    found = ranked(Team.objects.all(), "student17", "name", most=9)
    assert [team.name for team in found] == best
    assert sorted(fitting(STUDENTS, "student17", str), key=best.index) == fitting(STUDENTS, "student17", str)
    assert [team.rank for team in found] == [rank_of(name, "student17") for name in best] == [0, 1, 2, 2, 3]


def test_whole_words_in_any_field_come_before_parts_of_words(db):
    for name in ("a 12", "team-1 · (production)", "team-10 · x"):
        factories.TeamFactory(name=name, course__name="Team course")
    found = ranked(Team.objects.all(), "team 1", "name", "course__name", most=9)
    assert [team.name for team in found] == ["team-1 · (production)", "a 12", "team-10 · x"]
    assert fitting(["team-10 · x", "team-1 · production"], "1 team", str)[0] == "team-1 · production"
    assert [team.name for team in ranked(Team.objects.all(), "(prod", "name", most=9)] == [
        "team-1 · (production)"
    ]


def test_other_fields_count_after_the_name(teams):
    factories.TeamFactory(name="Web", course__name="Another")
    found = [team.name for team in ranked(teams, "web", "name", "course__name", most=3)]
    assert found == ["Web", "Hop", "Shop"]


def test_words_may_stand_in_different_fields(teams):
    assert [team.name for team in ranked(teams, "lab hop", "name", "course__name", most=1)] == ["Hop"]


def test_a_hundred_words_are_no_burden(teams):
    assert [team.name for team in ranked(teams, "h o p " * 30, "name", most=1)] == ["Hop"]
