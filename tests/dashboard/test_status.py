"""The public status page and its badges: what anybody sees, and what nobody does."""

import gzip
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from dashboard import badge as badges
from dashboard import status
from dashboard.strips import Day, strip
from health.models import Transition
from health.queries.public import public_places
from health.rules.availability import Span
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def course():
    return factories.CourseFactory(name="Software Lab", slug="lab", has_status_page=True)


def place(course, status="up", *, team=None, name="production", **state):
    team = team or factories.TeamFactory(course=course)
    row = factories.EnvironmentFactory(
        project__team=team, name=name, slug=name, url="https://secret.example/"
    )
    factories.EnvironmentStateFactory(environment=row, status=status, **state)
    return row


def changed(row, at, before, after, kind=""):
    Transition.objects.create(environment=row, at=at, from_status=before, to_status=after, error_kind=kind)


def at(name, *slugs):
    return reverse(f"dashboard:status_{name}", args=slugs)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# Who sees it ----------------------------------------------------------------------------------------


def test_without_the_choice_there_is_nothing(client):
    closed = factories.TeamFactory(course__has_status_page=False)
    slugs = closed.course.slug, closed.slug
    for url in (at("course", slugs[0]), at("team", *slugs), at("badge", *slugs)):
        assert client.get(url).status_code == 404
    told = [client.get(at("course", slug)).content for slug in (slugs[0], "no-such-course")]
    assert len({re.sub(rb"<code.*?</code>|<time.*?</time>", b"", page) for page in told}) == 1


def test_what_is_archived_is_not_shown(client, course):
    gone = factories.TeamFactory(course=course, name="Gone", is_archived=True)
    place(course, "down", team=gone)
    assert client.get(at("team", "lab", gone.slug)).status_code == 404
    assert "Gone" not in text_of(client.get(at("course", "lab")))
    type(course).objects.update(is_archived=True)
    cache.clear()
    assert client.get(at("course", "lab")).status_code == 404


def test_a_page_closed_meanwhile_is_gone(client, course):
    assert status.is_public("lab")
    type(course).objects.update(has_status_page=False)
    assert client.get(at("course", "lab")).status_code == 404


def test_a_team_of_another_course_has_no_page_here(client, course):
    other = factories.TeamFactory(course__has_status_page=True)
    assert client.get(at("team", "lab", other.slug)).status_code == 404


def test_lecturers_open_the_page_on_the_form_of_the_course(client, lecturer, team):
    client.force_login(lecturer)
    url = reverse("courses:course_edit", args=[team.course.slug])
    assert "without signing in" in text_of(client.get(url))
    sent = {"name": team.course.name, "time_zone": "UTC", "has_status_page": "on"}
    assert client.post(url, sent).status_code == 302
    assert "has_status_page: False → True" in team.course.events.get().detail
    assert client.get(at("course", team.course.slug)).status_code == 200


# What it shows --------------------------------------------------------------------------------------


def test_the_sentence_comes_first(client, course):
    def sentence():
        cache.clear()
        heading = re.search(r"<h1.*?</h1>", client.get(at("course", "lab")).content.decode(), re.S)
        return " ".join(re.sub(r"<[^>]+>", " ", heading[0]).split())

    assert sentence() == "Nothing is watched yet"
    first = place(course)
    assert sentence() == "The one app is up"
    place(course)
    assert sentence() == "All 2 apps are up"
    factories.EnvironmentFactory(project__team__course=course)
    assert sentence() == "1 of 3 apps are not watched at the moment"
    first.health_state.status = "down"
    first.health_state.save()
    assert sentence() == "Down: 1 of 3 apps"
    assert "1 more is not watched" in text_of(client.get(at("course", "lab")))


def test_no_people_no_addresses_no_details(client, course):
    row = place(course, "down", error_kind="5XX", detail="502 Bad Gateway from 10.0.0.7")
    member = factories.MembershipFactory(team=row.project.team, user__name="Ada Lovelace")
    for url in (at("course", "lab"), at("team", "lab", row.project.team.slug)):
        page = client.get(url).content.decode()
        for secret in ("secret.example", "10.0.0.7", "Bad Gateway", "Ada", member.user.email):
            assert secret not in page
        assert row.project.name not in page
        assert "answered with 5XX" in page


def test_names_are_escaped(client, course):
    team = factories.TeamFactory(course=course, name="<script>alert(1)</script>")
    place(course, "down", team=team, name='"><img src=x>')
    for url in (at("course", "lab"), at("team", "lab", team.slug), at("badge", "lab", team.slug)):
        page = client.get(url).content.decode()
        assert "<script>" not in page
        assert "<img src=x" not in page


