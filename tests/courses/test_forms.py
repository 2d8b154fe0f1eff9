"""What the fields of forms offer and say of themselves."""

import pytest
from django import forms

from courses.forms import MemberForm, RosterForm, course_field
from courses.models import OPERATIONS
from courses.templatetags.fields import control, is_marked
from tests import factories


@pytest.fixture
def own(db):
    """The course that a new site starts with."""
    return factories.CourseFactory(slug=OPERATIONS)


def test_the_only_course_is_not_asked_for(team, lecturer):
    field = course_field(lecturer)
    assert field.widget.is_hidden
    assert field.initial == team.course.pk
    assert field.clean(str(field.initial)) == team.course


def test_a_new_site_chooses_its_own_course(admin_user, own):
    assert course_field(admin_user).initial == own.pk


def test_the_sites_own_course_is_never_chosen_where_there_is_another(admin_user, own):
    other = factories.CourseFactory()
    field = course_field(admin_user)
    assert not field.widget.is_hidden
    assert field.initial == other.pk
    factories.CourseFactory()
    field = course_field(admin_user)
    assert field.initial is None
    assert field.empty_label


def test_courses_of_others_are_refused(team, lecturer):
    with pytest.raises(forms.ValidationError):
        course_field(lecturer).clean(factories.CourseFactory().pk)


def test_what_must_be_filled_in_is_marked_where_something_need_not_be(team):
    form = MemberForm(course=team.course)
    assert [field.name for field in form if is_marked(field)] == ["email"]
    assert not [field.name for field in RosterForm() if is_marked(field)]


class Plain(forms.Form):
    one = forms.CharField()
    two = forms.CharField()
    three = forms.BooleanField(required=False)


def test_nothing_is_marked_where_all_must_be_filled_in():
    assert not [field.name for field in Plain() if is_marked(field)]


def test_the_first_wrong_field_has_the_focus():
    form = Plain({"one": "x"})
    assert [field.name for field in form if "autofocus" in control(field)] == ["two"]
    assert "autofocus" not in "".join(control(field) for field in Plain())
