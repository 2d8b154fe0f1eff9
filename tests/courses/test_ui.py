"""How states, instants, spans and amounts are shown."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

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
