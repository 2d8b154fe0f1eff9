from datetime import UTC, datetime, timedelta

import pytest

from alerts import services
from alerts.models import Alert, Channel, Delivery
from courses.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def alert():
    return factories.AlertFactory()


def test_the_first_to_acknowledge_has_it(alert, tutor):
    other = factories.UserFactory()
    assert services.acknowledge([alert], by=tutor, note="mine\nindeed", now=NOW)
    assert not services.acknowledge([alert], by=other, note="no, mine", now=NOW)
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.acknowledged_note) == (tutor, "mine indeed")
    event = Event.objects.get()
    assert (event.title, event.actor) == (f"Acknowledged: {alert.title}", tutor)


def test_an_acknowledgement_may_be_taken_back_once(alert, tutor):
    services.acknowledge([alert], by=tutor, note="mine", now=NOW)
    assert services.unacknowledge([alert], by=tutor, now=NOW)
    assert not services.unacknowledge([alert], by=tutor, now=NOW)
    alert.refresh_from_db()
    assert (alert.acknowledged_at, alert.acknowledged_by, alert.acknowledged_note) == (None, None, "")
    assert Event.objects.count() == 2


def test_what_is_over_needs_nobody(tutor):
    alert = factories.AlertFactory(state="resolved", resolved_at=NOW)
    assert not services.acknowledge([alert], by=tutor, note="", now=NOW)


def test_a_rule_switched_off_ends_what_it_opened(lecturer, team):
    rule = factories.RuleFactory(course=team.course)
    project = factories.ProjectFactory(team=team)
    channel = factories.ChannelFactory(course=team.course)
    firing = factories.AlertFactory(rule=rule, project=project)
    factories.AlertFactory(rule=rule, project=project, state="pending", fired_at=None)
    factories.DeliveryFactory(alert=firing, channel=channel, state="sent")
    rule.is_enabled = False
    services.save_rule(rule, by=lecturer, now=NOW + timedelta(days=999))
    alert = Alert.objects.get()
    assert (alert.state, alert.detail) == ("resolved", f"The rule “{rule.name}” was switched off.")
    assert Delivery.objects.filter(transition="resolved", channel=channel).count() == 1
    assert Event.objects.filter(kind="settings", title=f"Alert rule “{rule.name}” changed").count() == 1


def test_a_changed_rule_of_every_course_stands_on_no_timeline(lecturer):
    rule = factories.RuleFactory()
    services.save_rule(rule, by=lecturer, now=NOW)
    assert not Event.objects.exists()


def test_channels_come_and_go_on_the_timeline(lecturer, team):
    channel = Channel(course=team.course, name="Tutors", kind="email", target="a@example.org")
    services.save_channel(channel, by=lecturer, now=NOW)
    services.save_channel(channel, by=lecturer, now=NOW)
    services.delete_channel(channel, by=lecturer, now=NOW)
    titles = Event.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == [f"Alert channel “Tutors” {what}" for what in ("added", "changed", "deleted")]
    assert not Channel.objects.exists()
