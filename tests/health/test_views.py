"""Who asked about environments and hosts, and what do they see?"""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Environment, Event
from courses.netguard import Fault, FaultKind, Reply
from health import models, services
from health.models import Check, EnvironmentSample, EnvironmentState
from health.rules import verdicts
from tests import factories
from tests.health.test_hosts import READING

UP = Reply(200, {}, b"", 20.0, "http://x/")
BAD_GATEWAY = Reply(502, {}, b"", 40.0, "http://x/")
REFUSED = Fault(FaultKind.REFUSED, "app.example.org:8080 is not a public address.", 0.0)
LIST = reverse("health:environment_list")
HOSTS = reverse("health:host_list")


@pytest.fixture
def host(team):
    return factories.HostFactory(course=team.course)


def record(check, outcome, minutes_ago=0.0):
    at = timezone.now() - timedelta(minutes=minutes_ago)
    services.record_results([services.Result(check, at, verdicts.judge(outcome))], now=at)


def record_at(check, outcome, minutes_ago):
    """Record as `record`, as if nobody had been away in between."""
    EnvironmentState.objects.update(fresh_until=None)
    record(check, outcome, minutes_ago)


def record_old(check, minutes_ago):
    """Record as `record`, though something newer is known."""
    EnvironmentState.objects.update(last_checked_at=None)
    record(check, UP, minutes_ago)


def text_of(response):
    return " ".join(response.content.decode().split())


def words_of(response):
    """Return what is read: the text without its markup."""
    return " ".join(re.sub(r"<[^>]+>", "", text_of(response)).split())


@pytest.mark.parametrize("name", ["student", "tutor", "lecturer"])
def test_members_see_the_environment(client, request, check, name):
    client.force_login(request.getfixturevalue(name))
    assert client.get(check.environment.get_absolute_url()).status_code == 200
    assert check.environment.project.name in text_of(client.get(LIST))


def test_outsider_gets_404_and_an_empty_list(client, check, host, outsider):
    client.force_login(outsider)
    assert client.get(check.environment.get_absolute_url()).status_code == 404
    assert client.get(reverse("health:check_edit", args=[check.pk])).status_code == 404
    assert client.post(reverse("health:check_run", args=[check.pk])).status_code == 404
    assert client.get(host.get_absolute_url()).status_code == 404
    assert "No environments yet" in text_of(client.get(LIST))
    assert client.get(HOSTS).status_code == 404


def test_anonymous_meets_the_login_page(client, check, host):
    edit = reverse("health:check_edit", args=[check.pk])
    for path in (LIST, HOSTS, check.environment.get_absolute_url(), host.get_absolute_url(), edit):
        response = client.get(path)
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


def test_student_may_look_but_not_change(client, check, student):
    client.force_login(student)
    assert client.get(reverse("health:check_edit", args=[check.pk])).status_code == 404
    assert client.post(reverse("health:check_run", args=[check.pk])).status_code == 404
    assert "Check now" not in text_of(client.get(check.environment.get_absolute_url()))


def test_htmx_gets_only_the_live_part(client, check, host, lecturer):
    client.force_login(lecturer)
    for path, ident in [
        (LIST, "environments"),
        (check.environment.get_absolute_url(), "now"),
        (HOSTS, "hosts"),
        (host.get_absolute_url(), "now"),
    ]:
        html = client.get(path, headers={"HX-Request": "true", "HX-Target": ident}).content.decode().strip()
        assert html.startswith(f'<div id="{ident}"')
        assert "<html" not in html
        assert "csrf" not in html


# The list ------------------------------------------------------------------------------------------


