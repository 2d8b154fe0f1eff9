import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert, Channel, Delivery, Rule
from courses import live
from courses.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
FILED = "django.core.mail.backends.filebased.EmailBackend"
# page -> its live part
PARTS = {"inbox": "alerts", "rule_list": "rules", "channel_list": "channels", "delivery_log": "deliveries"}


def part(name):
    """Return the headers with which htmx asks for a part of a page."""
    return {"HX-Request": "true", "HX-Target": name}


@pytest.fixture
def project(team):
    return factories.ProjectFactory(team=team, name="Shop")


@pytest.fixture
def alert(project):
    return factories.AlertFactory(project=project, title="production is down", path="/health/1/")


@pytest.fixture
def channel(team):
    return factories.ChannelFactory(course=team.course, name="Tutors", target="secret@example.org")


@pytest.fixture
def admin(db):
    return factories.UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def see(client):
    """Return what a person gets at a named page."""

    def get(user, name, *args, data=None, **headers):
        client.force_login(user)
        return client.get(reverse(f"alerts:{name}", args=args), data, headers=headers)

    return get


@pytest.fixture
def send(client):
    def post(user, page, /, *args, **data):
        client.force_login(user)
        return client.post(reverse(f"alerts:{page}", args=args), data)

    return post


def body(response):
    return response.content.decode()


PAGES = ["inbox", "rule_list", "channel_list", "channel_add", "delivery_log"]
ROW_PAGES = ["alert_detail", "channel_edit", "channel_delete"]


@pytest.mark.parametrize("name", PAGES)
def test_anonymous_is_asked_to_sign_in(client, name):
    response = client.get(reverse(f"alerts:{name}"))
    assert (response.status_code, "/accounts/login/" in response["Location"]) == (302, True)


def test_outsider_gets_404_or_an_empty_list(see, send, outsider, alert, channel):
    rule = factories.RuleFactory(course=channel.course)
    assert "production is down" not in body(see(outsider, "inbox"))
    assert rule.name not in body(see(outsider, "rule_list"))
    for name in ("channel_list", "channel_add", "delivery_log"):
        assert see(outsider, name).status_code == 404
    assert see(outsider, "alert_detail", alert.pk).status_code == 404
    assert see(outsider, "rule_edit", rule.pk).status_code == 404
    for name in ("acknowledge", "unacknowledge"):
        assert send(outsider, name, alert.pk).status_code == 404
    for name in ("channel_edit", "channel_delete", "channel_test"):
        assert send(outsider, name, channel.pk).status_code == 404
    assert Channel.objects.count() == 1


def test_student_sees_the_alert_but_neither_button_nor_deliveries(see, send, student, alert, channel):
    factories.DeliveryFactory(alert=alert, channel=channel, last_error="secret trouble")
    page = body(see(student, "inbox"))
    assert "production is down" in page
    assert "formaction" not in page
    page = body(see(student, "alert_detail", alert.pk))
    assert "production is down" in page
    assert "Tutors" not in page
    assert "secret trouble" not in page
    assert send(student, "acknowledge", alert.pk).status_code == 404
    assert see(student, "channel_list").status_code == 404


def test_who_can_acknowledge_is_told_to_those_who_cannot(see, student, tutor, alert):
    words = "tutors and the lecturers can acknowledge"
    for user, is_told in ((student, True), (tutor, False)):
        assert (words in body(see(user, "alert_detail", alert.pk))) is is_told
        assert (words in body(see(user, "inbox"))) is is_told
    Alert.objects.update(state="resolved", resolved_at=timezone.now())
    assert words not in body(see(student, "alert_detail", alert.pk))


def test_inbox_shows_firing_and_unacknowledged_first(see, tutor, project):
    now = timezone.now()
    make = {"project": project}
    factories.AlertFactory(title="taken", acknowledged_at=now, acknowledged_by=tutor, **make)
    factories.AlertFactory(title="sign", state="pending", fired_at=None, **make)
    factories.AlertFactory(title="old", state="resolved", resolved_at=now, **make)
    factories.AlertFactory(title="grave", rule__severity="critical", **make)
    factories.AlertFactory(title="mild", rule__severity="info", **make)
    rows = [alert.title for alert in see(tutor, "inbox").context["page"]]
    assert rows == ["grave", "mild", "taken", "sign"]
    rows = see(tutor, "inbox", data={"state": "resolved"}).context["page"]
    assert [alert.title for alert in rows] == ["old"]