def test_what_does_not_answer_stands_first(client, course):
    for name, state in (("Zebra", "down"), ("Apple", "up"), ("Berry", "up")):
        place(course, state, team=factories.TeamFactory(course=course, name=name))
    page = text_of(client.get(at("course", "lab")))
    assert page.index("Zebra") < page.index("Apple") < page.index("Berry")


def test_a_team_shows_its_own_places_alone(client, course):
    mine, other = place(course), place(course, name="elsewhere")
    page = text_of(client.get(at("team", "lab", mine.project.team.slug)))
    assert "production" in page
    assert "elsewhere" not in page
    assert other.project.team.name not in page


def test_a_state_that_is_too_old_is_not_believed(client, course):
    place(course, fresh_until=timezone.now() - timedelta(minutes=1))
    assert "The one app is not watched" in text_of(client.get(at("course", "lab")))


def test_a_place_without_a_url_is_no_app_yet(client, course):
    factories.EnvironmentFactory(project=place(course).project, name="staging", slug="staging", url="")
    words = text_of(client.get(at("course", "lab")))
    assert "The one app is up" in words
    assert "staging" not in words


def test_incidents_are_told_in_the_zone_of_the_course(client, course):
    type(course).objects.update(time_zone="Asia/Tokyo")
    row = place(course)
    begun = timezone.now().replace(microsecond=0) - timedelta(days=3)
    changed(row, begun, "up", "down", "timeout")
    changed(row, begun + timedelta(minutes=12), "down", "up")
    page = client.get(at("course", "lab")).content.decode()
    local = begun.astimezone(ZoneInfo("Asia/Tokyo"))
    assert "no answer in time" in page
    assert "12 min" in page
    assert f"({begun:%Y-%m-%d %H:%M:%S} UTC)" in page
    assert f"{local:%H:%M}</time>" in page
    assert "those of the course, in the zone Asia/Tokyo" in page


def test_who_signed_in_and_chose_a_zone_reads_in_it(client, course, lecturer):
    row = place(course, since=NOW)
    type(lecturer).objects.filter(pk=lecturer.pk).update(time_zone="America/Lima")
    cold = client.get(at("course", "lab"))
    client.force_login(lecturer)
    own = client.get(at("course", "lab"))
    assert "23 Nov 15:30</time>" in cold.content.decode()
    assert "23 Nov 10:30</time>" in own.content.decode()
    assert "in your zone, America/Lima" in text_of(own)
    assert "zone.js" not in own.content.decode()
    assert own.headers["Cache-Control"] == "private, max-age=30"
    assert "Cookie" in own.headers["Vary"]
    badge = client.get(at("badge", "lab", row.project.team.slug))
    assert badge.headers["Cache-Control"] == "public, max-age=30"


def test_each_place_says_since_when_it_is_so(client, course):
    place(course, "down", since=NOW)
    words = text_of(client.get(at("course", "lab")))
    assert "down since 23 Nov 15:30" in words


def test_american_readers_get_american_clocks(client, course):
    row = place(course, "down", since=NOW.replace(hour=15))
    pages = [
        client.get(at("course", "lab"), headers={"accept-language": tongue}) for tongue in ("en", "en-US")
    ]
    assert [page.headers["Content-Language"] for page in pages] == ["en", "en-us"]
    assert text_of(pages[0]) != text_of(pages[1])
    assert row.health_state.status == "down"


def test_of_many_the_problems_stand_open_and_the_rest_is_folded(client, course, monkeypatch):
    monkeypatch.setattr("dashboard.views.status.FEW", 1)
    for held, words in (("up", None), ("up", "2 fine"), ("down", "2 fine")):
        cache.clear()
        row = place(course, held)
        page = client.get(at("course", "lab")).content.decode()
        assert ("<summary>" in page) is bool(words)
        assert not words or f"<summary>{words}</summary>" in page
    before, folded = page.split("<details>")
    assert row.project.team.name in before
    assert row.project.team.name not in folded.split("</details>")[0]


def test_long_lists_are_cut(client, course, monkeypatch):
    monkeypatch.setattr("dashboard.views.status.PLACES_SHOWN", 1)
    monkeypatch.setattr("dashboard.views.status.OUTAGES_SHOWN", 1)
    for _ in range(2):
        place(course, "down")
    page = text_of(client.get(at("course", "lab")))
    assert "1 more app is not listed" in page
    assert "1 older one is not listed" in page


