import pytest

from courses.models import Team
from dashboard.matching import fitting, ranked
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


def test_other_fields_count_after_the_name(teams):
    factories.TeamFactory(name="Web", course__name="Another")
    found = [team.name for team in ranked(teams, "web", "name", "course__name", most=3)]
    assert found == ["Web", "Hop", "Shop"]


def test_words_may_stand_in_different_fields(teams):
    assert [team.name for team in ranked(teams, "lab hop", "name", "course__name", most=1)] == ["Hop"]


def test_a_hundred_words_are_no_burden(teams):
    assert [team.name for team in ranked(teams, "h o p " * 30, "name", most=1)] == ["Hop"]