def test_inbox_filters_stand_in_the_address(see, lecturer, alert):
    other = factories.MembershipFactory(user=lecturer, team__course__name="Other course")
    far = factories.AlertFactory(project__team=other.team, rule__severity="critical")
    course = alert.project.team.course
    assert list(see(lecturer, "inbox", data={"severity": "critical"}).context["page"]) == [far]
    assert list(see(lecturer, "inbox", data={"course": course.slug}).context["page"]) == [alert]
    response = see(lecturer, "inbox", data={"severity": "critical", "course": course.slug})
    assert "No alert matches" in body(response)
    assert f"severity=critical&amp;course={course.slug}" in body(response)


def test_inbox_by_tutor_and_kept_under_a_name(see, lecturer, tutor, alert):
    others = factories.TeamFactory(course=alert.project.team.course)
    factories.MembershipFactory(team=others, role="tutor")
    other = factories.AlertFactory(project__team=others)
    assert len(see(lecturer, "inbox").context["page"]) == 2
    assert list(see(lecturer, "inbox", data={"tutor": tutor.pk}).context["page"]) == [alert]
    address = f"/alerts/?tutor={tutor.pk}"
    factories.SavedViewFactory(user=lecturer, name="Mine", address=address)
    page = body(see(lecturer, "inbox", data={"tutor": tutor.pk}))
    assert f'<a href="{address}" translate="no" aria-current="page">Mine</a>' in page
    assert f'<input type="hidden" name="address" value="{address}">' in page
    assert other.get_absolute_url() not in page


@pytest.mark.parametrize(
    "data", [{"state": "x"}, {"severity": "\0"}, {"course": "no'pe"}, {"page": "-1"}, {"page": "x" * 500}]
)
def test_inbox_takes_a_wrong_filter_for_none(see, tutor, alert, data):
    assert list(see(tutor, "inbox", data=data).context["page"]) == [alert]


@pytest.mark.parametrize(("state", "words"), [("open", "Nothing is wrong"), ("resolved", "No such alerts")])
def test_an_empty_inbox_says_so(see, tutor, state, words):
    assert words in body(see(tutor, "inbox", data={"state": state}))


def test_an_empty_inbox_offers_what_is_missing(see, lecturer, student, channel):
    assert "See the rules" in body(see(student, "inbox"))
    assert "See the rules" in body(see(lecturer, "inbox"))
    cache.clear()
    Channel.objects.all().delete()
    assert "Add a channel" in body(see(lecturer, "inbox"))
    assert "Add a channel" not in body(see(student, "inbox"))


@pytest.fixture
def teams(lecturer, team):
    """Three teams: one with a mild and a grave alert, one with two mild ones, one with a taken one."""
    grave = factories.RuleFactory(name="Grave", severity="critical")
    mild = factories.RuleFactory(name="Mild")
    first, second, third = (
        factories.ProjectFactory(team__course=team.course, team__name=name)
        for name in ("Ants", "Bees", "Cats")
    )
    factories.AlertFactory(project=first, rule=mild, acknowledged_at=timezone.now())
    factories.AlertFactory.create_batch(2, project=second, rule=mild)
    factories.AlertFactory(project=third, rule=mild)
    factories.AlertFactory(project=third, rule=grave)
    return first.team, second.team, third.team


def names(response):
    return [(group.name, group.total, len(free)) for group, free in response.context["groups"]]


def test_inbox_by_team_begins_with_the_team_in_most_trouble(see, lecturer, teams):
    response = see(lecturer, "inbox", data={"group": "team"})
    assert names(response) == [("Cats", 2, 2), ("Bees", 2, 2), ("Ants", 1, 0)]
    assert [alert.rule.name for alert in response.context["groups"][0][0].alerts] == ["Grave", "Mild"]
    assert "Acknowledge these 2" in body(response)


def test_inbox_by_rule_names_the_teams(see, lecturer, teams):
    response = see(lecturer, "inbox", data={"group": "rule"})
    assert names(response) == [("Grave", 1, 1), ("Mild", 4, 3)]
    assert teams[1].get_absolute_url() in body(response)


def test_inbox_is_grouped_by_team_when_there_are_many(see, lecturer, teams):
    assert names(see(lecturer, "inbox")) == [("", 5, 4)]
    factories.AlertFactory.create_batch(5, project__team=teams[0])
    cache.clear()
    assert names(see(lecturer, "inbox"))[0] == ("Cats", 2, 2)
    assert names(see(lecturer, "inbox", data={"group": "none"})) == [("", 10, 9)]


