"""Which sites do the browsers visit? One for each data set: a folder, a database, a web server."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests import servers

ROOT = Path(__file__).resolve().parents[2]
SETS = ("full", "error", "empty", "new", "pseudo")


class Site:
    """A data set and the web server that shows it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.name = name
        self.is_pseudo = name == "pseudo"
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        return {
            **kept,
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "tests.interface.settings",
            "LOG_LEVEL": "CRITICAL",
            **({"INTERFACE_PSEUDO": "1"} if self.is_pseudo else {}),
        }

    def prepare(self) -> subprocess.Popen[bytes]:
        """Start filling the database and finding its pages; they stand in `pages.json` at the end."""
        command = [sys.executable, "-W", "ignore", "-m", "tests.interface.prepare", self.name]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment)

    def read(self) -> None:
        found: dict[str, Any] = json.loads((self.folder / "pages.json").read_text())
        self.pages: list[dict[str, Any]] = found["pages"]
        self.left_out: list[dict[str, str]] = found["left_out"]
        self.faults: list[str] = found["faults"]
        self.cookies: dict[str, str] = found["cookies"]

    @contextmanager
    def served(self) -> Iterator[None]:
        granian = Path(sys.executable).with_name("granian")
        command = [granian, "--interface", "wsgi", "--port", str(self.port), "dashboard.wsgi:application"]
        with (self.folder / "web.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        try:
            servers.wait_until(self.is_up, 30, f"the site with the data set “{self.name}” answers")
            yield
        finally:
            servers.end(process)

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


def prepared(folder: Path, names: Sequence[str]) -> dict[str, Site]:
    """Make the data sets, two at a time, and return their sites, not yet served."""
    _finish([Site(folder, "base").prepare(), Site(folder, "static").prepare()])
    sites = {name: Site(folder, name) for name in names}
    waiting = list(sites.values())
    while waiting:
        _finish([site.prepare() for site in waiting[:2]])
        del waiting[:2]
    for site in sites.values():
        site.read()
    return sites


def _finish(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    try:
        codes = [process.wait(600) for process in processes]
    finally:
        for process in processes:
            servers.end(process)
    if any(codes):
        raise RuntimeError("a data set could not be made: see above")


@contextmanager
def serving(sites: Sequence[Site]) -> Iterator[None]:
    with ExitStack() as stack:
        for site in sites:
            stack.enter_context(site.served())
        yield


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
