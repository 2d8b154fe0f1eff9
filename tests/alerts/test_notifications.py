"""The page on which people choose what they are told."""

import re
from datetime import time

import pytest

from alerts import services, tasks
from alerts.models import Channel, Delivery, Interest, Subscription
from courses.models import Membership
from tests import factories
from tests.alerts.telling import NOW, PAGE, look, night, observe, send, subscribed, text_of

pytestmark = pytest.mark.django_db


CHOICE = {
    "has_alerts": "on",
    "has_own_teams": "on",
    "cells": ["health:critical", "pipelines:warning"],
    "has_quiet_hours": "on",
    "quiet_from": "21:30",
    "quiet_to": "06:00",
    "quiet_days": ["5", "4"],
    "has_digest": "on",
    "digest_hour": "18",
}


def test_everything_is_off_at_first(student):
    page = look(student)
    for switch in ("has_alerts", "has_digest", "has_quiet_hours"):
        assert "checked" not in re.search(rf'<input[^>]*name="{switch}"[^>]*>', page)[0]
    assert not Channel.objects.exists()


def test_one_button_stops_all_mails_and_keeps_what_was_chosen(student):
    assert "Stop all mails to me" not in look(student)
    send(student, PAGE, **CHOICE)
    chosen = Interest.objects.count()
    assert "Stop all mails to me" in look(student)
    for _ in range(2):
        assert send(student, f"{PAGE}stop/").status_code == 302
    kept = Subscription.objects.get(channel__owner=student)
    assert (kept.has_alerts, kept.has_digest) == (False, False)
    assert (kept.has_quiet_hours, Interest.objects.count()) == (True, chosen)
    assert "Stop all mails to me" not in look(student)


def test_one_button_stops_the_mails_of_the_reader_alone(student, lecturer):
    other = subscribed(lecturer, has_digest=True)
    send(student, f"{PAGE}stop/")
    other.refresh_from_db()
    assert (other.has_alerts, other.has_digest) == (True, True)


def test_what_is_chosen_is_kept_and_shown(student):
    for _ in range(2):
        assert send(student, PAGE, **CHOICE).status_code == 302
    kept = Subscription.objects.get(channel__owner=student)
    assert (kept.has_alerts, kept.has_own_teams, kept.has_watched_teams) == (True, True, False)
    assert (kept.quiet_from, kept.quiet_to, kept.quiet_days) == (time(21, 30), time(6), "45")
    assert (kept.has_digest, kept.digest_hour, kept.digest_due_at.hour) == (True, 18, 18)
    cells = set(Interest.objects.values_list("kind", "severity"))
    assert cells == {("health", "critical"), ("pipelines", "warning")}
    page = look(student)
    assert 'value="pipelines:warning" aria-label="Pipelines, Warning" checked' in page
    assert 'value="21:30"' in page
    send(student, PAGE, **{**CHOICE, "has_alerts": "", "has_digest": ""})
    kept.refresh_from_db()
    assert (kept.has_alerts, kept.has_digest) == (False, False)


def test_hours_may_be_left_out_while_no_quiet_is_kept(student):
    send(student, PAGE, **CHOICE)
    assert send(student, PAGE, **{**CHOICE, "has_quiet_hours": "", "quiet_from": ""}).status_code == 302
    kept = Subscription.objects.get(channel__owner=student)
    assert (kept.has_quiet_hours, kept.quiet_from) == (False, time(21, 30))


def test_no_part_of_the_site_is_marked_on_the_page_of_ones_own(student):
    nav = re.search(r'<nav aria-label="Main">.*?</nav>', look(student), re.DOTALL)[0]
    assert "aria-current" not in nav


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cells": []}, "at least one sort of alerts"),
        ({"cells": ["weather:critical"]}, "not one of the available choices"),
        ({"has_own_teams": ""}, "at least one sort of teams"),
        ({"quiet_days": []}, "at least one day"),
        ({"quiet_days": list("0123456"), "quiet_to": "21:30"}, "all day and every day"),
        ({"quiet_from": "25:00"}, "Enter a valid time"),
        ({"quiet_to": ""}, "Say when."),
        ({"digest_hour": "24"}, "not one of the available choices"),
    ],
)
def test_what_makes_no_sense_is_said_and_not_kept(student, wrong, words):
    answer = send(student, PAGE, **{**CHOICE, **wrong})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Subscription.objects.exists()


def test_only_staff_is_offered_whole_courses(student, tutor):
    assert "has_staffed_courses" not in look(student)
    assert "has_staffed_courses" in look(tutor)
    send(student, PAGE, **CHOICE, has_staffed_courses="on")
    assert not Subscription.objects.get().has_staffed_courses


def test_a_test_shows_how_it_went(mailbox, student):
    for _ in range(2):
        assert send(student, f"{PAGE}test/").status_code == 302
    assert "pending" in look(student)
    tasks.deliver_due()
    [(recipients, message)] = mailbox.messages
    assert recipients == [student.email]
    assert "asked for a test message" in text_of(message)
    assert "sent</span>" in look(student)


def test_a_test_without_mail_server_is_filed(student, settings):
    send(student, f"{PAGE}test/")
    Delivery.objects.update(state="sent", sent_at=NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    page = look(student)
    assert "filed</span>" in page
    assert "no mail server is named" in page


def test_the_page_says_what_waits_and_what_was_not_sent(mailbox, project, student):
    night(student)
    observe(project, at=NOW.replace(hour=23))
    services.deliver_due(now=NOW.replace(hour=23))
    assert "your quiet hours end" in look(student)
    Membership.objects.filter(user=student).delete()
    assert "Shop is down" not in look(student), "what they may no longer see is not named"


def test_personal_mail_is_nobody_else_s_affair(mailbox, project, student, lecturer):
    subscribed(student)
    observe(project)
    services.deliver_due(now=NOW)
    admin = factories.UserFactory(is_superuser=True)
    for user in (lecturer, admin):
        for path in (
            "/alerts/deliveries/",
            "/alerts/channels/",
            Delivery.objects.get().alert.get_absolute_url(),
        ):
            assert student.email not in look(user, path)
        assert send(user, f"/alerts/channels/{Channel.objects.get().pk}/delete/").status_code == 404
    assert "Shop is down" not in look(lecturer)


def test_the_page_costs_the_same_queries_whatever_was_sent(client, student, django_assert_max_num_queries):
    subscription = subscribed(student)
    client.force_login(student)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(12) as queries:
            client.get(PAGE)
        counts.append(len(queries))
        for _ in range(8):
            factories.DeliveryFactory(
                channel=subscription.channel, alert__project__team=student.memberships.get().team
            )
    assert counts[0] == counts[1]