def test_environment_list_puts_problems_first(client, team, student):
    project = factories.ProjectFactory(team=team)
    fresh = timezone.now() + timedelta(minutes=2)
    for slug, status, until in [
        ("a-up", "up", fresh),
        ("b-stale", "up", timezone.now() - timedelta(minutes=1)),
        ("c-down", "down", fresh),
    ]:
        factories.EnvironmentStateFactory(
            environment__project=project, environment__name=slug, environment__slug=slug, status=status,
            fresh_until=until, detail=f"detail of {slug}",
        )  # fmt: skip
    factories.EnvironmentFactory(project=project, name="d-new", slug="d-new")
    factories.EnvironmentFactory(project=project, name="e-nowhere", slug="e-nowhere", url="")
    client.force_login(student)
    text = text_of(client.get(LIST))
    places = [text.index(name) for name in ("c-down", "b-stale", "d-new", "e-nowhere", "a-up")]
    assert places == sorted(places)
    assert "No news; last known:" in text
    assert "Not checked yet" in text
    assert "No URL is set" in text


def test_environment_list_filters_by_state_and_text(client, team, student):
    project = factories.ProjectFactory(team=team, name="Shop")
    for slug, status in [("one", "up"), ("two", "down")]:
        factories.EnvironmentStateFactory(
            environment__project=project, environment__name=slug, environment__slug=slug, status=status
        )
    client.force_login(student)
    down = text_of(client.get(LIST, {"state": "down"}))
    assert "Shop · two" in down
    assert "Shop · one" not in down
    assert "Shop · one" in text_of(client.get(LIST, {"q": "ONE"}))
    assert "Nothing matches" in text_of(client.get(LIST, {"q": "nowhere"}))


@pytest.mark.parametrize(
    "query", [{"state": "sideways"}, {"page": "99999999999999999999"}, {"page": "x"}, {"q": "\x00'%_" * 50}]
)
def test_environment_list_bears_any_query(client, check, student, query):
    client.force_login(student)
    assert client.get(LIST, query).status_code == 200


def test_environment_list_filters_by_course_and_tutor(client, team, lecturer, tutor):
    factories.CheckFactory(environment__project__team=team, environment__project__name="Ours")
    other = factories.TeamFactory(course=team.course)
    factories.CheckFactory(environment__project__team=other, environment__project__name="Theirs")
    client.force_login(lecturer)
    assert "Theirs" in text_of(client.get(LIST, {"course": team.course.slug}))
    assert "Nothing matches" in text_of(client.get(LIST, {"course": "elsewhere"}))
    text = text_of(client.get(LIST, {"tutor": tutor.pk}))
    assert "Ours ·" in text
    assert "Theirs ·" not in text
    found = client.get(LIST, {"tutor": tutor.pk, "format": "csv"}).getvalue().decode()
    assert "Ours" in found
    assert "Theirs" not in found


def test_environment_list_says_when_nothing_is_checked_any_more(client, check, student):
    record(check, UP, 30)
    client.force_login(student)
    assert "Nothing has been checked for 30 min." in text_of(client.get(LIST))


def test_environment_list_tells_the_last_day_hour_by_hour(client, check, student):
    record(check, BAD_GATEWAY, 2)
    record(check, UP, 1)
    client.force_login(student)
    text = text_of(client.get(LIST))
    assert re.search(r"1 hour with a failure of the [12] watched", text)
    assert '<path class="bad"' in text


def test_an_incident_whose_end_nobody_saw_is_not_still_on(client, check, student):
    record(check, BAD_GATEWAY, 60)
    client.force_login(student)
    text = words_of(client.get(check.environment.get_absolute_url()))
    assert "still down" not in text
    assert re.search(r"60 min ago ?\d min ?answered with 5XX", text)


def test_an_empty_list_asks_of_each_what_they_can_do(client, team, student, lecturer):
    for user, words in ((student, "See your course"), (lecturer, "Go to your courses")):
        client.force_login(user)
        text = text_of(client.get(LIST))
        assert "No environments yet" in text
        assert words in text