def test_inbox_finds_by_team_rule_and_words(see, lecturer, teams):
    def found(**data):
        return sorted(row.project.team.name for row in see(lecturer, "inbox", data=data).context["page"])

    assert found(team=teams[1].pk) == ["Bees", "Bees"]
    assert found(rule=Rule.objects.get(name="Grave").pk) == ["Cats"]
    assert found(q="cats mild") == ["Cats"]
    assert found(state="taken") == ["Ants"]
    assert found(state="untaken") == ["Bees", "Bees", "Cats", "Cats"]
    assert found(team="999999999") == ["Ants", "Bees", "Bees", "Cats", "Cats"]


def test_the_filter_by_course_is_there_for_several_courses_only(see, lecturer, alert):
    assert 'name="course"' not in body(see(lecturer, "inbox"))
    factories.MembershipFactory(user=lecturer)
    assert 'name="course"' in body(see(lecturer, "inbox"))


def test_inbox_as_a_file_keeps_the_filters(see, lecturer, teams):
    response = see(lecturer, "inbox", data={"format": "csv", "team": teams[2].pk})
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert [("Cats" in line) for line in lines] == [False, True, True]


def test_inbox_of_a_thousand_alerts_costs_few_queries(
    client, lecturer, project, django_assert_max_num_queries
):
    rule = factories.RuleFactory()
    Alert.objects.bulk_create(
        factories.AlertFactory.build(project=project, rule=rule, subject=f"x:{n}") for n in range(1000)
    )
    client.force_login(lecturer)
    with django_assert_max_num_queries(15):
        assert client.get("/alerts/").context["page"].paginator.count == 1000


def test_inbox_is_bounded(see, tutor, project):
    rule = factories.RuleFactory()
    factories.AlertFactory.create_batch(55, project=project, rule=rule)
    response = see(tutor, "inbox")
    assert len(response.context["page"]) == 50
    assert 'href="?page=2"' in body(response)
    assert len(see(tutor, "inbox", data={"page": 2}).context["page"]) == 5


@pytest.mark.parametrize("name", PARTS)
def test_htmx_gets_the_live_part_alone(see, lecturer, alert, channel, name):
    factories.DeliveryFactory(alert=alert, channel=channel)
    page = body(see(lecturer, name, data={"state": ""}, **part(PARTS[name])))
    assert page.lstrip().startswith("<div id=")
    assert f'hx-get="{reverse(f"alerts:{name}")}?state="' in page
    assert "<h1" not in page


def test_acknowledge_from_the_inbox_and_undo(see, send, tutor, alert):
    inbox = reverse("alerts:inbox") + "?severity=warning"
    response = send(tutor, "acknowledge", alert.pk, next=inbox)
    assert response["Location"] == f"{inbox}#take-back"
    page = body(see(tutor, "inbox"))
    assert "Acknowledged: production is down" in page
    assert 'id="take-back"' in page
    back = send(tutor, "unacknowledge", alert.pk)["Location"]
    assert back == f"{alert.get_absolute_url()}#alert-{alert.pk}"
    assert "No longer acknowledged: production is down" in body(see(tutor, "inbox"))
    assert f'<h1 id="alert-{alert.pk}" tabindex="-1">' in body(see(tutor, "alert_detail", alert.pk))
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_acknowledge_twice_tells_the_second(see, send, tutor, lecturer, alert):
    send(tutor, "acknowledge", alert.pk, note="on it")
    send(lecturer, "acknowledge", alert.pk)
    assert "somebody takes care of it already" in body(see(lecturer, "inbox"))
    send(lecturer, "unacknowledge", alert.pk)
    send(lecturer, "unacknowledge", alert.pk)


def test_what_was_done_shows_at_once_although_the_page_is_shared(see, send, tutor, lecturer, alert):
    assert "acknowledge/" in body(see(lecturer, "inbox"))  # now in the shared memory
    send(lecturer, "acknowledge", alert.pk, next="/alerts/")
    page = body(see(lecturer, "inbox"))
    assert f"/alerts/{alert.pk}/unacknowledge/" in page
    assert f"/alerts/{alert.pk}/acknowledge/" not in page


def test_the_bell_counts_what_nobody_has_taken(see, tutor, outsider, alert):
    assert see(tutor, "badge")["Location"] == reverse("alerts:inbox")
    page = body(see(tutor, "badge", **part("bell")))
    assert (f'data-newest="{alert.pk}"' in page, ">1</span>" in page) == (True, True)
    assert "badge bad" not in body(see(outsider, "badge", **part("bell")))


def bells(page):
    return re.findall(r'id="bell".*?</a>', page, re.DOTALL)


