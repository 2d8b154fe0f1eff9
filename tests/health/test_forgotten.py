"""Does no alert stay open on an environment that nobody asks any more?"""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.models import Alert, Delivery
from health import services
from health.models import Check
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
def alert(check):
    """Down, as alerts know it; the check is not due."""
    Check.objects.update(next_due_at=NOW + timedelta(hours=1))
    rule = factories.RuleFactory(signal="health.environment.down")
    channel = factories.ChannelFactory(course=check.environment.project.team.course)
    subject = f"environment:{check.environment_id}"
    alert = factories.AlertFactory(rule=rule, subject=subject, project=check.environment.project)
    factories.DeliveryFactory(alert=alert, channel=channel)
    return alert


def switch_off(check):
    services.update_check(check, path="", interval_s=60, timeout_s=10, is_enabled=False, actor=None, now=NOW)


def set_url(check, url):
    check.environment.url = url
    check.environment.save()


def archive(place):
    place.is_archived = True
    place.save()


@pytest.mark.parametrize(
    "forget",
    [
        switch_off,
        lambda check: set_url(check, ""),
        lambda check: check.environment.delete(),
        lambda check: archive(check.environment.project.team),
        lambda check: archive(check.environment.project.team.course),
    ],
    ids=[
        "switched off",
        "no URL",
        "environment deleted",
        "team archived",
        "course archived",
    ],
)
def test_an_alert_ends_with_what_it_is_about(check, alert, forget):
    forget(check)
    services.run_due_checks(now=NOW)
    alert.refresh_from_db()
    assert (alert.state, alert.resolved_at) == ("resolved", NOW)
    assert "no longer checked" in alert.detail
    assert Delivery.objects.filter(alert=alert, transition="resolved").count() == 1


def test_others_stay_open(check, alert):
    other = factories.AlertFactory(subject=alert.subject)
    for _ in range(2):
        services.run_due_checks(now=NOW)
    assert set(Alert.objects.filter(state="firing")) == {alert, other}