def test_environment_list_has_pages(client, team, student, monkeypatch):
    monkeypatch.setattr("health.queries.environment_list.PER_PAGE", 2)
    project = factories.ProjectFactory(team=team)
    for n in range(5):
        factories.EnvironmentFactory(project=project, name=f"e{n}", slug=f"e{n}")
    client.force_login(student)
    text = text_of(client.get(LIST, {"page": 2}))
    assert "Page 2 of 3" in text
    assert all(word in text for word in ("Previous", "Next", "e2", "e3"))


def queries_of(client, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(15) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_queries_do_not_grow_with_rows(client, team, lecturer, django_assert_max_num_queries):
    client.force_login(lecturer)
    counts = []
    for amount in (2, 18):
        for _ in range(amount):
            check = factories.CheckFactory(environment__project__team=team)
            record(check, UP)
            host = factories.HostFactory(course=team.course)
        pages = [LIST, HOSTS, check.environment.get_absolute_url(), host.get_absolute_url()]
        counts.append([queries_of(client, path, django_assert_max_num_queries) for path in pages])
    assert counts[0] == counts[1]


# One environment --------------------------------------------------------------------------------------


def test_environment_detail_says_it_in_words(client, check, student):
    record(check, UP, 13)
    for minute in range(12, -1, -1):
        record(check, BAD_GATEWAY, minute)
    client.force_login(student)
    text = words_of(client.get(check.environment.get_absolute_url()))
    assert "Down for 12 min: 502 Bad Gateway" in text
    assert "production is down: 502 Bad Gateway" in text  # the incident stands over the chart
    assert "Failed in a row" in text


@pytest.mark.parametrize(("minutes_before", "is_named"), [(4, True), (59, True), (61, False), (-1, False)])
def test_a_deployment_just_before_is_named(client, check, student, minutes_before, is_named):
    record(check, BAD_GATEWAY, 12)
    record(check, BAD_GATEWAY)
    at = EnvironmentState.objects.get().since - timedelta(minutes=minutes_before)
    factories.EventFactory(
        environment=check.environment,
        at=at,
        kind="deployment",
        title="Deployed 1a2b",
        url="https://ci.example/1",
    )
    client.force_login(student)
    text = text_of(client.get(check.environment.get_absolute_url()))
    assert (f"It began {minutes_before} min after" in text) is is_named
    assert ('<a href="https://ci.example/1" translate="no">Deployed 1a2b</a>' in text) is is_named
    assert ("Last deployment:" in text) is not is_named


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (BAD_GATEWAY, "The app itself fails"),
        (Reply(404, {}, b"", 1.0, ""), "is the path of the check right?"),
        (Fault(FaultKind.TLS, "expired", 1.0), "renew the certificate"),
        (Fault(FaultKind.CONNECT, "refused", 1.0), "start the app"),
    ],
)
def test_what_is_wrong_comes_with_what_to_do(client, check, student, outcome, words):
    record(check, outcome)
    client.force_login(student)
    assert words in text_of(client.get(check.environment.get_absolute_url()))


def test_the_last_incidents_have_their_length(client, check, student):
    for minutes_ago, outcome in ((60, UP), (40, BAD_GATEWAY), (35, UP), (5, BAD_GATEWAY), (0, BAD_GATEWAY)):
        record_at(check, outcome, minutes_ago)
    client.force_login(student)
    text = words_of(client.get(check.environment.get_absolute_url()))
    assert re.search(r"5 min ago ?still down ?answered with 5XX ?40 min ago ?5 min ?answered with 5XX", text)


def test_environment_detail_of_one_that_is_up(client, check, student):
    for minute in range(30, -1, -1):
        record(check, UP, minute)
    client.force_login(student)
    text = text_of(client.get(check.environment.get_absolute_url(), {"range": "1h"}))
    assert "Up for 30 min: 200 OK" in words_of(client.get(check.environment.get_absolute_url()))
    assert "100.00 %" in text
    assert "watched 100.0 % of 30 min" in text
    assert "It has not been down since" in text
    assert "Availability, since" in text
    assert text.count("<polyline") == 2