def test_every_page_shows_the_bell_and_who_acted_sees_it_change(see, send, tutor, alert, monkeypatch):
    monkeypatch.setattr(live, "FRESH_S", 8.0)
    (bell,) = bells(body(see(tutor, "rule_list")))
    assert '<span class="badge bad">1</span>' in bell
    factories.AlertFactory(project=alert.project)
    assert bells(body(see(tutor, "rule_list", data={"page": 2}))) == [bell]  # kept, whatever the page
    send(tutor, "acknowledge", alert.pk)
    Alert.objects.exclude(pk=alert.pk).delete()
    for _once_and_afterwards in range(2):
        (bell,) = bells(body(see(tutor, "rule_list")))
        assert "badge" not in bell.partition("hx-trigger")[2]


@pytest.mark.parametrize(("severity", "told"), [("critical", "bad"), ("warning", "warn"), ("info", "busy")])
def test_an_alert_that_fires_has_the_tone_of_its_severity(see, tutor, project, severity, told):
    alert = factories.AlertFactory(project=project, rule__severity=severity)
    assert f'class="state {told}"' in body(see(tutor, "inbox"))
    assert f'<div class="verdict {told}">' in body(see(tutor, "alert_detail", alert.pk))


def test_who_acknowledges_an_alert_leaves_its_severity(see, send, tutor, project):
    alert = factories.AlertFactory(project=project, rule__severity="critical")
    send(tutor, "acknowledge", alert.pk)
    page = body(see(tutor, "alert_detail", alert.pk))
    assert '<div class="verdict bad">' in page
    assert f"acknowledged by {tutor}." in page
    assert 'class="state bad"' in body(see(tutor, "inbox"))


def test_the_alert_begins_with_the_reason_and_what_to_do(see, tutor, project):
    alert = factories.AlertFactory(
        project=project, detail="https://shop.example.org/", rule__signal="health.environment.down"
    )
    page = body(see(tutor, "alert_detail", alert.pk))
    link = '<a href="https://shop.example.org/" rel="noopener noreferrer nofollow"'
    places = [page.index(words) for words in (link, "What to do first", "Open the address.", "Measured last")]
    assert places == sorted(places)
    assert link in body(see(tutor, "inbox"))


@pytest.mark.parametrize("detail", ["javascript:alert(1)", "https://example.org/ and more", "/alerts/?x=1"])
def test_what_is_no_address_of_the_web_is_no_link(see, tutor, project, detail):
    alert = factories.AlertFactory(project=project, detail=detail)
    for name, *args in (("alert_detail", alert.pk), ("inbox",)):
        assert f'href="{detail}"' not in body(see(tutor, name, *args))


def test_what_is_over_does_not_read_as_if_it_were_present(see, tutor, alert):
    Alert.objects.update(state="resolved", resolved_at=timezone.now() + timedelta(minutes=3))
    page = body(see(tutor, "alert_detail", alert.pk))
    assert "<title>Was: production is down" in page
    assert ">Was: production is down</h1>" in page
    assert "What was wrong" in page
    assert "What to do first" not in page
    assert ">Was: production is down</a>" in body(see(tutor, "inbox", data={"state": "resolved"}))


def test_what_is_over_stands_with_the_newest_first(see, tutor, project):
    now = timezone.now()
    for age, severity in ((2, "critical"), (1, "info"), (3, "warning")):
        at = now - timedelta(days=age)
        factories.AlertFactory(project=project, state="resolved", resolved_at=at, rule__severity=severity)
    page = see(tutor, "inbox", data={"state": "resolved"}).context["page"]
    assert [(now - row.resolved_at).days for row in page] == [1, 2, 3]


@pytest.fixture
def many(project):
    return factories.AlertFactory.create_batch(3, project=project)


def pks(alerts):
    return [alert.pk for alert in alerts]


@pytest.mark.parametrize(
    "picked", [lambda rows: {"alert": pks(rows)}, lambda rows: {"group": " ".join(map(str, pks(rows)))}]
)
def test_many_are_acknowledged_at_once_and_taken_back_from_the_message(see, send, tutor, many, picked):
    answer = send(tutor, "acknowledge_selected", **picked(many), note="on it", next="/alerts/?state=untaken")
    assert answer["Location"] == "/alerts/?state=untaken#take-back"
    rows = Alert.objects.filter(acknowledged_by=tutor, acknowledged_note="on it")
    assert rows.count() == 3
    assert Event.objects.filter(title__startswith="Acknowledged: ", actor=tutor).count() == 3
    page = body(see(tutor, "inbox"))
    assert "3 alerts acknowledged." in page
    undo = " ".join(map(str, pks(many)))
    assert f'form="undo" formaction="/alerts/unacknowledge/" name="group" value="{undo} "' in page
    assert '<form id="undo"' in page
    send(tutor, "unacknowledge_selected", group=undo)
    assert not rows.exists()
    assert "3 alerts are no longer acknowledged." in body(see(tutor, "inbox"))
    assert '<form id="undo"' not in body(see(tutor, "inbox"))


