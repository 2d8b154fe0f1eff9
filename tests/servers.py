"""Which real servers can the tests start here? Each runs on a scratch port or socket, for one run."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

IS_CI = os.environ.get("CI") == "true"


class MissingServerError(Exception):
    """A server that a test needs is not installed on this machine."""


def free_port() -> int:
    """Return a TCP port that nothing listens on right now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, *places: str) -> str:
    """Return the path of a server's program, or raise MissingServerError with what to install."""
    found = shutil.which(name)
    for place in places:
        found = found or next((str(path) for path in sorted(Path("/").glob(place))), None)
    if not found:
        raise MissingServerError(f"{name} is not installed")
    return found


def wait_until(is_true: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll until `is_true`, or fail naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} within {seconds} s")
        time.sleep(0.1)


def answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end(process: subprocess.Popen[bytes], seconds: float = 15) -> None:
    """End a process we started, by force when it does not listen."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis server; yields its URL."""
    binary, port = program("redis-server"), free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "--port", str(port), "--save", "", "--dir", folder, "--loglevel", "warning"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_until(lambda: answers(port), 10, "Redis answers")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            end(process)


def _as_postgres(folder: Path) -> dict[str, object]:
    """Return the Popen options under which PostgreSQL agrees to run: never as root."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, "postgres", "postgres")
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL cluster of its own with an empty database; yields the database's URL."""
    initdb = Path(program("initdb", "usr/lib/postgresql/*/bin/initdb"))
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = _as_postgres(folder)
        data = folder / "data"
        subprocess.run(
            [initdb, "-D", data, "-A", "trust", "-U", "courseops", "-N", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd="/", **options,
        )  # fmt: skip
        settings = [
            "-c",
            "fsync=off",
            "-c",
            f"unix_socket_directories={folder}",
            "-c",
            "log_min_messages=fatal",
        ]
        process = subprocess.Popen(
            [initdb.with_name("postgres"), "-D", data, "-p", str(port), *settings],
            stderr=subprocess.DEVNULL, cwd="/", **options,
        )  # fmt: skip
        try:
            wait_until(lambda: answers(port), 20, "PostgreSQL answers")
            yield f"postgres://courseops@127.0.0.1:{port}/postgres"
        finally:
            end(process)
