"""Read this machine once a minute and tell the site, until ended."""

import argparse
import os
import sys
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .reading import read, to_json
from .sending import Answer, send

KEPT = 60  # an hour of readings while the site is away


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options, or exit saying which one is wrong."""
    parser = argparse.ArgumentParser(prog="courseops-agent", description=__doc__)
    parser.add_argument("--url", required=True, help="the site, such as https://courseops.example.org")
    parser.add_argument(
        "--interval", type=float, default=60.0, metavar="SECONDS", help="10 to 3600; default 60"
    )
    parser.add_argument("--disk", type=Path, default=Path("/"), help="a path on the disk to watch; default /")
    parser.add_argument("--once", action="store_true", help="send one reading and end")
    options = parser.parse_args(arguments)
    if not options.url.startswith(("http://", "https://")):
        parser.error("--url must start with http:// or https://")
    if not 10 <= options.interval <= 3600:
        parser.error("--interval must be 10 to 3600 seconds")
    if not os.environ.get("COURSEOPS_KEY"):
        parser.error("set COURSEOPS_KEY to an API key with the scope 'ingest'")
    return options


def deliver(url: str, key: str, waiting: deque[dict[str, Any]]) -> Answer:
    """Send what waits. What was taken, or can never be taken, waits no longer."""
    answer = send(url, key, list(waiting))
    if not answer.is_temporary:
        waiting.clear()
    return answer


def main(arguments: list[str] | None = None) -> int:
    """Run the agent; return 0, or 1 when `--once` failed."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    waiting: deque[dict[str, Any]] = deque(maxlen=KEPT)
    while True:
        figures = to_json(read(options.disk))
        waiting.append({"at": datetime.now(UTC).isoformat(), "every_s": options.interval, **figures})
        answer = deliver(options.url, os.environ["COURSEOPS_KEY"], waiting)
        if answer.problem:
            print(f"courseops-agent: {answer.problem}", file=sys.stderr, flush=True)
        if options.once:
            return 1 if answer.problem else 0
        time.sleep(options.interval)


if __name__ == "__main__":
    sys.exit(main())