def test_what_somebody_else_took_meanwhile_is_left_to_them(see, send, tutor, lecturer, many):
    send(lecturer, "acknowledge", many[0].pk)
    send(tutor, "acknowledge_selected", alert=pks(many))
    assert Alert.objects.get(pk=many[0].pk).acknowledged_by == lecturer
    assert "2 alerts acknowledged. 1 was over or taken already." in body(see(tutor, "inbox"))


@pytest.mark.parametrize(
    "data", [{}, {"alert": ["x", "-1", "9" * 30, "\0", "٣"]}, {"group": "a b 999999999"}]
)
def test_nothing_selected_is_said(see, send, tutor, alert, data):
    assert send(tutor, "acknowledge_selected", **data)["Location"] == "/alerts/"
    assert "Nothing is selected" in body(see(tutor, "inbox"))
    send(tutor, "unacknowledge_selected", **data)
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


def test_students_and_outsiders_acknowledge_nothing_at_once(send, student, outsider, many):
    for user in (student, outsider):
        send(user, "acknowledge_selected", alert=pks(many))
    assert not Alert.objects.exclude(acknowledged_at=None).exists()


def test_a_title_with_markup_stays_text_in_the_message(see, send, tutor, alert):
    Alert.objects.update(title="<b>x</b>")
    send(tutor, "acknowledge", alert.pk)
    page = body(see(tutor, "inbox"))
    assert "Acknowledged: &lt;b&gt;x" in page
    assert "<b>x" not in page


NO_PAGES_OF_OURS = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "/\\evil",
    "x",
    "alerts:inbox",
    "-1",
    "9" * 5000,
    "/" + "x" * 20_000,
    "\0",
    "\0/",
]


@pytest.mark.parametrize("target", NO_PAGES_OF_OURS)
@pytest.mark.parametrize("page", ["acknowledge", "unacknowledge"])
def test_acknowledge_leads_nowhere_else(send, tutor, alert, page, target):
    answer = send(tutor, page, alert.pk, next=target)
    address, _hash, place = answer["Location"].partition("#")
    assert (answer.status_code, address) == (302, alert.get_absolute_url())
    assert place == ("take-back" if page == "acknowledge" else "")


def test_a_note_that_is_too_long_or_odd_is_refused(see, send, tutor, alert):
    for note in ("x" * 501, "a\0b"):
        send(tutor, "acknowledge", alert.pk, note=note)
        alert.refresh_from_db()
        assert alert.acknowledged_at is None
    assert "The note" in body(see(tutor, "inbox"))


def test_alert_detail_tells_the_story(see, send, tutor, lecturer, alert, channel):
    now = timezone.now()
    factories.DeliveryFactory(alert=alert, channel=channel, state="sent", sent_at=now)
    dead = factories.ChannelFactory(course=channel.course, name="Chat", kind="apprise", target="jsons://x/y")
    factories.DeliveryFactory(alert=alert, channel=dead, state="dead", last_error="Nobody answered.")
    send(tutor, "acknowledge", alert.pk, note="I restart it")
    page = body(see(lecturer, "alert_detail", alert.pk))
    for words in (
        "acknowledged",
        "I restart it",
        "first sign",
        "“Tutors” was told that it began",
        "failed</span>",
        "Nobody answered.",
    ):
        assert words in page
    assert 'href="/health/1/"' in page
    assert "secret@example.org" not in page
    assert body(see(lecturer, "alert_detail", alert.pk, **part("now"))).lstrip().startswith('<div id="now"')


def test_alert_detail_of_what_is_over_offers_no_button(see, tutor, alert):
    Alert.objects.update(
        state="resolved", resolved_at=timezone.now() + timedelta(minutes=3), detail="<b>x</b>"
    )
    page = body(see(tutor, "alert_detail", alert.pk))
    assert "It is over and lasted 3 min." in page
    assert "formaction" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_number_too_large_for_any_database_is_not_found(see, tutor):
    assert see(tutor, "alert_detail", 10**30).status_code == 404


