"""What does every program of the demo share: where the site is, and how it ends when told to?"""

import asyncio
import os
import signal
from pathlib import Path

SITE_URL = os.environ.get("SITE_URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
DATA_DIR = Path(os.environ.get("DATA_DIR", "var/demo"))


async def until_stopped() -> None:
    """Wait for SIGTERM or Ctrl-C."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()


def printable(text: str, length: int = 200) -> str:
    """Return the start of `text` on one line, with nothing in it that a terminal obeys."""
    safe = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(safe.split())[:length]
