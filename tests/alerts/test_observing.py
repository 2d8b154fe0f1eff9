from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.models import Alert, Delivery, Rule, Watch
from alerts.rules import Observation
from alerts.services import close_alerts, observe
from courses.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def project(team):
    return factories.ProjectFactory(team=team)


@pytest.fixture
def rule():
    return factories.RuleFactory(signal="tests.down", bad_in_a_row=2, good_in_a_row=1)


def seen(project, second, value, *, subject="environment:1", signal="tests.down", **words):
    at = NOW + timedelta(seconds=second)
    words = {"title": "production answers with 502", "path": "/health/1/", **words}
    return Observation(signal, subject, project.pk, value, at, **words)


def watch(project, *values, start=0):
    for second, value in enumerate(values, start):
        observe([seen(project, second, value)], now=NOW)


def test_one_bad_value_is_pending_and_two_fire(project, rule):
    watch(project, 1)
    alert = Alert.objects.get()
    assert (alert.state, alert.bad_count, alert.pending_since) == ("pending", 1, NOW)
    assert not Event.objects.exists()
    watch(project, 1, start=1)
    alert.refresh_from_db()
    assert (alert.state, alert.fired_at) == ("firing", NOW + timedelta(seconds=1))
    assert (alert.title, alert.path) == ("production answers with 502", "/health/1/")


def test_a_good_value_ends_it_and_the_next_outage_is_another_alert(project, rule):
    watch(project, 1, 1, 0, 1, 1)
    assert [alert.state for alert in Alert.objects.order_by("pk")] == ["resolved", "firing"]
    assert Alert.objects.earliest("pk").resolved_at == NOW + timedelta(seconds=2)


def test_what_never_fired_leaves_no_trace(project, rule):
    watch(project, 1, 0)
    assert not Alert.objects.exists()
    assert Watch.objects.get().last_observed_at == NOW + timedelta(seconds=1)


def test_a_late_observation_changes_nothing_even_when_all_is_well(project, rule):
    observe([seen(project, 5, 0)], now=NOW)
    observe([seen(project, 3, 1), seen(project, 4, 1)], now=NOW)
    assert not Alert.objects.exists()


def test_a_whole_story_may_come_in_one_batch(project, rule):
    channel = factories.ChannelFactory(course=project.team.course)
    story = [seen(project, second, value) for second, value in enumerate([1, 1, 0, 1, 0, 1, 1])]
    observe(list(reversed(story)), now=NOW)
    assert [alert.state for alert in Alert.objects.order_by("pk")] == ["resolved", "firing"]
    sent = Delivery.objects.filter(channel=channel).order_by("alert", "transition")
    assert [row.transition for row in sent] == ["fired", "resolved", "fired"]
    observe(story, now=NOW)
    assert (Alert.objects.count(), Delivery.objects.count()) == (2, 3)


def test_only_rules_of_the_course_that_are_switched_on_judge(project):
    course = project.team.course
    factories.RuleFactory(signal="tests.down", is_enabled=False)
    factories.RuleFactory(signal="tests.down", course=factories.CourseFactory())
    own = factories.RuleFactory(signal="tests.down", course=course)
    watch(project, 1)
    assert Alert.objects.get().rule == own


def test_an_unknown_signal_or_project_is_nobody_s_concern(project, rule):
    observe([seen(project, 0, 1, signal="tests.other")], now=NOW)
    project.pk += 1000
    watch(project, 1, 1)
    assert not Watch.objects.exists()


def test_every_channel_that_is_on_is_told_once(project, rule):
    course = project.team.course
    on = factories.ChannelFactory(course=course)
    quiet = factories.ChannelFactory(course=course, send_resolved=False)
    factories.ChannelFactory(course=course, is_enabled=False)
    factories.ChannelFactory()
    watch(project, 1, 1, 1)
    assert set(Delivery.objects.values_list("channel", "transition")) == {
        (on.pk, "fired"),
        (quiet.pk, "fired"),
    }
    late = factories.ChannelFactory(course=course)
    watch(project, 0, start=3)
    told = Delivery.objects.filter(transition="resolved").values_list("channel", flat=True)
    assert list(told) == [on.pk]
    assert late.pk not in told