def test_channels_are_added_without_showing_the_target_again(see, send, lecturer, team):
    data = {"course": team.course.pk, "name": "Room", "kind": "apprise", "is_enabled": "on"}
    assert "is not offered" in body(send(lecturer, "channel_add", **data, target="xml://10.0.0.1/"))
    send(lecturer, "channel_add", **data, target="jsons://u:s3cret@hook.example.org/x")
    channel = Channel.objects.get()
    for page in (see(lecturer, "channel_list"), see(lecturer, "channel_edit", channel.pk)):
        assert "jsons://…" in body(page)
        assert "s3cret" not in body(page)
        assert "hook.example.org" not in body(page)
    send(lecturer, "channel_edit", channel.pk, **{**data, "name": "Renamed", "target": ""})
    channel.refresh_from_db()
    assert (channel.name, channel.target) == ("Renamed", "jsons://u:s3cret@hook.example.org/x")


TAKEN = "Name: this course has a channel of this name. Choose another."


def test_two_channels_of_a_course_have_two_names(see, send, lecturer, channel):
    other = factories.ChannelFactory(course=channel.course)
    data = {"course": channel.course.pk, "name": "Tutors", "kind": "email", "target": "a@example.org"}
    for answer in (send(lecturer, "channel_add", **data), send(lecturer, "channel_edit", other.pk, **data)):
        assert (answer.status_code, TAKEN in body(answer)) == (200, True)
    assert Channel.objects.filter(name="Tutors").count() == 1


def test_a_channel_sent_twice_at_once_is_made_once(send, lecturer, team, monkeypatch):
    monkeypatch.setattr(Channel, "validate_constraints", lambda *args, **options: None)
    data = {"course": team.course.pk, "name": "Tutors", "kind": "email", "target": "a@example.org"}
    assert send(lecturer, "channel_add", **data).status_code == 302
    second = send(lecturer, "channel_add", **data)
    assert (second.status_code, TAKEN in body(second)) == (200, True)
    assert Channel.objects.count() == 1


def test_tutor_may_read_the_log_but_not_the_channels(see, tutor, alert, channel):
    factories.DeliveryFactory(alert=alert, channel=channel)
    assert "production is down" in body(see(tutor, "delivery_log"))
    assert see(tutor, "channel_list").status_code == 404
    assert see(tutor, "channel_edit", channel.pk).status_code == 404


def test_channel_delete_asks_first(see, send, lecturer, alert, channel):
    factories.DeliveryFactory(alert=alert, channel=channel)
    assert "The 1 message it sent" in body(see(lecturer, "channel_delete", channel.pk))
    assert Channel.objects.exists()
    send(lecturer, "channel_delete", channel.pk)
    assert not Channel.objects.exists()


def test_channel_test_queues_one_message_and_shows_how_it_goes(see, send, lecturer, channel):
    assert "every 10s" in body(see(lecturer, "channel_list"))
    for _ in range(2):
        assert send(lecturer, "channel_test", channel.pk)["Location"] == reverse("alerts:channel_list")
    assert Delivery.objects.get().transition == "test"
    page = body(see(lecturer, "channel_list"))
    assert ("on its way" in page, "every 2s" in page) == (True, True)
    assert "Test message" in body(see(lecturer, "delivery_log"))


@pytest.mark.parametrize(
    ("kind", "is_filed", "state", "error", "words"),
    [
        ("email", False, "sent", "", "sent"),
        ("email", True, "sent", "", "filed"),
        ("apprise", True, "sent", "", "sent"),
        ("email", False, "dead", "No such mailbox.", "failed"),
    ],
)
def test_channel_list_says_what_became_of_the_latest_message(
    see, lecturer, channel, settings, kind, is_filed, state, error, words
):
    if is_filed:
        settings.EMAIL_BACKEND = FILED
    Channel.objects.update(kind=kind)
    data = {"transition": "test", "alert": None, "state": state, "last_error": error}
    factories.DeliveryFactory(channel=channel, sent_at=timezone.now(), **data)
    page = body(see(lecturer, "channel_list"))
    assert f"{words}</span> <small>test, " in page
    assert error in page


@pytest.mark.parametrize("name", ["channel_list", "delivery_log"])
def test_empty_lists_say_what_is_missing(see, lecturer, name):
    assert {"channel_list": "Nobody is told yet", "delivery_log": "No messages yet"}[name] in body(
        see(lecturer, name)
    )


