"""What a reader asks for narrows every list in the same way."""

import pytest
from django.test import RequestFactory

from courses.filters import Filters, narrowed
from courses.http import asked_filters
from courses.models import Membership, Project, Team, User
from courses.rules.names import row_number
from tests import factories


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("", 0), (None, 0), ("-7", 0), ("7.5", 0), ("x", 0), ("9" * 10, 0)]
)
def test_row_numbers_are_whole_and_fit_a_column(text, number):
    assert row_number(text) == number


def test_nonsense_in_an_address_asks_for_nothing():
    asked = asked_filters(RequestFactory().get("/", {"state": "odd", "tutor": "x", "q": " \0 "}), {"down"})
    assert asked == Filters()
    assert not asked.is_active


def test_an_address_is_read_up_to_its_limits():
    asked = asked_filters(
        RequestFactory().get("/", {"course": "c", "state": "down", "tutor": "7", "q": "a" * 500}), {"down"}
    )
    assert asked == Filters(course="c", state="down", tutor=7, text="a" * 80)
    assert asked.is_active


def test_only_what_is_chosen_from_a_list_counts_as_a_choice():
    assert Filters(state="down", text="a", is_watched=True).choice_count == 0
    assert Filters(course="c", tutor=7, tag="heroku", text="a").choice_count == 3


@pytest.mark.django_db
def test_rows_are_those_of_the_course_the_tutor_and_the_text():
    projects = [factories.ProjectFactory(name=f"Shop {n}") for n in range(3)]
    first, admin = projects[0].team, User.objects.create_superuser("admin@example.org", "x")
    tutor = factories.MembershipFactory(course=first.course, team=first, role=Membership.Role.TUTOR).user

    def found(**asked):
        return list(
            narrowed(
                Project.objects.order_by("pk"),
                Filters(**asked),
                user=admin,
                team="team__",
                named=["name", "slug"],
            )
        )

    assert found() == projects
    assert found(course=first.course.slug) == found(tutor=tutor.pk) == [projects[0]]
    assert found(text="shop 1") == [projects[1]]
    assert found(text="shop 1", tutor=tutor.pk) == []
    teams = Team.objects.all()
    assert list(narrowed(teams, Filters(tutor=tutor.pk), user=admin, named=["name"])) == [first]
