"""Who is told of an alert by mail, when and why, and how do they stop it?"""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from alerts import services
from alerts.models import Delivery, Subscription
from alerts.rules import Observation
from courses.models import Membership, WatchedTeam
from tests import factories
from tests.alerts.telling import NOW, daily, dropped, mails_of, night, observe, subscribed, text_of

pytestmark = pytest.mark.django_db


# Who is told --------------------------------------------------------------------------------------


def test_nobody_is_told_who_did_not_ask(project, student):
    observe(project)
    assert not Delivery.objects.exists()


def test_a_mail_says_why_it_came_and_how_to_stop_it(mailbox, project, student, settings):
    settings.SITE_URL = "https://course.example.org"
    student.time_zone = "Asia/Tokyo"
    student.save()
    subscribed(student)
    observe(project)
    observe(project)
    assert services.deliver_due(now=NOW) == 1
    [(recipients, message)] = mailbox.messages
    assert recipients == [student.email]
    assert message["Subject"].startswith("[Courseops] Firing: Shop is down")
    text = text_of(message)
    assert "Since: 2026-03-02 21:00:00 JST" in text
    assert "asked for mail about alerts: Health, Critical, your own teams." in text
    assert "https://course.example.org/alerts/notifications/" in text
    link = message["List-Unsubscribe"].strip().strip("<>")
    assert link.startswith("https://course.example.org/alerts/stop/")
    assert link in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<alerts.course.example.org>"


def test_the_end_is_told_to_who_was_told_the_beginning(mailbox, project, student):
    subscribed(student)
    observe(project)
    services.deliver_due(now=NOW)
    late = factories.MembershipFactory(team=project.team).user
    subscribed(late)
    over = NOW + timedelta(minutes=5)
    observe(project, 0, at=over)
    services.deliver_due(now=over)
    assert [(to, message["Subject"].strip().split(":")[0]) for to, message in mailbox.messages] == [
        ([student.email], "[Courseops] Firing"),
        ([student.email], "[Courseops] Resolved after 5 min, was"),
    ]


@pytest.mark.parametrize(
    ("cell", "is_told"),
    [(("health", "critical"), True), (("health", "warning"), False), (("pipelines", "critical"), False)],
)
def test_kind_and_severity_decide(project, student, cell, is_told):
    subscribed(student, cells=[cell])
    observe(project)
    assert bool(mails_of(student)) == is_told


@pytest.mark.parametrize(
    ("role", "scope", "why"),
    [
        ("student", "has_own_teams", "your own teams"),
        ("student", "has_staffed_courses", None),
        ("tutor", "has_own_teams", "your own teams"),
        ("lecturer", "has_own_teams", None),
        ("lecturer", "has_staffed_courses", "the courses you staff"),
        ("lecturer", "has_watched_teams", "teams you watch"),
        ("admin", "has_staffed_courses", "the courses you staff"),
        ("admin", "has_watched_teams", "teams you watch"),
        ("outsider", "has_watched_teams", None),
        ("outsider", "has_own_teams", None),
        ("outsider", "has_staffed_courses", None),
    ],
)
def test_scope_and_access_decide(request, mailbox, project, role, scope, why):
    user = factories.UserFactory(is_superuser=True) if role == "admin" else request.getfixturevalue(role)
    WatchedTeam.objects.create(user=user, team=project.team)
    scopes = dict.fromkeys(["has_own_teams", "has_watched_teams", "has_staffed_courses"], False)
    subscribed(user, **{**scopes, scope: True})
    observe(project)
    services.deliver_due(now=NOW)
    assert len(mailbox.messages) == (1 if why else 0)
    assert not why or f"Critical, {why}." in text_of(mailbox.messages[0][1])


def test_who_signs_in_no_more_is_not_told(project, student):
    student.is_active = False
    student.save()
    subscribed(student)
    observe(project)
    assert not mails_of(student)


