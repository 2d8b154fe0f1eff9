"""What a newcomer meets: a clone in an empty folder, the README's first command, a browser."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests import servers
from tests.site import ROOT, Visitor, expect_measurements

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]


def first_command() -> str:
    """Return the first command that README shows."""
    block = re.search(r"```\n(.+?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block, "README shows a command"
    return block[1].splitlines()[0].partition("#")[0].strip()


def test_a_clone_runs_and_measures_itself(tmp_path):
    clone, home = tmp_path / "clone", tmp_path / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    kept = {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "http", "HTTP"))
    }
    # The default port, as a newcomer gets it, unless somebody sits on it.
    port = servers.free_port() if servers.answers(8000) else 8000
    environment = {
        **kept,
        "PATH": os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part),
        "HOME": str(home),
        "PIP_CACHE_DIR": str(home / "pip-cache"),
        **({"PORT": str(port)} if port != 8000 else {}),
        **({"PYENV_ROOT": os.environ["PYENV_ROOT"]} if "PYENV_ROOT" in os.environ else {}),
    }
    log = tmp_path / "log"
    with log.open("wb") as out:
        make = subprocess.Popen(
            first_command().split(),
            cwd=clone,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        servers.wait_until(
            lambda: f"answers at {url}/" in log.read_text() or make.poll() is not None,
            300,
            "the site says it answers",
        )
        password = re.search(r"Password +(\S+)", log.read_text())
        assert password, log.read_text()
        visitor = Visitor(url)
        assert "Sign out" in visitor.sign_in("admin@localhost", password[1])
        expect_measurements(visitor)
    finally:
        os.killpg(make.pid, signal.SIGINT)
        make.wait(60)
    assert not is_anything_left(clone)


def is_anything_left(folder: Path) -> bool:
    """Whether any process still runs from `folder`."""
    found = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, check=False)
    return found.returncode == 0