def test_whoever_may_add_an_environment_is_led_to_it(client, check, student, tutor, lecturer):
    link = reverse("courses:environment_place")
    for user, is_led in ((student, False), (tutor, True), (lecturer, True)):
        client.force_login(user)
        assert (f'href="{link}"' in text_of(client.get(LIST))) is is_led
    Environment.objects.all().delete()
    assert "Go to your courses" not in text_of(client.get(LIST))


def test_latency_is_that_of_good_answers_and_its_line_breaks_where_there_was_none(client, check, student):
    for minute in range(30, -1, -1):
        record(check, BAD_GATEWAY if minute in (15, 16) else UP, minute)
    EnvironmentSample.objects.filter(http_5xx=1).update(histogram={"0": 1})  # as older releases kept it
    client.force_login(student)
    page = client.get(check.environment.get_absolute_url(), {"range": "1h"}).context["page"]
    assert [len(line.paths) for line in page.charts.latency.lines] == [2, 2]
    assert len(page.charts.latency.bands[0].paths) == 2
    assert page.percentiles[0][1] == pytest.approx(20, rel=0.02)


def test_few_answers_have_no_slowest_twentieth(client, check, student):
    client.force_login(student)
    told = []
    for minutes in (range(25, 6, -1), [5]):
        for minute in minutes:
            record(check, UP, minute)
        told.append(words_of(client.get(check.environment.get_absolute_url())))
    assert "Latency p50" in told[0]
    assert "Latency p95" not in told[0]
    assert "Latency p95" in told[1]


def test_environment_that_nobody_could_look_at_is_not_told_to_have_been_up(client, check, student):
    client.force_login(student)
    for outcome, told in ((REFUSED, True), (UP, False)):
        record(check, outcome)
        response = client.get(check.environment.get_absolute_url(), {"range": "1h"})
        text = words_of(response)
        assert (
            "We have never been able to look: app.example.org:8080 is not a public address." in text
        ) is told
        assert ("It has not been down since" in text) is not told
        assert "of 0 expected" not in text
        assert response.context["page"].window.watched < timedelta(minutes=2)


def test_the_last_deployment_is_told_by_its_version(client, check, student):
    record(check, UP)
    place = check.environment
    client.force_login(student)
    for title, words in (
        (f"Deployed 1a2b to {place.name}", "Last deployment: 1a2b,"),
        (
            f"Deploying 3c4d to {place.name} failed",
            f"Last deployment: Deploying 3c4d to {place.name} failed,",
        ),
    ):
        factories.EventFactory(environment=place, kind="deployment", title=title, at=timezone.now())
        assert words in words_of(client.get(place.get_absolute_url()))


def test_environment_detail_of_one_older_than_the_span(client, check, student):
    record(check, UP, 90)
    for minute in range(30, -1, -1):
        record(check, UP, minute)
    client.force_login(student)
    text = text_of(client.get(check.environment.get_absolute_url(), {"range": "1h"}))
    assert "Availability, last 1 hour" in text
    assert re.search(r"watched 5\d\.\d % of 60 min", text)


def test_environment_detail_of_a_new_one_fills_its_axis(client, check, student):
    for minute in range(4, -1, -1):
        record(check, UP, minute)
    client.force_login(student)
    page = client.get(check.environment.get_absolute_url(), {"range": "30d"}).context["page"]
    assert page.window.start == page.window.since
    assert [len(line.paths) for line in page.charts.latency.lines] == [1, 1], "a line, not one dot"
    assert page.availability.percent == pytest.approx(100)
    assert len(page.charts.bar.frame.x_ticks) > 2


def test_more_checks_than_expected_were_asked_for(client, check, student):
    for second in reversed(range(5)):
        record(check, UP, second / 60)
    client.force_login(student)
    assert "Checks5of 5 expected" in words_of(client.get(check.environment.get_absolute_url()))


