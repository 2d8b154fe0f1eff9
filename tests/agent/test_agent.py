"""The agent, talking to the real site over HTTP."""

from collections import deque

import pytest
from django.utils import timezone

from agent.courseops_agent import __main__ as agent
from courses import services
from health.models import HostSample, HostState
from tests.factories import CourseFactory


@pytest.fixture
def key(transactional_db):
    return services.create_api_key(
        CourseFactory(), name="agent", scopes=["ingest"], created_by=None, now=timezone.now()
    )[1]


def test_one_reading_reaches_the_site(wsgi_site, key, monkeypatch):
    monkeypatch.setenv("COURSEOPS_KEY", key)
    assert agent.main(["--url", wsgi_site, "--once"]) == 0
    assert HostState.objects.get().memory_percent > 0


def test_a_refused_key_is_said(wsgi_site, monkeypatch, capsys):
    monkeypatch.setenv("COURSEOPS_KEY", "co_wrong")
    assert agent.main(["--url", wsgi_site, "--once"]) == 1
    assert "unknown, expired or revoked" in capsys.readouterr().err


def test_readings_wait_while_the_site_is_away():
    waiting = deque([{"at": "now"}])
    answer = agent.deliver("http://127.0.0.1:9", "co_x", waiting)
    assert answer.is_temporary
    assert "cannot be reached" in answer.problem
    assert len(waiting) == 1


@pytest.mark.parametrize(
    ("arguments", "key", "words"),
    [
        (["--url", "ftp://x"], "co_x", "--url must start with"),
        *((["--url", "http://x", "--interval", n], "co_x", "--interval") for n in ("1", "3601", "nan")),
        (["--url", "http://x"], "", "COURSEOPS_KEY"),
    ],
)
def test_a_wrong_option_is_named(arguments, key, words, monkeypatch, capsys):
    monkeypatch.setenv("COURSEOPS_KEY", key)
    with pytest.raises(SystemExit):
        agent.main(arguments)
    assert words in capsys.readouterr().err


def test_it_reads_again_and_again(monkeypatch, wsgi_site, key):
    monkeypatch.setenv("COURSEOPS_KEY", key)
    pauses = []

    def pause(seconds):
        if seconds > 1:  # the pause between readings, not the one in which a reading settles
            pauses.append(seconds)
        if len(pauses) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(agent.time, "sleep", pause)
    with pytest.raises(KeyboardInterrupt):
        agent.main(["--url", wsgi_site, "--interval", "30"])
    assert pauses == [30, 30]
    assert HostSample.objects.latest("at").expected == 2
