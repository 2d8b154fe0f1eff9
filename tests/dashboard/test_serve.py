"""The site as a newcomer runs it: real processes, ended in every way they can end."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests import servers
from tests.site import PASSWORD, ROOT, Site, prepare

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data folder that is ready: it takes long to make, so the tests copy it."""
    folder = tmp_path_factory.mktemp("prepared")
    prepare({"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "ADMIN_PASSWORD": PASSWORD})
    return folder


@pytest.fixture
def site(tmp_path, prepared):
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    site = Site(tmp_path)
    try:
        site.wait_up()
        yield site
    finally:
        site.end()


def test_ctrl_c_stops_everything_and_the_next_start_has_all_data(site):
    servers.wait_until(lambda: f"answers at {site.url}/" in site.log.read_text(), 10, "the URL is printed")
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(30) == 0
    site.wait_gone()
    site.process = site.serve()
    site.wait_up()


def test_a_killed_supervisor_leaves_no_orphan(site):
    assert len(site.family()) >= 5
    site.process.kill()
    site.wait_gone()


@pytest.mark.parametrize("word", ["granian", "celery", "valkey-server"])
def test_a_killed_process_starts_again(site, word):
    victim = site.find(word)
    victim.kill()
    servers.wait_until(
        lambda: any(p.pid != victim.pid and word in " ".join(p.cmdline()) for p in site.family()),
        30,
        f"{word} is back",
    )
    site.wait_up()


def test_a_second_start_on_the_same_data_says_so(site):
    second = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        check=False,
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 1
    assert "runs already" in second.stderr


def test_a_taken_port_is_named(site, tmp_path_factory):
    environment = {**site.environment, "DATA_DIR": str(tmp_path_factory.mktemp("other"))}
    second = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        check=False,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 1
    assert f"Port {site.port} cannot be used" in second.stderr