@pytest.mark.parametrize(("severity", "tone"), [("critical", "bad"), ("warning", "warn"), ("info", "busy")])
def test_the_timeline_has_the_tone_of_the_severity(project, rule, severity, tone):
    rule.severity = severity
    rule.save()
    watch(project, 1, 1)
    event = Event.objects.get()
    assert (event.tone, event.title) == (tone, f"Firing, {severity}: production answers with 502")


def test_the_timeline_tells_both_ends(project, rule):
    watch(project, 1, 1, 0)
    events = Event.objects.order_by("at")
    assert [event.title for event in events] == [
        "Firing, warning: production answers with 502",
        "Resolved: production answers with 502",
    ]
    assert [event.tone for event in events] == ["warn", "good"]
    assert {event.team for event in events} == {project.team}
    assert events[0].url == Alert.objects.get().get_absolute_url()


def test_hostile_words_are_made_harmless(project, rule):
    words = {
        "title": "down\r\nBcc: x\x00\ud800" + "x" * 300,
        "detail": "a\x00\nb" * 2000,
        "path": "//evil.example",
    }
    observe([seen(project, second, 1, **words) for second in (0, 1)], now=NOW)
    alert = Alert.objects.get()
    assert alert.title.startswith("down Bcc: x?xxx")
    assert (len(alert.title), len(alert.detail), alert.path) == (200, 2000, "")
    Alert.objects.all().update(path="")


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/a\nb", "/" + "x" * 300])
def test_only_pages_of_this_site_are_linked(project, rule, path):
    observe([seen(project, second, 1, path=path) for second in (0, 1)], now=NOW)
    assert Alert.objects.get().path == ""


def test_a_batch_costs_the_same_queries_whatever_its_size(project, django_assert_max_num_queries):
    factories.RuleFactory(signal="tests.down")
    factories.ChannelFactory(course=project.team.course)

    def queries(subjects, second, value):
        batch = [seen(project, second, value, subject=f"{len(subjects)}:{n}") for n in subjects]
        with django_assert_max_num_queries(20) as captured:
            observe(batch, now=NOW)
        return len(captured)

    for second, value, limit in [(0, 0, 9), (1, 0, 7), (2, 1, 13), (3, 1, 8), (4, 0, 13)]:
        one, many = (queries(range(count), second, value) for count in (1, 40))
        assert (one == many, one <= limit) == (True, True), (second, one, many)


def test_subjects_that_go_take_their_alerts_along(project, rule):
    factories.ChannelFactory(course=project.team.course)
    watch(project, 1, 1)
    observe([seen(project, 0, 1, subject="environment:2")], now=NOW)
    for _ in range(2):
        close_alerts(["environment:1", "environment:2"], reason="The environment was deleted.", now=NOW)
    alert = Alert.objects.get()
    assert (alert.state, alert.detail, alert.resolved_at) == ("resolved", "The environment was deleted.", NOW)
    assert Delivery.objects.filter(transition="resolved").count() == 1


steps = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([0.0, 1.0, None])), min_size=1, max_size=12)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=4))
def test_any_batches_in_any_order_leave_one_open_alert_and_replay_to_nothing(team, batches):
    project = factories.ProjectFactory(team=team)
    rule = factories.RuleFactory(signal="tests.any", bad_in_a_row=2)
    factories.ChannelFactory(course=team.course)

    def state():
        alerts = Alert.objects.filter(rule=rule).order_by("pk").values_list()
        return list(alerts), Delivery.objects.filter(alert__rule=rule).count()

    for batch in batches:
        rows = [seen(project, second, value, signal="tests.any") for second, value in batch]
        observe(rows, now=NOW)
        before = state()
        assert Alert.objects.filter(rule=rule).still_open().count() <= 1
        observe(rows, now=NOW)
        assert state() == before


def test_default_rules_are_there_once():
    seed = import_module("alerts.migrations.0002_default_rules").seed
    for _ in range(2):
        seed(apps, None)
    signals = Rule.objects.filter(course=None).values_list("signal", flat=True)
    assert sorted(signals) == [
        "experiments.sample_ratio",
        "health.environment.down",
        "pipelines.default_branch.red",
    ]