# Outages and days -----------------------------------------------------------------------------------


def read(course, days=14):
    (found,) = public_places(course.pk, start=NOW - timedelta(days=days), now=NOW)
    return found


def test_outages_come_from_what_changed(course):
    row = place(course, since=NOW - timedelta(hours=1), fresh_until=NOW + timedelta(minutes=1))
    changed(row, NOW - timedelta(days=20), "unknown", "up")
    changed(row, NOW - timedelta(days=2), "up", "down", "tls")
    changed(row, NOW - timedelta(days=1), "down", "unknown")
    changed(row, NOW - timedelta(hours=1), "unknown", "up")
    found = read(course)
    assert [span.status for span in found.spans] == ["up", "down", "unknown", "up"]
    (outage,) = found.outages
    assert (outage.words, outage.length) == ("no valid certificate", timedelta(days=1))


def test_an_outage_that_goes_on_has_no_end(course):
    since = NOW - timedelta(days=30)
    place(course, "down", since=since, error_kind="dns", fresh_until=NOW + timedelta(minutes=1))
    (outage,) = read(course).outages
    assert (outage.start, outage.end, outage.length, outage.words) == (since, None, None, "name not found")


def test_an_outage_nobody_saw_the_end_of_ends_when_it_was_last_believed(course):
    row = place(course, "down", since=NOW - timedelta(hours=3), fresh_until=NOW - timedelta(hours=1))
    changed(row, NOW - timedelta(hours=3), "up", "down", "connect")
    found = read(course)
    assert (found.status, found.outages[0].end) == ("unknown", NOW - timedelta(hours=1))
    assert found.outages[0].words == "no connection"


def test_what_was_never_checked_is_unknown(course):
    factories.EnvironmentFactory(project__team__course=course)
    found = read(course)
    assert (found.status, [span.status for span in found.spans], found.outages) == (
        "unknown",
        ["unknown"],
        [],
    )


def test_other_faults_are_named_in_general():
    assert status.Outage(NOW, None, "protocol").words == "no valid answer"


def test_days_are_cut_by_the_clock_of_the_course():
    days = status._days(NOW, ZONE)
    assert len(days) == 14
    assert days[0][0].isoformat() == "2026-11-10T00:00:00+01:00"
    assert days[-1] == (datetime(2026, 11, 23, tzinfo=ZONE), NOW)


@pytest.mark.parametrize(
    ("minutes_down", "paths", "words"),
    [
        (0, [("up", "M0 8h8v18h-8z")], "22 Nov: up"),
        (1, [("down", "M0 0h8v9h-8z"), ("up", "M0 10h8v16h-8z")], "22 Nov: 99.93 % up"),
        (720, [("down", "M0 0h8v12h-8z"), ("up", "M0 13h8v13h-8z")], "22 Nov: 50.00 % up"),
        (1440, [("down", "M0 0h8v25h-8z")], "22 Nov: down"),
    ],
)
def test_a_minute_down_shows_in_a_day(minutes_down, paths, words):
    start = datetime(2026, 11, 22, tzinfo=UTC)
    end, middle = start + timedelta(days=1), start + timedelta(minutes=minutes_down)
    spans = [row for row in (Span("down", start, middle), Span("up", middle, end)) if row.start < row.end]
    (run,) = strip([status._day(spans, start, end)]).runs
    assert (run.paths, run.words) == (paths, words)


def test_a_day_nobody_watched_is_a_thin_line():
    start = datetime(2026, 11, 22, tzinfo=UTC)
    end = start + timedelta(days=1)
    for spans in ([Span("unknown", start, end)], []):
        (run,) = strip([status._day(spans, start, end)]).runs
        assert (run.paths, run.words) == ([("unknown", "M0 16h8v2h-8z")], "22 Nov: not watched")


def test_days_in_a_row_that_were_alike_speak_with_one_voice():
    days = [Day(date(2026, 11, 10 + n), share) for n, share in enumerate([100, 100, 0])]
    up, down = strip(days).runs
    assert (up.words, down.words) == ("10 Nov to 11 Nov: up", "12 Nov: down")
    assert up.paths == [("up", "M0 8h8v18h-8zM10 8h8v18h-8z")]
    assert down.paths == [("down", "M20 0h8v25h-8z")]


