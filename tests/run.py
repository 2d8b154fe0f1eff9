"""Run the whole suite on both databases: `python -m tests.run [pytest arguments]`.

First on SQLite with the embedded broker, then on PostgreSQL with Redis. Without those servers
the second run is left out and said so; with CI=true that is a failure.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from dashboard import processes
from tests import servers

COVERAGE = [sys.executable, "-m", "coverage"]


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


def run_suite(name: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Run pytest under coverage and return its exit code."""
    print(f"\n== {name} ==", flush=True)
    return subprocess.run(
        [*COVERAGE, "run", "--parallel-mode", "-m", "pytest", *arguments],
        env={**os.environ, **environment, "COVERAGE_FILE": f".coverage.{name.split(maxsplit=1)[0]}"},
        check=False,
    ).returncode


def main(arguments: list[str]) -> int:
    """Run both suites and the coverage bar; return the first bad exit code."""
    for old in Path().glob(".coverage*"):
        old.unlink()
    with embedded_broker() as broker:
        code = run_suite("SQLite with the embedded broker", {"TEST_REDIS_URL": broker}, arguments)
    if code:
        return code
    with ExitStack() as stack:
        try:
            database = stack.enter_context(servers.postgres_server())
            redis = stack.enter_context(servers.redis_server())
        except servers.MissingServerError as error:
            print(f"\nNOT RUN: the suite on PostgreSQL with Redis ({error}).", flush=True)
            return 1 if servers.IS_CI else 0
        environment = {"DATABASE_URL": database, "TEST_REDIS_URL": redis}
        both = ["-m", "not e2e and not processes", *arguments]
        code = run_suite("PostgreSQL with Redis", environment, both)
    subprocess.run([*COVERAGE, "combine", "--quiet"], check=True)
    return code or subprocess.run([*COVERAGE, "report", "--fail-under=95"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