def test_environment_without_a_url_offers_one_thing(client, team, student, lecturer):
    environment = factories.EnvironmentFactory(project__team=team, url="")
    factories.CheckFactory(environment=environment)
    edit = reverse("courses:environment_edit", args=[environment.pk])
    for user, may_edit in ((student, False), (lecturer, True)):
        client.force_login(user)
        text = text_of(client.get(environment.get_absolute_url()))
        assert (edit in text) is may_edit
        assert ("Set the URL" in text) is may_edit
        assert not any(word in text for word in ("Edit the check", "Check now", "Availab", "?range="))


def test_the_environment_is_edited_from_its_page(client, check, student, lecturer):
    edit = reverse("courses:environment_edit", args=[check.environment_id])
    for user, may_edit in ((student, False), (lecturer, True)):
        client.force_login(user)
        assert (edit in text_of(client.get(check.environment.get_absolute_url()))) is may_edit


@pytest.mark.parametrize(("answers", "has_line"), [(2, False), (3, True)])
def test_a_small_line_needs_three_points(client, check, student, lecturer, answers, has_line):
    Check.objects.update(created_at=timezone.now() - timedelta(minutes=answers))
    for minute in reversed(range(answers)):
        record(check, UP, minute)
        services.record_host_sample(READING, now=timezone.now() - timedelta(minutes=minute))
    client.force_login(lecturer)
    for path in (LIST, HOSTS):
        assert ("<polyline" in text_of(client.get(path))) is has_line


@pytest.mark.parametrize(("hours", "words"), [(30, "last 24 h"), (5, "last 6 h"), (0.5, "last 35 min")])
def test_a_small_line_spans_what_was_watched(client, check, student, hours, words):
    Check.objects.update(created_at=timezone.now() - timedelta(hours=hours))
    for minute in range(0, round(hours * 60), max(5, round(hours * 12))):
        record_old(check, minute)
    client.force_login(student)
    assert f"Mean latency of the {words}" in text_of(client.get(LIST))


def test_environment_detail_without_news(client, check, student):
    record(check, UP, 9)
    client.force_login(student)
    text = words_of(client.get(check.environment.get_absolute_url()))
    assert "No news for 9 min It was up then." in text
    assert "tell its administrator" in text


def test_environment_detail_refused_by_our_guard(client, check, student):
    record(check, REFUSED)
    client.force_login(student)
    text = words_of(client.get(check.environment.get_absolute_url()))
    assert "We cannot look: app.example.org:8080 is not a public address This site" in text
    assert "This site asks public addresses only. To allow it, an administrator names its network" in text


def test_a_refused_address_comes_with_what_would_allow_it(client, check, student):
    record(check, Fault(FaultKind.REFUSED, "127.0.0.1:8471 is not a public address.", 0.0))
    client.force_login(student)
    text = words_of(client.get(check.environment.get_absolute_url()))
    assert "sets the environment variable OUTBOUND_ALLOW=127.0.0.1/32:8471 and restarts the site." in text


@pytest.mark.parametrize(
    ("change", "words"),
    [({"url": ""}, "No URL is set"), ({}, "Not checked yet")],
)
def test_environment_detail_before_the_first_check(client, team, student, change, words):
    environment = factories.EnvironmentFactory(project__team=team, **change)
    client.force_login(student)
    assert words in text_of(client.get(environment.get_absolute_url()))


def test_environment_detail_of_a_check_switched_off(client, check, lecturer):
    Check.objects.update(is_enabled=False)
    client.force_login(lecturer)
    text = text_of(client.get(check.environment.get_absolute_url()))
    assert "Checks are switched off" in text
    assert "Check now" not in text


@pytest.mark.parametrize("name", ["1h", "6h", "24h", "7d", "30d", "nonsense"])
def test_ranges_are_links(client, check, host, lecturer, name):
    record(check, UP, 1)
    services.record_host_sample(READING, now=timezone.now())
    client.force_login(lecturer)
    for path in (check.environment.get_absolute_url(), host.get_absolute_url()):
        text = text_of(client.get(path, {"range": name}))
        labels = {"1h": "1 hour", "6h": "6 hours", "24h": "24 hours", "7d": "7 days", "30d": "30 days"}
        shown = name if name in labels else "1h"  # there is nothing older to show
        label = labels[shown]
        assert f'href="?range={shown}" aria-current="true">{label}' in text


