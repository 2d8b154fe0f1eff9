"""Who gets a digest, once a day, and what does it say?"""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from alerts import services, tasks
from alerts.models import Subscription
from courses.models import Membership
from tests import factories
from tests.alerts.telling import NOW, daily, dropped, mails_of, text_of

pytestmark = pytest.mark.django_db


def test_a_digest_tells_what_is_open_what_is_over_and_what_happened(mailbox, project, student):
    daily(student)
    factories.AlertFactory(project=project, title="Shop is slow", rule__severity="warning")
    over = {"state": "resolved", "resolved_at": NOW - timedelta(hours=6)}
    factories.AlertFactory(project=project, title="Shop was down", **over)
    factories.AlertFactory(
        project=project, title="Old news", state="resolved", resolved_at=NOW - timedelta(days=2)
    )
    factories.AlertFactory(title="Not theirs")
    for kind in ("deployment", "deployment", "settings"):
        factories.EventFactory(
            course=project.team.course, team=project.team, kind=kind, at=NOW - timedelta(hours=5)
        )
    assert services.plan_digests(now=NOW) == 1
    assert services.deliver_due(now=NOW) == 1
    [(recipients, message)] = mailbox.messages
    assert recipients == [student.email]
    assert message["Subject"] == "[Courseops] Your day: 1 open alert, 1 over"
    text = text_of(message)
    assert "Shop is slow (Warning)" in text
    assert "Over since 2026-03-01 08:00:00 CET:" in text
    assert "Shop was down" in text
    assert "2 deployments." in text
    assert "Old news" not in text
    assert "Not theirs" not in text
    assert message["List-Id"].startswith("<digest.")


def test_a_digest_never_comes_twice_for_one_day(mailbox, project, student):
    subscription = daily(student)
    factories.AlertFactory(project=project)
    morning = datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert [services.plan_digests(now=morning) for _ in range(2)] == [1, 0]
    subscription.refresh_from_db()
    assert subscription.digest_due_at == morning + timedelta(days=1)
    subscription.digest_hour = 18
    services.save_subscription(subscription, owner=student, cells=[], now=morning)
    assert services.plan_digests(now=morning.replace(hour=17)) == 0
    subscription.refresh_from_db()
    assert subscription.digest_due_at == morning.replace(day=3, hour=17)
    assert services.plan_digests(now=subscription.digest_due_at) == 1


def test_missed_days_are_caught_up_by_one_digest(project, student):
    daily(student)
    late = datetime(2026, 3, 4, 22, 30, tzinfo=UTC)
    assert [services.plan_digests(now=late) for _ in range(2)] == [1, 0]
    [row] = mails_of(student)
    assert row.tells_since == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert Subscription.objects.get().digest_due_at == datetime(2026, 3, 5, 7, tzinfo=UTC)
    assert services.plan_digests(now=datetime(2026, 3, 5, 7, tzinfo=UTC)) == 1
    assert mails_of(student)[1].tells_since == late


def test_a_day_without_news_has_no_digest(mailbox, project, student):
    daily(student)
    services.plan_digests(now=NOW)
    assert services.deliver_due(now=NOW) == 0
    assert dropped(student) == ("dropped", "There was nothing to tell.")


def test_a_digest_tells_who_left_nothing(mailbox, project, student):
    daily(student)
    factories.AlertFactory(project=project)
    services.plan_digests(now=NOW)
    Membership.objects.filter(user=student).delete()
    assert services.deliver_due(now=NOW) == 0


def test_a_digest_follows_who_moves(project, student):
    subscription = daily(student)
    student.time_zone = "Asia/Tokyo"
    student.save()
    assert services.plan_digests(now=NOW) == 0
    subscription.refresh_from_db()
    assert subscription.digest_due_at == datetime(2026, 3, 2, 23, tzinfo=UTC)


def test_a_long_digest_is_cut(mailbox, project, student):
    daily(student)
    for _ in range(22):
        factories.AlertFactory(project=project)
    services.plan_digests(now=NOW)
    services.deliver_due(now=NOW)
    assert "… and 2 more" in text_of(mailbox.messages[0][1])


def test_two_workers_plan_one_digest(shared_db, student):
    daily(student)
    start, planned = threading.Barrier(4), []

    def work():
        try:
            start.wait(10)
            planned.append(services.plan_digests(now=NOW))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (sum(planned), len(planned), len(mails_of(student))) == (1, 4, 1)


def test_the_tick_plans_what_is_due(student):
    daily(student)
    tasks.plan_digests()
    assert len(mails_of(student)) == 1
