"""How states, instants, spans and amounts are shown."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from courses.templatetags import ui

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "just now"),
        (timedelta(seconds=45), "45 s ago"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=9), "9 d ago"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_ago(span, words):
    with time_machine.travel(NOW, tick=False):
        assert ui.ago(NOW - span) == words


def test_an_exact_instant_is_in_the_readers_zone_with_its_distance_and_utc_on_hover():
    at = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    with time_machine.travel(NOW, tick=False), timezone.override("Europe/Berlin"):
        assert ui.exact(at) == (
            '<time datetime="2025-12-31T23:30:00+00:00" '
            'title="30 min ago: 1 Jan 2026, 00:30 CET (2025-12-31 23:30:00 UTC)">1 Jan 2026, 00:30</time>'
        )
        assert ">1 Jan 2026<" in ui.exact(at, "DATE_FORMAT")


def test_a_day_is_the_same_day_in_every_zone():
    with timezone.override("Pacific/Auckland"):
        assert ui.day(date(2026, 1, 2)) == '<time datetime="2026-01-02">2 Jan 2026</time>'


def test_no_page_shows_an_instant_without_its_element():
    bare = re.compile(r"\|(date|time|naturaltime|timesince)\b")
    told = re.compile(r"<time [^>]*>.*?</time>")
    pages = list((settings.BASE_DIR / "templates").rglob("*.html"))
    assert [path.name for path in pages if bare.search(told.sub("", path.read_text()))] == []


@pytest.mark.parametrize(("value", "words"), [(None, "–"), (84.4, "84 ms"), (1234, "1.2 s")])
def test_ms(value, words):
    assert ui.ms(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (100, "100.0 %"), (99.97, "99.9 %"), (99.9, "99.9 %"), (0, "0.0 %")]
)
def test_percent_never_rounds_up_to_all(value, words):
    assert ui.percent(value) == words


def test_duration():
    assert ui.duration(None) == "–"
    assert ui.duration(59.4) == "59 s"


@pytest.mark.parametrize(
    ("word", "tone"),
    [("up", "good"), ("Down", "bad"), ("bad", "bad"), ("running", "busy"), ("never heard of", "idle")],
)
def test_state(word, tone):
    assert f"state {tone}" in ui.state(word)


@pytest.mark.parametrize("address", ["https://a.example/x", "HTTP://a.example", "/courses/"])
def test_links_that_may_be_followed(address):
    assert ui.web_link(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", " javascript:x", "//evil.example", "/\\evil.example", "data:text/html,x"],
)
def test_links_that_may_not(address):
    assert ui.web_link(address) == ""


def test_the_one_stylesheet_stays_small():
    sheets = list((settings.BASE_DIR / "static/css").glob("*.css"))
    assert {sheet.name for sheet in sheets} == {"site.css", "admin.css"}
    assert (settings.BASE_DIR / "static/css/site.css").stat().st_size <= 30_000