def test_hostile_text_is_inert(client, team, student):
    environment = factories.EnvironmentFactory(project__team=team, name="<script>alert(1)</script>")
    factories.EnvironmentStateFactory(
        environment=environment, status="down", detail="<img src=x onerror=alert(1)>"
    )
    client.force_login(student)
    for path in (LIST, environment.get_absolute_url()):
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


# Changing ----------------------------------------------------------------------------------------------


def test_check_edit_saves_and_tells(client, check, tutor):
    client.force_login(tutor)
    path = reverse("health:check_edit", args=[check.pk])
    assert "Edit the check" in text_of(client.get(path))
    data = {"path": "/healthz", "interval_s": 30, "timeout_s": 5, "is_enabled": "on"}
    assert client.post(path, data).url == check.environment.get_absolute_url()
    check.refresh_from_db()
    assert (check.path, check.interval_s, check.timeout_s, check.is_enabled) == ("/healthz", 30, 5, True)
    assert Event.objects.filter(kind="settings", actor=tutor).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval_s": 9},
        {"interval_s": 86_401},
        {"interval_s": "99999999999999999999"},
        {"timeout_s": 0},
        {"timeout_s": 31},
        {"timeout_s": 10, "interval_s": 10},
        {"path": "healthz"},
        {"path": "//evil.example/"},
        {"path": "/\\evil.example/"},
        {"path": "http://evil.example/"},
        {"path": "/a b"},
        {"path": "/a\nb"},
        {"path": "/a\x00"},
        {"path": "/" + "a" * 300},
    ],
)
def test_check_edit_refuses(client, check, lecturer, wrong):
    client.force_login(lecturer)
    data = {"path": "", "interval_s": 60, "timeout_s": 10, "is_enabled": "on", **wrong}
    response = client.post(reverse("health:check_edit", args=[check.pk]), data)
    assert response.status_code == 200
    assert "errorlist" in text_of(response)
    assert Check.objects.values_list("path", "interval_s", "timeout_s").get() == ("", 60, 10)


def test_check_run_makes_it_due(client, check, lecturer):
    later = timezone.now() + timedelta(hours=1)
    Check.objects.update(next_due_at=later)
    client.force_login(lecturer)
    response = client.post(reverse("health:check_run", args=[check.pk]))
    assert response.url == check.environment.get_absolute_url()
    assert Check.objects.due(timezone.now()).exists()
    assert client.get(reverse("health:check_run", args=[check.pk])).status_code == 405


def test_the_time_before_the_first_check_was_not_missed(client, check, student):
    record(check, UP, 1.5)
    client.force_login(student)
    text = words_of(client.get(check.environment.get_absolute_url(), {"range": "1h"}))
    assert "watched 100.0 % of 2 min" in text
    assert re.search(r"Availability, since [\d:]+ UTC *Up 1 min 3\d s", text)


# Hosts ---------------------------------------------------------------------------------------------------


def test_hosts_of_the_site_are_for_staff(client, team, student, tutor, admin_user):
    site_host = services.record_host_sample(READING, now=timezone.now())
    for user, status in [(student, 404), (tutor, 200), (admin_user, 200)]:
        client.force_login(user)
        assert client.get(site_host.get_absolute_url()).status_code == status
        assert client.get(HOSTS).status_code == status
    assert "worker-1" in text_of(client.get(HOSTS))


def test_hosts_of_a_course_are_for_its_staff(client, student, tutor, lecturer, host):
    foreign = factories.MembershipFactory(role="tutor").user
    for user, status in [(student, 404), (foreign, 404), (tutor, 200), (lecturer, 200)]:
        client.force_login(user)
        assert client.get(host.get_absolute_url()).status_code == status