def test_planning_costs_the_same_for_many_people_and_teams(project, django_assert_max_num_queries):
    def cost():
        rule = factories.RuleFactory(severity="critical", signal=f"health.n{Delivery.objects.count()}")
        seen = [
            Observation(rule.signal, f"t:{row.pk}", row.pk, 1, NOW, "down")
            for row in type(project).objects.all()
        ]
        with CaptureQueriesContext(connection) as queries:
            services.observe(seen, now=NOW)
        return len(queries)

    subscribed(factories.MembershipFactory(team=project.team).user)
    few = cost()
    for _ in range(20):
        other = factories.ProjectFactory(team__course=project.team.course)
        subscribed(factories.MembershipFactory(team=other.team).user)
        subscribed(factories.MembershipFactory(team=project.team).user)
    assert cost() == few


# At the moment of sending ---------------------------------------------------------------------------


def test_who_left_gets_nothing(mailbox, project, student):
    subscribed(student)
    observe(project)
    Membership.objects.filter(user=student).delete()
    assert services.deliver_due(now=NOW) == 0
    assert not mailbox.messages
    assert dropped(student) == ("dropped", "The person no longer asks for it, or may no longer see it.")


def test_who_changed_their_mind_gets_nothing(mailbox, project, student):
    subscription = subscribed(student)
    observe(project)
    services.stop_mails(subscription.channel_id, mails=services.Mails.ALERTS)
    services.deliver_due(now=NOW)
    assert (mailbox.messages, dropped(student)[0]) == ([], "dropped")


def test_an_account_closed_meanwhile_gets_nothing(mailbox, student):
    services.send_test_to(student, now=NOW)
    student.is_active = False
    student.save()
    services.deliver_due(now=NOW)
    assert (mailbox.messages, dropped(student)[0]) == ([], "dropped")


def test_what_was_over_before_it_was_told_is_no_news(mailbox, project, student):
    subscribed(student)
    observe(project)
    observe(project, 0, at=NOW + timedelta(seconds=1))
    for second in (2, 3):
        services.deliver_due(now=NOW + timedelta(seconds=second))
    assert not mailbox.messages
    assert {row.state for row in mails_of(student)} == {"dropped"}
    observe(project, 1, at=NOW + timedelta(seconds=9))
    assert services.deliver_due(now=NOW + timedelta(seconds=9)) == 1


# Quiet hours -----------------------------------------------------------------------------------------


def test_what_falls_into_quiet_hours_waits_for_their_end(mailbox, project, student):
    night(student)
    late = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # 23:30; clocks are set forward in this night
    end = datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    observe(project, at=late)
    assert services.deliver_due(now=late) == 0
    [row] = mails_of(student)
    assert (row.state, row.next_attempt_at, row.held_until, row.leased_until) == ("pending", end, end, None)
    assert services.deliver_due(now=end - timedelta(seconds=1)) == 0
    assert services.deliver_due(now=end) == 1


def test_what_is_over_by_then_is_not_told(mailbox, project, student):
    night(student)
    late = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    observe(project, at=late)
    services.deliver_due(now=late)
    observe(project, 0, at=late + timedelta(hours=1))
    services.deliver_due(now=late + timedelta(hours=1))
    for minute in (0, 1):
        assert services.deliver_due(now=datetime(2026, 3, 3, 6, minute, tzinfo=UTC)) == 0
    assert [row.state for row in mails_of(student)] == ["dropped", "dropped"]


def test_an_end_in_quiet_hours_is_told_after_them(mailbox, project, student):
    night(student)
    observe(project, at=NOW)
    services.deliver_due(now=NOW)
    late = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    observe(project, 0, at=late)
    assert services.deliver_due(now=late) == 0
    assert services.deliver_due(now=datetime(2026, 3, 3, 6, tzinfo=UTC)) == 1
    assert mailbox.messages[-1][1]["Subject"].strip().startswith("[Courseops] Resolved")


def test_a_day_of_patience_begins_after_the_quiet(mailbox, project, student):
    mailbox.refusal = "451 later"
    night(student, quiet_from=time(0), quiet_to=time(0), quiet_days="56")
    saturday = datetime(2026, 3, 7, 10, tzinfo=UTC)
    observe(project, at=saturday)
    services.deliver_due(now=saturday)
    [row] = mails_of(student)
    services.deliver_due(now=row.next_attempt_at)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("pending", 1)


