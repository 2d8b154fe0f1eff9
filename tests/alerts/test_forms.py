import pytest
from django.core.exceptions import ValidationError

from alerts.forms import ChannelForm, InboxForm, RuleForm
from alerts.queries import Filters
from tests import factories

pytestmark = pytest.mark.django_db
JSON_URL = "jsons://user:s3cret@hook.example.org/path"


@pytest.fixture
def form(lecturer, team):
    def build(instance=None, **data):
        full = {"course": team.course.pk, "name": "Tutors", "kind": "email", "is_enabled": "on", **data}
        return ChannelForm(full, user=lecturer, instance=instance)

    return build


def test_addresses_may_be_separated_in_any_way(form):
    bound = form(target="a@example.org, b@example.org;c@example.org\na@example.org")
    assert bound.is_valid(), bound.errors
    assert bound.cleaned_data["target"] == "a@example.org\nb@example.org\nc@example.org"


@pytest.mark.parametrize(
    ("kind", "target", "words"),
    [
        ("email", "", "Send to: say where"),
        ("email", "ann", "“ann” is none"),
        ("email", "a@example.org\r\nBcc: b@example.org", "“Bcc:” is none"),
        ("email", " ".join(f"a{n}@example.org" for n in range(21)), "at most 20"),
        ("apprise", "a@example.org", "Apprise URL: “a@example.org” is not offered"),
        ("apprise", "xml://h.example.org/", "Apprise URL: “xml” is not offered"),
        ("apprise", "discord://a/b discord://c/d", "Apprise URL: give one"),
        ("apprise", "http://[::1", "Apprise URL: this cannot be read"),
        ("email", "a\0@example.org", "Null characters are not allowed"),
    ],
)
def test_a_bad_target_is_named(form, kind, target, words):
    bound = form(kind=kind, target=target)
    assert not bound.is_valid()
    assert words in str(bound.errors["target"][0])


def test_the_target_is_kept_when_left_empty_and_never_shown(form, team):
    channel = factories.ChannelFactory(course=team.course, kind="apprise", target=JSON_URL)
    bound = form(channel, kind="apprise", target="")
    assert bound.is_valid()
    assert bound.save().target == JSON_URL
    assert "s3cret" not in str(form(channel, kind="apprise").as_div())
    assert channel.summary == "jsons://…"


def test_another_kind_needs_another_target(form, team):
    channel = factories.ChannelFactory(course=team.course, kind="apprise", target=JSON_URL)
    assert "target" in form(channel, kind="email", target="").errors


def test_only_courses_one_lectures_are_offered(form):
    other = factories.CourseFactory()
    assert "course" in form(course=other.pk, target="a@example.org").errors


@pytest.mark.parametrize(
    ("target", "summary"),
    [("a@example.org", "1 address"), ("a@b.org\nc@d.org", "2 addresses"), ("", "unreadable: enter it again")],
)
def test_summary_tells_no_address(target, summary):
    assert factories.ChannelFactory(target=target).summary == summary


@pytest.mark.parametrize(
    ("field", "value"),
    [("threshold", "nan"), ("threshold", ""), ("bad_in_a_row", "0"), ("good_in_a_row", "101")],
)
def test_a_rule_needs_figures_that_make_sense(field, value):
    data = {"threshold": "1", "bad_in_a_row": "1", "good_in_a_row": "1", "severity": "info", field: value}
    assert field in RuleForm(data, instance=factories.RuleFactory()).errors


def test_a_yes_or_no_signal_has_no_threshold_to_choose():
    rule = factories.RuleFactory(signal="health.environment.down", comparison="at_most", threshold=-1)
    data = {"threshold": "-1", "bad_in_a_row": "2", "good_in_a_row": "1", "severity": "info"}
    bound = RuleForm(data, instance=rule)
    assert "threshold" not in bound.fields
    assert bound.is_valid(), bound.errors
    rule = bound.save()
    assert (rule.comparison, rule.threshold, rule.bad_in_a_row) == ("at_least", 1.0, 2)


@pytest.mark.parametrize(
    ("signal", "comparison", "threshold", "is_sound"),
    [
        ("health.environment.down", "at_least", 1.0, True),
        ("health.environment.down", "at_least", 0.5, True),
        ("health.environment.down", "at_least", 0.0, False),
        ("health.environment.down", "at_least", -1.0, False),
        ("health.environment.down", "at_least", 1.1, False),
        ("pipelines.default_branch.red", "at_most", 1.0, False),
        ("experiments.sample_ratio", "at_most", -1.0, True),
    ],
)
def test_a_yes_or_no_rule_cannot_call_good_bad(signal, comparison, threshold, is_sound):
    rule = factories.RuleFactory.build(signal=signal, comparison=comparison, threshold=threshold)
    if is_sound:
        rule.clean()
        return
    with pytest.raises(ValidationError, match="1 where it is bad"):
        rule.clean()


def test_filters_that_are_none_choose_nothing(student):
    other = factories.MembershipFactory(user=student).course
    data = {"state": "x", "severity": "a\0b", "team": "-1", "rule": "x", "q": "a\0b", "group": "x"}
    assert InboxForm({**data, "course": other.slug}, user=student).asked() == Filters(course=other.slug)
    assert InboxForm({**data, "course": "none"}, user=student).asked() == Filters()


def test_a_channels_only_course_is_not_asked_for(lecturer, team):
    field = ChannelForm(None, user=lecturer, instance=None)["course"]
    assert (field.value(), field.is_hidden) == (team.course.pk, True)
    factories.MembershipFactory(user=lecturer, team=None, course=factories.CourseFactory(), role="lecturer")
    field = ChannelForm(None, user=lecturer, instance=None)["course"]
    assert (field.value(), field.is_hidden) == (None, False)


def test_a_new_channel_needs_a_target_and_an_old_one_keeps_it(form, team):
    assert form().fields["target"].required
    assert "Left empty" not in str(form().as_div())
    kept = form(factories.ChannelFactory(course=team.course, kind="apprise", target=JSON_URL))
    assert not kept.fields["target"].required
    assert "Left empty, it stays as it is." in str(kept.as_div())