def test_students_meet_no_word_of_hosts(client, student, tutor):
    for user, status in [(student, 404), (tutor, 200)]:
        client.force_login(user)
        assert client.get(HOSTS).status_code == status
        assert (HOSTS in text_of(client.get(LIST))) == (status == 200)


def test_host_detail_shows_four_charts(client, tutor):
    for n in range(3, -1, -1):
        host = services.record_host_sample(READING, now=timezone.now() - timedelta(minutes=n))
    client.force_login(tutor)
    text = text_of(client.get(host.get_absolute_url(), {"range": "1h"}))
    assert text.count("<figure") == 4
    assert "50 %" in text
    assert "Reporting" in text


def test_silent_host(client, tutor):
    host = services.record_host_sample(READING, now=timezone.now() - timedelta(minutes=9))
    client.force_login(tutor)
    text = words_of(client.get(host.get_absolute_url()))
    assert re.search(r"Silent for 9 min It stopped reporting at [\w :,]+\.", text)
    assert "silent for 9 min" in words_of(client.get(HOSTS))


def test_hosts_of_one_name_are_told_apart_and_silent_ones_come_first(client, team, tutor):
    services.record_host_sample(READING, now=timezone.now())
    services.record_host_sample(READING, now=timezone.now() - timedelta(minutes=9), course=team.course)
    client.force_login(tutor)
    text = words_of(client.get(HOSTS, {"q": "WORKER"}))
    assert re.search(rf"silent for 9 min worker-1 {team.course.name}.*worker-1 runs this site", text)
    assert "Nothing matches" in text_of(client.get(HOSTS, {"q": "elsewhere"}))


def test_hosts_leave_as_a_file(client, team, tutor, host):
    services.record_host_sample(READING, now=timezone.now(), course=team.course)
    client.force_login(tutor)
    lines = client.get(HOSTS, {"format": "csv"}).getvalue().decode().splitlines()
    assert [line.split(",")[2] for line in lines] == ["State", "unknown", "up"]


def test_no_hosts_say_how_to_measure_one(client, team, tutor, lecturer):
    keys = reverse("courses:key_list", args=[team.course.slug])
    for user, may_make in ((tutor, False), (lecturer, True)):
        client.force_login(user)
        text = text_of(client.get(HOSTS))
        assert "No hosts yet" in text
        assert "courseops-agent --url http" in text
        assert (keys in text) is may_make


def test_a_host_never_measured_says_so(client, tutor, host):
    client.force_login(tutor)
    assert "not measured yet" in text_of(client.get(HOSTS))
    assert "Not measured yet" in text_of(client.get(host.get_absolute_url()))


def test_lecturer_edits_hosts_of_the_course_only(team, lecturer, tutor, admin_user, host):
    site_host = services.record_host_sample(READING, now=timezone.now())
    manager = type(host).objects
    assert list(manager.editable_by(lecturer)) == [host]
    assert not manager.editable_by(tutor).exists()
    assert set(manager.editable_by(admin_user)) == {host, site_host}


# Admin ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["check", "checkresult", "environmentstate", "transition", "host", "hoststate"]
)
def test_admin_lists(client, admin_user, check, name):
    record(check, UP)
    services.record_host_sample(READING, now=timezone.now())
    client.force_login(admin_user)
    path = reverse(f"admin:health_{name}_changelist")
    assert client.get(path, {"q": "app"}).status_code == 200
    response = client.get(path)
    assert response.status_code == 200
    is_measured = name not in ("check", "host")
    assert (client.get(reverse(f"admin:health_{name}_add")).status_code == 403) == is_measured


def test_rows_have_names(check):
    record(check, UP)
    services.record_host_sample(READING, now=timezone.now())
    for model in (getattr(models, name) for name in models.__all__ if name != "Status"):
        assert str(model.objects.first())
    assert EnvironmentState.objects.get().status_at(timezone.now()) == "up"