def test_who_sees_no_bars_gets_the_days_that_were_not_wholly_up_by_name():
    shares = [100, 100, 99, 0, None, None]
    days = [Day(date(2026, 11, 10 + n), share) for n, share in enumerate(shares)]
    assert strip(days).words == "2 days up; 99.00 % up: 12 Nov; down: 13 Nov; not watched: 14 Nov to 15 Nov"
    assert strip(days[2:3]).words == "99.00 % up: 12 Nov"


# How it is served -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["course", "team", "badge"])
def test_caches_may_keep_it_and_no_cookie_is_set(client, course, name):
    team = place(course).project.team
    slugs = ("lab",) if name == "course" else ("lab", team.slug)
    answer = client.get(at(name, *slugs))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    assert {word.strip() for word in answer.headers["Vary"].split(",")} == {
        "Accept-Encoding",
        "Accept-Language",
    }
    assert not answer.cookies
    assert answer.content.count(b"<script") == (name != "badge"), "the one that knows the browser's zone"
    assert b"csrf" not in answer.content


def test_those_signed_in_see_the_same(client, course, lecturer):
    place(course)
    cold = client.get(at("course", "lab")).content
    client.force_login(lecturer)
    assert client.get(at("course", "lab")).content == cold


def test_load_does_not_reach_the_database(client, course, django_assert_num_queries):
    team = place(course).project.team
    urls = [at("course", "lab"), at("team", "lab", team.slug), at("badge", "lab", team.slug)]
    for url in urls:
        client.get(url)
    with django_assert_num_queries(0):
        for url in urls:
            assert client.get(f"{url}?n=1").status_code == 200
        for slug in ("a", "b", "x" * 500):
            assert client.get(at("course", slug)).status_code == 404
            assert client.get(at("team", "lab", slug)).status_code == 404
            assert client.get(at("badge", "lab", slug)).status_code == 404


@pytest.mark.parametrize("count", [2, 20, 200])
def test_queries_stay_the_same_for_any_number_of_teams(client, course, django_assert_num_queries, count):
    for _ in range(count):
        place(course)
    with django_assert_num_queries(6):
        client.get(at("course", "lab"))


def test_an_old_answer_is_given_while_a_new_one_is_made(course, monkeypatch):
    assert status.shared("k", lambda: 1) == 1
    monkeypatch.setattr(status, "FRESH_S", -1.0)
    cache.add("k:taken", 1, 20)
    assert status.shared("k", lambda: 2) == 1
    cache.delete("k:taken")
    assert status.shared("k", lambda: 2) == 2


def test_a_page_of_250_apps_fits_in_30_kb_on_the_wire(client, course):
    for n in range(250):
        row = place(course, "down" if n % 9 == 0 else "up")
        if n % 5 == 0:
            begun = timezone.now() - timedelta(days=n % 13 + 1, minutes=n * 7)
            changed(row, begun, "up", "down", "5XX")
            changed(row, begun + timedelta(minutes=n), "down", "up")
    answer = client.get(at("course", "lab"), headers={"accept-encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 22_000  # the stylesheet takes the rest
    assert b"All 250 apps" not in gzip.decompress(answer.content)


# Badges -----------------------------------------------------------------------------------------------


def drawn(name="Team 1", *states):
    places = [status.Place(name, "t", "production", state, None, [], None, []) for state in states]
    return str(badges.badge(status.Picture("Lab", "lab", "UTC", NOW, places, name)))


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["up"], "✓ up"),
        (["up", "up"], "✓ up"),
        (["down"], "✗ down"),
        (["down", "up", "unknown"], "✗ 1 of 3 down"),
        (["unknown", "up"], "? unknown"),
        ([], "? unknown"),
    ],
)
def test_a_badge_says_the_state_with_a_sign_and_a_word(states, words):
    assert words in drawn("Team 1", *states)
    assert f"<title>Team 1: {words[2:]}</title>" in drawn("Team 1", *states)


@pytest.mark.parametrize("name", ["&" * 120, "'" * 120, "語" * 120, "\x0b\x00\ufffe", "A", "😀" * 120])
def test_any_name_makes_a_small_and_narrow_badge(name):
    made = drawn(name, "down", "up")
    assert len(made.encode()) <= 1024
    assert int(re.search(r'width="(\d+)"', made)[1]) <= badges.MOST_PX
    assert all(letter >= " " and letter != "\ufffe" for letter in made)


def test_a_badge_is_a_picture(client, course):
    team = place(course, "down").project.team
    answer = client.get(at("badge", "lab", team.slug))
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert f"<title>{team.name}: down</title>" in answer.content.decode()