def test_delivery_log_says_when_nobody_sends(see, lecturer, alert, channel):
    delivery = factories.DeliveryFactory(alert=alert, channel=channel)
    assert "Is a worker running?" not in body(see(lecturer, "delivery_log"))
    Delivery.objects.update(next_attempt_at=delivery.next_attempt_at - timedelta(minutes=5))
    assert "Is a worker running?" in body(see(lecturer, "delivery_log"))


def test_delivery_log_by_channel_as_a_page_and_as_a_file(see, lecturer, alert, channel):
    course = factories.CourseFactory()
    factories.MembershipFactory(user=lecturer, role="lecturer", team=None, course=course)
    other = factories.ChannelFactory(course=course)
    for one, error in ((channel, "No such room."), (other, "Nobody home.")):
        factories.DeliveryFactory(alert=alert, channel=one, state="dead", last_error=error)
    page = body(see(lecturer, "delivery_log", data={"channel": channel.pk}))
    assert ("No such room." in page, "Nobody home." in page) == (True, False)
    assert f"{other.name} · {other.course}" in page
    for state, count in (("dead", 2), ("sent", 1), ("", 2)):
        response = see(
            lecturer, "delivery_log", data={"format": "csv", "channel": channel.pk, "state": state}
        )
        assert len(b"".join(response.streaming_content).decode().splitlines()) == count


def test_delivery_log_by_the_tags_of_teams(see, lecturer, student, alert, channel):
    team = alert.project.team
    factories.TagFactory(course=team.course, name="late").teams.add(team)
    quiet = factories.TagFactory(course=team.course, name="quiet")
    quiet.teams.add(factories.TeamFactory(course=team.course))
    factories.TagFactory(name="elsewhere").teams.add(team)
    factories.DeliveryFactory(alert=alert, channel=channel, state="dead", last_error="No such room.")
    factories.DeliveryFactory(alert=None, channel=channel, state="dead", last_error="Of no team.")

    def shown(tag):
        page = body(see(lecturer, "delivery_log", data={"tag": tag}))
        return "No such room." in page, "Of no team." in page, page

    assert shown("late")[:2] == (True, False)
    assert shown("quiet")[:2] == (False, False)
    assert "No such messages" in shown("quiet")[2]
    for unknown in ("", "elsewhere", "x" * 200):
        assert shown(unknown)[:2] == (True, True)
        offered = re.findall(r'<option value="([a-z]*)"', shown(unknown)[2])
        assert offered == ["", "late", "quiet"]
    for tag, count in (("late", 2), ("quiet", 1), ("", 3)):
        response = see(lecturer, "delivery_log", data={"format": "csv", "tag": tag})
        assert len(b"".join(response.streaming_content).decode().splitlines()) == count
    assert see(student, "delivery_log", data={"tag": "late"}).status_code == 404


def test_delivery_log_by_state(see, lecturer, alert, channel):
    factories.DeliveryFactory(alert=alert, channel=channel, state="dead", last_error="No such room.")
    assert "No such room." in body(see(lecturer, "delivery_log", data={"state": "dead"}))
    assert "No such messages" in body(see(lecturer, "delivery_log", data={"state": "sent"}))
    assert "No such room." in body(see(lecturer, "delivery_log", data={"state": "bad"}))


@pytest.mark.parametrize("name", ["channel_list", "channel_add", "delivery_log"])
def test_mail_that_only_goes_to_files_is_said_so(see, lecturer, settings, name):
    assert "Mail is not sent" not in body(see(lecturer, name))
    settings.EMAIL_BACKEND = FILED
    assert "Mail is not sent" in body(see(lecturer, name))


@pytest.mark.parametrize(("kind", "is_filed"), [("email", True), ("apprise", False)])
def test_mail_in_a_file_is_not_called_sent(see, lecturer, alert, channel, settings, kind, is_filed):
    Channel.objects.update(kind=kind)
    factories.DeliveryFactory(alert=alert, channel=channel, state="sent", sent_at=timezone.now())
    for name, args in (("delivery_log", []), ("alert_detail", [alert.pk])):
        assert ">filed</span>" not in body(see(lecturer, name, *args))
    cache.clear()
    settings.EMAIL_BACKEND = FILED
    for name, args in (("delivery_log", []), ("alert_detail", [alert.pk])):
        assert (">filed</span>" in body(see(lecturer, name, *args))) is is_filed


def test_a_rule_without_figure_says_when_it_fires_and_asks_for_no_threshold(see, admin):
    page = body(see(admin, "rule_edit", Rule.objects.get(signal="health.environment.down").pk))
    assert "fires when a check fails, 2 times in a row." in page
    assert "threshold" not in page.lower()


