"""The site as separate processes, and a visitor who signs in to it with a plain HTTP client."""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path

import psutil

from demo.ports import is_free
from tests import servers

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery"


SERVE = (sys.executable, "manage.py", "serve")


def prepare(environment: Mapping[str, str]) -> None:
    """Make the data folder of `environment` ready."""
    subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True)


class Site:
    """The site on a data folder and a port of its own, started by `command`."""

    def __init__(self, folder: Path, command: Sequence[str] = SERVE, **environment: str) -> None:
        self.command = command
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
            "ADMIN_PASSWORD": PASSWORD,
            **environment,
        }
        if command is SERVE:
            prepare(self.environment)
        self.process = self.serve()

    def serve(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

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
        servers.wait_until(self.is_up, 60, "the site answers")

    def end(self) -> None:
        """End whatever is left of it."""
        for process in self.family():
            with suppress(psutil.NoSuchProcess):  # it may end by itself, its parent gone
                process.kill()
        self.process.wait()

    def wait_gone(self) -> None:
        servers.wait_until(lambda: not self.family(), 30, "no process is left")

    def find(self, word: str) -> psutil.Process:
        return next(process for process in self.family() if word in " ".join(process.cmdline()))


@contextmanager
def demo_site(folder: Path) -> Iterator[Site]:
    """Run the demo as `make demo` starts it, with its data in `folder`."""
    command = ("make", "--silent", "demo")
    site = Site(folder, command, DEMO_DATA_DIR=str(folder), DEMO_PORT=free_ports())
    try:
        site.wait_up()
        yield site
    finally:
        site.end()


def free_ports() -> str:
    """Return a DEMO_PORT from which on every port is free, below those that connections go out from."""
    blocks = (range(first, first + 17) for first in range(20_000, 30_000, 20))
    return str(next(block[0] for block in blocks if all(map(is_free, block))))


class Visitor:
    """Somebody with a browser's cookies and nothing else."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def post(self, path: str, **fields: str) -> str:
        """Send the form that stands at `path`, with its CSRF token."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        assert token, f"no form at {path}"
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = urllib.request.Request(self.url + path, data, headers={"Referer": self.url + path})
        with self.opener.open(request, timeout=20) as answer:
            return answer.read().decode()

    def sign_in(self, email: str, password: str) -> str:
        return self.post("/accounts/login/", login=email, password=password)


def newest_time(page: str) -> datetime | None:
    """Return the latest instant that a page shows, or None where it shows none."""
    found = re.findall(r'<time datetime="([^"]+)"', page)
    return max(map(datetime.fromisoformat, found), default=None)


def wait_for_measurement(visitor: Visitor, path: str, needle: str, seconds: float = 90) -> str:
    """Return the page at `path` once it shows `needle` and an instant of the last two minutes."""
    page = ""

    def is_measured() -> bool:
        nonlocal page
        page = visitor.get(path)
        newest = newest_time(page)
        return newest is not None and needle in page and datetime.now(UTC) - newest < timedelta(minutes=2)

    servers.wait_until(is_measured, seconds, f"{path} shows a fresh measurement with {needle!r}")
    return page


def expect_measurements(visitor: Visitor) -> None:
    """Look for a fresh CPU sample of this machine and a fresh check of the site's own address."""
    wait_for_measurement(visitor, "/health/hosts/", "CPU")
    overview = wait_for_measurement(visitor, "/health/", "this site")
    place = re.search(r'href="(/health/environments/\d+/)"', overview)
    assert place, "the list links to the environment"
    page = wait_for_measurement(visitor, place[1], "200")
    assert re.search(r"\d+ ms", page), "the environment's page shows a latency"
