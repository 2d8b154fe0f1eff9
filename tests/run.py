"""Run the whole suite on both databases: `python -m tests.run [pytest arguments]`.

Two suites at a time. In front, on SQLite with the embedded broker: what runs in one process, then every
page in a browser. Beside it: the first of these on PostgreSQL with Redis and with coverage, which slows it,
then what starts the whole site and what acts in a browser. Each takes about as long as the other.
Without PostgreSQL and Redis coverage is measured on SQLite and that is said; with CI=true it is a failure.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from dashboard import processes
from tests import servers

COVERAGE = ["-m", "coverage"]
PYTEST = ["-m", "pytest", "-m"]
IN_ONE_PROCESS = "not (e2e or processes)"
EVERY_PAGE = ["e2e", "--ignore=tests/e2e"]
WHOLE_SITE = ["e2e or processes", "--ignore=tests/interface"]


@contextmanager
def embedded_broker() -> Iterator[str]:
    """The broker that `manage.py serve` starts, on a socket of its own; yields its URL."""
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "v.sock"
        process = subprocess.Popen(processes.broker_command(socket))
        try:
            servers.wait_until(socket.exists, 10, "the embedded broker answers")
            yield f"unix://{socket}"
        finally:
            servers.end(process)


def run_suite(command: list[str], environment: dict[str, str], output: IO[bytes] | None = None) -> int:
    """Run pytest with a data folder of its own and return its exit code.

    command: Python's arguments. output: the file that takes what it prints.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        code = subprocess.run(
            [sys.executable, *command],
            env={**os.environ, **environment, "TEST_DATA_DIR": folder},
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            check=False,
        ).returncode
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else code


def run_beside(sqlite: dict[str, str], arguments: list[str], output: IO[bytes]) -> int:
    """Run the suites that do not stand in front; return the first bad exit code."""
    measured = [*COVERAGE, "run", *PYTEST, IN_ONE_PROCESS, *arguments]
    try:
        with servers.postgres_server() as database, servers.redis_server() as redis:
            code = run_suite(measured, {"DATABASE_URL": database, "TEST_REDIS_URL": redis}, output)
    except servers.MissingServerError as error:
        output.write(f"NOT RUN: the suite on PostgreSQL with Redis ({error}).\n".encode())
        output.flush()
        code = run_suite(measured, sqlite, output) or int(servers.IS_CI)
    return run_suite([*PYTEST, *WHOLE_SITE, *arguments], sqlite, output) or code


def main(arguments: list[str]) -> int:
    """Run everything and the coverage bar; return the first bad exit code."""
    with embedded_broker() as broker, tempfile.TemporaryFile() as output, ThreadPoolExecutor(1) as pool:
        sqlite = {"TEST_REDIS_URL": broker}
        beside = pool.submit(run_beside, sqlite, arguments, output)
        print("\n== SQLite with the embedded broker ==", flush=True)
        codes = [run_suite([*PYTEST, IN_ONE_PROCESS, *arguments], sqlite)]
        print("\n== Every page in a browser ==", flush=True)
        codes += [run_suite([*PYTEST, *EVERY_PAGE, *arguments], sqlite), beside.result()]
        print("\n== PostgreSQL with Redis, then the whole site ==", flush=True)
        output.seek(0)
        print(output.read().decode(errors="replace"))
    report = [sys.executable, *COVERAGE, "report", "--fail-under=95"]
    codes.append(subprocess.run(report, check=False).returncode)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