def test_rules_of_every_course_are_for_administrators(see, send, lecturer, admin):
    rule = factories.RuleFactory(name="Everywhere")
    assert "Everywhere" in body(see(lecturer, "rule_list"))
    assert see(lecturer, "rule_edit", rule.pk).status_code == 404
    data = {"threshold": "2.5", "bad_in_a_row": "3", "good_in_a_row": "1", "severity": "critical"}
    assert "greater than or equal to 1" in body(
        send(admin, "rule_edit", rule.pk, **{**data, "bad_in_a_row": 0})
    )
    send(admin, "rule_edit", rule.pk, **data)
    rule.refresh_from_db()
    assert (rule.threshold, rule.bad_in_a_row, rule.is_enabled) == (2.5, 3, False)


@pytest.mark.parametrize(("severity", "tone"), [("critical", "bad"), ("warning", "warn"), ("info", "busy")])
def test_a_rule_is_shown_in_the_tone_of_its_severity(see, lecturer, project, severity, tone):
    alert = factories.AlertFactory(project=project, rule__severity=severity)
    Rule.objects.exclude(pk=alert.rule_id).delete()
    page = body(see(lecturer, "rule_list"))
    assert page.count(f'class="state {tone}"') == 2  # its severity, and the alert that is open


def test_lecturer_edits_the_rules_of_their_course(see, lecturer, team):
    rule = factories.RuleFactory(course=team.course)
    assert reverse("alerts:rule_edit", args=[rule.pk]) in body(see(lecturer, "rule_list"))
    assert see(lecturer, "rule_edit", rule.pk).status_code == 200


def test_no_rules_at_all(see, student):
    Rule.objects.all().delete()
    assert "Without rules nothing becomes an alert" in body(see(student, "rule_list"))


def test_pages_cost_the_same_queries_whatever_the_rows(client, lecturer, team, django_assert_max_num_queries):
    client.force_login(lecturer)
    late = factories.TagFactory(course=team.course, name="late")

    def rows(count):
        for _ in range(count):
            project = factories.ProjectFactory(team__course=team.course)
            late.teams.add(project.team)
            alert = factories.AlertFactory(project=project, rule__course=team.course)
            channel = factories.ChannelFactory(course=team.course)
            factories.DeliveryFactory(alert=alert, channel=channel)

    def cost(name):
        with django_assert_max_num_queries(15) as captured:
            assert client.get(reverse(f"alerts:{name}"), {"tag": "late"}).status_code == 200
        return len(captured)

    names = ["inbox", "channel_list", "rule_list", "delivery_log"]
    rows(2)
    few = [cost(name) for name in names]
    rows(18)
    assert [cost(name) for name in names] == few


def test_the_admin_panel_shows_rows_and_no_target(client, admin, alert, channel):
    factories.DeliveryFactory(alert=alert, channel=channel)
    client.force_login(admin)
    for model in ("rule", "alert", "watch", "channel", "delivery"):
        response = client.get(reverse(f"admin:alerts_{model}_changelist"), {"q": "a"})
        assert response.status_code == 200
        assert "secret@example.org" not in body(response)
    page = client.get(reverse("admin:alerts_channel_change", args=[channel.pk]))
    assert "secret@example.org" not in body(page)
    assert client.get(reverse("admin:alerts_alert_change", args=[alert.pk])).status_code == 200


def test_what_the_admin_panel_saves_is_told(client, admin, team):
    client.force_login(admin)
    rule = {
        "course": team.course.pk,
        "name": "Down",
        "signal": "health.environment.down",
        "comparison": "at_least",
        "threshold": "-1",
        "bad_in_a_row": "1",
        "good_in_a_row": "1",
        "severity": "critical",
        "is_enabled": "on",
    }
    address = reverse("admin:alerts_rule_add")
    assert "1 where it is bad" in body(client.post(address, rule))
    assert client.post(address, {**rule, "threshold": "1"}).status_code == 302
    data = {"course": team.course.pk, "name": "Tutors", "kind": "email", "target": "a@example.org"}
    assert client.post(reverse("admin:alerts_channel_add"), data).status_code == 302
    channel = Channel.objects.get()
    change = reverse("admin:alerts_channel_change", args=[channel.pk])
    assert client.post(change, {**data, "target": "", "name": "All"}).status_code == 302
    events = Event.objects.filter(kind="settings", actor=admin).order_by("pk")
    assert list(events.values_list("title", flat=True)) == [
        "Alert rule “Down” added",
        "Alert channel “Tutors” added",
        "Alert channel “All” changed",
    ]
