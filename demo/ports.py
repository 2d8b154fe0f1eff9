"""Where do the programs of the demo listen? `python -m demo.ports` tells whether they can.

Every port follows from one, DEMO_PORT, so that a second demo needs one other number.
"""

import os
import socket
import sys
from collections.abc import Sequence

USUAL = "8090"
HIGHEST = 65_535


def _first(told: str) -> int:
    """Return the number in `told`; 0, which is no port of ours, for anything else."""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0


GITLAB = _first(os.environ.get("DEMO_PORT") or USUAL)
MAIL, WEB = GITLAB + 5, GITLAB + 6
APPS = [GITLAB + place for place in range(11, 17)]
ALL = [GITLAB, MAIL, WEB, *APPS]


def is_free(port: int) -> bool:
    """Return whether a program could listen on `port` of this machine now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def complaint(ports: Sequence[int], site_port: str) -> str:
    """Return in one sentence why the demo cannot listen on `ports`; empty when it can.

    site_port: where the site itself is to listen.
    """
    advice = f"choose other ports with `make demo DEMO_PORT={_another()}`."
    if ports[0] < 1024 or ports[-1] > HIGHEST:
        return f"DEMO_PORT must be a number from 1024 to {HIGHEST - 16}: {advice}"
    if site_port in map(str, ports):
        return f"PORT {site_port} is one that the demo's programs use: choose another one."
    taken = [str(port) for port in ports if not is_free(port)]
    if not taken:
        return ""
    words = f"port {taken[0]} is" if len(taken) == 1 else f"ports {', '.join(taken)} are"
    return f"The demo cannot start because {words} in use: {advice}"


def _another() -> int:
    """Return a first port from which all are free, as far as a few looks find one."""
    blocks = (range(first, first + 17) for first in range(int(USUAL) + 100, int(USUAL) + 1100, 100))
    free = (block[0] for block in blocks if all(is_free(port) for port in block))
    return next(free, int(USUAL) + 100)


if __name__ == "__main__":
    sys.exit(complaint(ALL, os.environ.get("PORT") or "8000") or 0)
