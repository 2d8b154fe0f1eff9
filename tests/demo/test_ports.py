"""Do all ports of the demo follow from one, and does a busy one stop it before it starts?"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demo import ports

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, **environment):
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def taken():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        yield busy.getsockname()[1]


def test_ports_follow_from_one():
    show = "from demo import apps, ports, traffic; print(ports.ALL, apps.APPS[5].port, traffic.PLACES[4].url)"
    told = subprocess.run(
        [sys.executable, "-c", show],
        cwd=ROOT,
        env={**os.environ, "DEMO_PORT": "9300"},
        capture_output=True,
        text=True,
        check=True,
    )
    ours = [9300, 9305, 9306, *range(9311, 9317)]
    assert told.stdout == f"{ours} 9316 https://127.0.0.1:9315\n"


@pytest.mark.parametrize(
    ("first", "words"), [(0, "must be a number"), (80, "must be a number"), (65_530, "must be a number")]
)
def test_a_first_port_that_is_none(first, words):
    assert words in ports.complaint([first, first + 16], "8000")


def test_the_site_has_a_port_of_its_own():
    assert "PORT 9305 is one" in ports.complaint([9300, 9305], "9305")


def test_a_busy_port_is_said_in_one_sentence(taken):
    assert f"port {taken} is in use: choose other ports" in ports.complaint([taken], "8000")
    assert f"ports {taken}, {taken} are in use" in ports.complaint([taken, taken], "8000")


def test_nothing_to_say_about_free_ports(taken):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert ports.complaint([free], "8000") == ""


def test_a_busy_port_ends_the_check_and_the_gitlab_with_one_line(taken):
    for arguments in (["demo.ports"], ["demo.gitlab"]):
        told = run(*arguments, DEMO_PORT=str(taken))
        assert told.returncode == 1
        assert str(taken) in told.stderr
        assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("word", ["x", "-1", "99999999", "८०९०"])
def test_a_word_that_is_no_port(word):
    told = run("demo.ports", DEMO_PORT=word)
    assert (told.returncode, len(told.stderr.splitlines())) == (1, 1)