def test_giving_up_quiet_hours_frees_what_waits(mailbox, project, student):
    subscription = night(student)
    late = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    observe(project, at=late)
    services.deliver_due(now=late)
    subscription.has_quiet_hours = False
    services.save_subscription(subscription, owner=student, cells=[("health", "critical")], now=late)
    assert services.deliver_due(now=late) == 1


def test_tests_and_digests_ignore_quiet_hours(mailbox, student):
    night(student)
    services.send_test_to(student, now=NOW.replace(hour=23))
    assert services.deliver_due(now=NOW.replace(hour=23)) == 1


# Hostile names, other languages ------------------------------------------------------------------------


def test_names_with_line_ends_add_no_header(mailbox, team, student):
    evil = "Shop\r\nBcc: victim@example.org\r\n\r\nbody"
    team.name = student.name = evil
    team.save()
    student.save()
    project = factories.ProjectFactory(team=team, name=evil)
    rule = factories.RuleFactory(signal="health.test", severity="critical", name=evil)
    daily(student)
    observe(project, signal=rule.signal, title=evil)
    services.plan_digests(now=NOW)
    assert services.deliver_due(now=NOW) == 2
    for recipients, message in mailbox.messages:
        assert recipients == [student.email]
        assert message["Bcc"] is None
        assert "\n" not in message["Subject"]
        assert not any(line.startswith("Bcc") for line in message.get_content().splitlines())


def test_mails_are_written_in_the_language_of_the_reader(mailbox, student, monkeypatch):
    languages = []
    real = translation.override
    monkeypatch.setattr(translation, "override", lambda name: languages.append(name) or real(name))
    student.language = "en-us"
    student.save()
    services.send_test_to(student, now=NOW)
    services.deliver_due(now=NOW)
    assert languages == ["en-us"]


# The link that stops mails -------------------------------------------------------------------------------


def stop_link(message):
    return re.search(r"https?://[^/]+(/alerts/stop/\S+)", text_of(message))[1]


def test_one_click_stops_mails_without_login(mailbox, project, student):
    subscribed(student, has_digest=True)
    observe(project)
    services.deliver_due(now=NOW)
    link = stop_link(mailbox.messages[0][1])
    stranger = Client(enforce_csrf_checks=True)
    asked = stranger.get(link)
    assert asked.status_code == 200
    assert "Stop these mails?" in asked.content.decode()
    assert Subscription.objects.get().has_alerts
    for _ in range(2):
        answer = stranger.post(link, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "Stopped" in answer.content.decode()) == (200, True)
    kept = Subscription.objects.get()
    assert (kept.has_alerts, kept.has_digest, kept.interests.count()) == (False, True, 3)
    assert student.email not in asked.content.decode()


def test_the_link_of_a_digest_stops_the_digest(mailbox, project, student):
    daily(student)
    factories.AlertFactory(project=project)
    services.plan_digests(now=NOW)
    services.deliver_due(now=NOW)
    link = stop_link(mailbox.messages[0][1])
    assert "no more digests" in Client().get(link).content.decode()
    Client().post(link)
    kept = Subscription.objects.get()
    assert (kept.has_alerts, kept.has_digest) == (True, False)


def test_a_forged_link_is_none_of_ours(student):
    subscription = subscribed(student)
    token = services.stop_path(subscription.channel_id, services.Mails.ALERTS).split("/")[-2]
    for wrong in (token[:-1], f"{subscription.channel_id}-alerts", "x", token.replace("alerts", "digest")):
        for method in ("get", "post"):
            assert getattr(Client(), method)(reverse("alerts:stop", args=[wrong])).status_code == 404
    assert Subscription.objects.get().has_alerts


def test_the_link_of_an_account_that_is_gone_does_no_harm(student):
    subscription = subscribed(student)
    path = services.stop_path(subscription.channel_id, services.Mails.ALERTS)
    student.delete()
    assert Client().post(path).status_code == 200
