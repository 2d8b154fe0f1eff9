"""What the fields of forms offer and say of themselves."""

import zoneinfo

import pytest
from django import forms

from courses.forms import CourseForm, MemberForm, NewCourseForm, ReadingForm, RosterForm, course_field
from courses.forms.zones import REGIONS, time_zones
from courses.models import OPERATIONS, Course, User
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


def test_neither_is_the_sample(admin_user, own):
    factories.CourseFactory(is_sample=True)
    taught = factories.CourseFactory()
    assert course_field(admin_user).initial == taught.pk


def test_a_course_that_was_asked_for_is_chosen_and_can_be_changed(admin_user, own):
    course, other = factories.CourseFactory.create_batch(2)
    field = course_field(admin_user, other.slug)
    assert field.initial == other.pk
    assert not field.widget.is_hidden
    assert field.clean(course.pk) == course
    assert course_field(admin_user, "none-such").initial is None


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


# Time zones ----------------------------------------------------------------------------------------------


def test_zones_stand_by_region_and_under_the_name_of_their_place():
    groups = {str(name): dict(places) for name, places in time_zones()[1:]}
    assert time_zones()[0] == ("UTC", "UTC")
    assert groups["Europe"]["Europe/Berlin"] == "Berlin"
    assert groups["America"]["America/Argentina/Buenos_Aires"] == "Buenos Aires (Argentina)"
    assert set(groups) == {str(name) for name in REGIONS.values()}
    left_out = zoneinfo.available_timezones() - {name for places in groups.values() for name in places}
    assert left_out >= {"UTC", "Etc/GMT+10", "EST"}
    assert not [name for name in left_out if name.startswith(("Europe/", "America/", "Asia/"))]
    assert list(groups["Asia"].values()) == sorted(groups["Asia"].values())


@pytest.mark.parametrize("zone", ["Etc/GMT+10", "EST"])
def test_who_has_a_zone_that_is_not_offered_keeps_it_and_nobody_else_can_choose_it(zone):
    course, person = Course(name="C", slug="c", time_zone=zone), User(time_zone=zone, is_superuser=True)
    sent = {"name": "C", "time_zone": zone, "theme": "auto"}
    for form in (CourseForm(instance=course), ReadingForm(instance=person), NewCourseForm(user=person)):
        assert f'<option value="{zone}" selected>' in str(form["time_zone"])
    for kept in (CourseForm(sent, instance=course), ReadingForm(sent, instance=person)):
        assert "time_zone" not in kept.errors
    for other in (CourseForm(sent, instance=Course()), ReadingForm(sent, instance=User(is_superuser=True))):
        assert "time_zone" in other.errors


@pytest.mark.parametrize(
    ("chosen", "initial", "is_preset"), [("", "UTC", True), ("Asia/Tokyo", "Asia/Tokyo", False)]
)
def test_a_new_course_begins_in_the_zone_of_who_adds_it(chosen, initial, is_preset):
    form = NewCourseForm(user=User(time_zone=chosen))
    assert form["time_zone"].initial == initial
    assert ("data-zone-preset" in str(form["time_zone"])) is is_preset
    assert "js/zone.js" in str(form.media)
    sent = NewCourseForm({"name": "", "time_zone": "Europe/Berlin"}, user=User(time_zone=chosen))
    assert "data-zone-preset" not in str(sent["time_zone"])
