"""The outbox against real receivers: what is taken, tried again, sent twice, and what is not."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from alerts import services, tasks
from alerts.models import Delivery
from alerts.rules import Observation
from alerts.services import sending
from tests import factories

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def due(channel, **fields):
    project = factories.ProjectFactory(team__course=channel.course, team__name="Reds", name="Shop")
    alert = factories.AlertFactory(project=project, pending_since=NOW, fired_at=NOW, path="/health/7/")
    row = {"alert": alert, "created_at": NOW, "next_attempt_at": NOW, **fields}
    return factories.DeliveryFactory(channel=channel, **row)


def hooked(hook, **fields):
    return factories.ChannelFactory(kind="apprise", target=hook.url, **fields)


def after(delivery):
    delivery.refresh_from_db()
    return delivery


def test_a_subject_names_the_project_once(mailbox):
    delivery = due(factories.ChannelFactory(target="a@example.org"))
    delivery.alert.title = "Shop production is down: 502 Bad Gateway"
    delivery.alert.save()
    assert services.deliver_due(now=NOW) == 1
    [(_, message)] = mailbox.messages
    subject = "[Courseops] Firing: Shop production is down: 502 Bad Gateway · Reds"
    assert " ".join(message["Subject"].split()) == subject


def test_a_mail_says_what_since_when_where_and_why(mailbox, settings):
    settings.SITE_URL = "https://course.example.org"
    channel = factories.ChannelFactory(
        name="Tutors",
        target="a@example.org\nb@example.org",
        course__slug="se",
        course__time_zone="Europe/Berlin",
    )
    delivery = due(channel)
    delivery.alert.detail = "Bad Gateway\nfrom the proxy"
    delivery.alert.save()
    assert services.deliver_due(now=NOW) == 1
    [(recipients, message)] = mailbox.messages
    assert recipients == ["a@example.org", "b@example.org"]
    assert message["Subject"].strip() == "[Courseops] Firing: production answers with 502 · Reds · Shop"
    assert message["Message-ID"] == f"<{delivery.dedupe_key}@course.example.org>"
    assert message["List-Id"] == "<se.course.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content().replace("\r\n", "\n")
    assert "Since: 2026-03-01 13:00:00 CET" in text
    assert "Bad Gateway\nfrom the proxy" in text
    assert "https://course.example.org/health/7/" in text
    assert f"https://course.example.org{delivery.alert.get_absolute_url()}" in text
    assert "You get this because the channel “Tutors”" in text
    assert message.get_content_type() == "text/plain"
    sent = after(delivery)
    assert (sent.state, sent.attempts, sent.sent_at, sent.leased_until) == ("sent", 1, NOW, None)


def test_apprise_json_is_posted_as_apprise_posts_it(hook):
    delivery = due(hooked(hook))
    assert services.deliver_due(now=NOW) == 1
    [(path, headers, body)] = hook.posts
    assert path == "/hook"
    assert headers["Idempotency-Key"] == delivery.dedupe_key
    assert body["title"].startswith("[Courseops] Firing: production answers with 502")
    assert (body["version"], body["type"], body["attachments"]) == ("1.0", "failure", [])
    assert "Since: 2026-03-01 12:00:00 UTC" in body["message"]


def test_the_whole_way_from_observation_to_mail_and_back(mailbox, hook, team):
    project = factories.ProjectFactory(team=team)
    factories.RuleFactory(signal="tests.way", bad_in_a_row=2)
    factories.ChannelFactory(course=team.course)
    hooked(hook, course=team.course)
    for second, value in enumerate([1, 1, 0]):
        at = NOW + timedelta(seconds=second)
        seen = Observation("tests.way", "environment:1", project.pk, value, at, "production is down")
        services.observe([seen], now=NOW)
        services.deliver_due(now=NOW)
    subjects = [message["Subject"].strip().split(":")[0] for _, message in mailbox.messages]
    assert subjects == ["[Courseops] Firing", "[Courseops] Resolved after 2 s, was"]
    assert [body["type"] for _, _, body in hook.posts] == ["failure", "success"]
    over = hook.posts[1][2]["message"]
    assert "Over since: 2026-03-01 12:00:02 UTC, after 2 s" in over
    assert "Was: production is down" in over
    first, second = (message for _, message in mailbox.messages)
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_a_receiver_that_is_down_is_tried_again_later(hook):
    channel = hooked(hook)
    delivery = due(channel)
    hook.status = 500
    services.deliver_due(now=NOW)
    waiting = after(delivery)
    assert (waiting.state, waiting.attempts) == ("pending", 1)
    assert waiting.last_error == "The receiver answered with 500."
    assert NOW + timedelta(seconds=10) <= waiting.next_attempt_at <= NOW + timedelta(seconds=12.5)
    hook.status = 200
    assert services.deliver_due(now=NOW + timedelta(seconds=5)) == 0
    assert services.deliver_due(now=NOW + timedelta(seconds=13)) == 1
    assert (after(delivery).state, delivery.last_error) == ("sent", "")
    assert len({headers["Idempotency-Key"] for _, headers, _ in hook.posts}) == 1


def test_a_mail_server_that_is_down_is_tried_again_later(settings, closed_port, mailbox):
    delivery = due(factories.ChannelFactory())
    settings.EMAIL_PORT = closed_port
    services.deliver_due(now=NOW)
    assert after(delivery).last_error == "The mail server cannot be reached: Connection refused."
    settings.EMAIL_PORT = mailbox.port
    services.deliver_due(now=NOW + timedelta(minutes=1))
    assert after(delivery).state == "sent"


def test_a_mail_server_that_refuses_says_why(mailbox):
    mailbox.refusal = "554 5.7.1 no spam, please"
    delivery = due(factories.ChannelFactory())
    services.deliver_due(now=NOW)
    assert after(delivery).last_error == "The mail server answered 554: 5.7.1 no spam, please"


def test_after_a_day_it_is_given_up_and_stays_visible(hook):
    hook.status = 410
    delivery = due(hooked(hook), created_at=NOW - timedelta(hours=24))
    services.deliver_due(now=NOW)
    assert (after(delivery).state, delivery.last_error) == ("dead", "The receiver answered with 410.")
    assert services.deliver_due(now=NOW + timedelta(days=1)) == 0


def test_a_channel_that_was_switched_off_gives_up_at_once(hook):
    delivery = due(hooked(hook, is_enabled=False))
    assert services.deliver_due(now=NOW) == 0
    assert (after(delivery).state, delivery.last_error) == ("dead", "The channel was switched off.")
    assert not hook.posts


def test_a_silent_channel_holds_its_own_messages_and_nobody_else_s(settings, hook, closed_port):
    dead = factories.ChannelFactory(kind="apprise", target=f"json://127.0.0.1:{closed_port}/")
    first, second = due(dead), due(dead)
    other = due(hooked(hook))
    assert services.deliver_due(now=NOW) == 1
    assert after(other).state == "sent"
    assert (after(first).attempts, after(second).attempts) == (1, 0)
    assert second.next_attempt_at == NOW + timedelta(seconds=10)
    assert (second.leased_until, second.lease_token) == (None, "")


def test_one_channel_cannot_fill_the_batch(hook, monkeypatch):
    monkeypatch.setattr(sending, "PER_CHANNEL", 2)
    busy = hooked(hook)
    for _ in range(4):
        due(busy)
    late = due(hooked(hook), next_attempt_at=NOW)
    assert services.deliver_due(now=NOW) == 3
    assert after(late).state == "sent"


def test_a_channel_that_hangs_is_cut_off_while_the_others_are_sent(hook, monkeypatch):
    monkeypatch.setattr(sending, "LIMIT_S", 0.5)
    hook.gate.clear()
    hanging = hooked(hook)
    first, second = due(hanging), due(hanging)
    mail = due(factories.ChannelFactory())
    assert services.deliver_due(now=NOW) == 1
    hook.gate.set()
    assert after(mail).state == "sent"
    assert (after(first).attempts, first.last_error) == (1, "The channel did not answer in time.")
    assert (after(second).attempts, second.next_attempt_at) == (0, NOW + timedelta(seconds=10))


def test_what_a_slow_lane_does_not_reach_is_put_back(hook, monkeypatch):
    monkeypatch.setattr(sending, "LANE_S", -1.0)
    delivery = due(hooked(hook))
    assert services.deliver_due(now=NOW) == 0
    assert (after(delivery).attempts, delivery.next_attempt_at) == (0, NOW + timedelta(seconds=10))


def test_a_killed_sender_s_message_goes_again_under_the_same_key(mailbox, monkeypatch):
    """The worst moment: the message is out, and the worker dies before it is marked."""
    delivery = due(factories.ChannelFactory())
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_mark", lambda outcomes, token, now: 1 // (not outcomes))
        with pytest.raises(ZeroDivisionError):
            services.deliver_due(now=NOW)
    assert services.deliver_due(now=NOW + timedelta(seconds=30)) == 0, "the lease still holds"
    assert services.deliver_due(now=NOW + timedelta(seconds=61)) == 1
    assert [message["Message-ID"] for _, message in mailbox.messages] == [
        f"<{delivery.dedupe_key}@127.0.0.1>"
    ] * 2


def test_who_lost_the_lease_marks_nothing(hook):
    delivery = due(hooked(hook))
    token, leased = sending._claim(NOW)
    Delivery.objects.update(lease_token="another")
    sending._mark([(leased[0], None)], token, now=NOW)
    assert after(delivery).state == "pending"


def test_the_end_is_told_after_the_beginning(hook):
    hook.status = 500
    channel = hooked(hook)
    fired = due(channel)
    resolved = factories.DeliveryFactory(
        alert=fired.alert, channel=channel, transition="resolved", created_at=NOW, next_attempt_at=NOW
    )
    services.deliver_due(now=NOW)
    assert (after(fired).attempts, after(resolved).attempts) == (1, 0)
    hook.status = 200
    for minute in (1, 2):
        services.deliver_due(now=NOW + timedelta(minutes=minute))
    assert [body["type"] for _, _, body in hook.posts] == ["failure", "failure", "success"]


def test_a_test_goes_the_same_way(mailbox):
    channel = factories.ChannelFactory(name="Tutors")
    delivery = services.send_test(channel, now=NOW)
    assert services.send_test(channel, now=NOW) == delivery, "one that waits is not doubled"
    services.deliver_due(now=NOW)
    [(_, message)] = mailbox.messages
    assert message["Subject"] == "[Courseops] Test message"
    assert "This is a test of the channel “Tutors”" in message.get_content()
    assert services.send_test(channel, now=NOW) != delivery


def test_names_with_line_ends_add_no_header(mailbox, team):
    evil = "Shop\r\nBcc: victim@example.org\r\n\r\nbody"
    project = factories.ProjectFactory(team__name=evil, team__course__name=evil, name=evil)
    alert = factories.AlertFactory(project=project, title=evil, rule__name=evil)
    channel = factories.ChannelFactory(course=project.team.course, name=evil)
    factories.DeliveryFactory(alert=alert, channel=channel, created_at=NOW, next_attempt_at=NOW)
    assert services.deliver_due(now=NOW) == 1
    [(recipients, message)] = mailbox.messages
    assert recipients == ["tutors@example.org"]
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert not any(line.startswith("Bcc") for line in message.get_content().splitlines())


def test_a_channel_that_breaks_the_code_does_not_stop_the_others(hook, monkeypatch, caplog):
    def broken(target, letter):
        raise KeyError(f"secret {target.url}")

    delivery = due(hooked(hook))
    monkeypatch.setattr("alerts.clients.send", broken)
    assert services.deliver_due(now=NOW) == 0
    assert after(delivery).last_error == "The site could not send this (KeyError)."
    assert "KeyError" in caplog.text
    assert str(hook.port) not in caplog.text


def test_the_task_sends_what_is_due(hook):
    delivery = due(hooked(hook))
    tasks.deliver_due()
    assert after(delivery).state == "sent"


def test_many_workers_at_once_send_each_message_once(shared_db, hook):
    channels = [hooked(hook) for _ in range(4)]
    for channel in channels:
        for _ in range(3):
            due(channel)
    start = threading.Barrier(4)

    def work():
        try:
            start.wait(10)
            for _ in range(3):
                services.deliver_due(now=NOW)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    keys = [headers["Idempotency-Key"] for _, headers, _ in hook.posts]
    assert (len(keys), len(set(keys))) == (12, 12)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_workers_that_judge_the_same_subject_at_once_open_one_alert(shared_db):
    project = factories.ProjectFactory()
    factories.RuleFactory(signal="tests.race")
    channel = factories.ChannelFactory(course=project.team.course)
    start = threading.Barrier(6)

    def work(second):
        try:
            start.wait(10)
            at = NOW + timedelta(seconds=second)
            rows = [Observation("tests.race", f"e:{n}", project.pk, 1, at, "down") for n in (1, 2)]
            services.observe(rows if second % 2 else rows[::-1], now=NOW)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[second]) for second in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert project.alerts.count() == 2
    assert Delivery.objects.filter(channel=channel).count() == 2
