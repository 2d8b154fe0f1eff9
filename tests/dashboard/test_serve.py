"""The site as a newcomer runs it: real processes, ended in every way they can end."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests import servers

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]


class Site:
    """`manage.py prepare` and `manage.py serve` on a data folder and a port of their own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "ADMIN_PASSWORD": "correct horse battery",
            **environment,
        }
        subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=self.environment, check=True)
        self.process = self.serve()

    def serve(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "serve"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def family(self) -> list[psutil.Process]:
        """Return every living process that works with this site's data."""
        found = []
        for process in psutil.process_iter():
            try:
                # The broker writes its title over its environment; the title names its socket.
                told = [process.environ().get("DATA_DIR", ""), *process.cmdline()]
                is_ours = any(self.environment["DATA_DIR"] in text for text in told)
                if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait_up(self) -> None:
        servers.wait_until(self.is_up, 30, "the site answers")

    def wait_gone(self) -> None:
        servers.wait_until(lambda: not self.family(), 30, "no process is left")

    def find(self, word: str) -> psutil.Process:
        return next(process for process in self.family() if word in " ".join(process.cmdline()))


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    try:
        site.wait_up()
        yield site
    finally:
        for process in site.family():
            process.kill()
        site.process.wait()


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
