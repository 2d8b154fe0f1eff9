"""Which little student apps does the demo run, and when do their ports answer?

Six real web servers in one process, each on its own port, each with its own character. Two of
them take part in an experiment.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
from aiohttp import web

from demo import ports
from demo.certificate import self_signed
from demo.characters import Character, Fault, Outage
from demo.experiment import Participation
from demo.process import DATA_DIR, SITE_URL, until_stopped
from demo.webapp import Clock, Spec, make_app

OUTAGES = (Outage(300, 360, Fault.BAD_GATEWAY), Outage(360, 420, Fault.NOT_LISTENING))
HICCUP = (Outage(120, 126, Fault.SERVER_ERROR),)  # too short for an alert, long enough for a chart
APPS = [
    Spec("Mensa Menu", ports.APPS[0], "What is for lunch?", Character(25, 0.3), experiment="order-button"),
    Spec("Book Swap", ports.APPS[1], "Pass your textbooks on.", Character(120, 0.4, outages=HICCUP)),
    Spec("Room Finder", ports.APPS[2], "Which room is free now?", Character(60, 0.3, outages=OUTAGES)),
    Spec("Lecture Notes", ports.APPS[3], "Everyone's notes, in one place.", Character(1800, 0.15)),
    Spec("Study Timer", ports.APPS[4], "25 minutes, then a break.", Character(30), is_tls=True),
    Spec(
        "Campus Quest",
        ports.APPS[5],
        "Find all twelve stones.",
        Character(180, 0.7, 0.5),
        experiment="signup-form",
    ),
]


class Listener:
    """Opens and closes one app's port as its character says."""

    def __init__(self, spec: Spec, make: Callable[[], web.Application], clock: Clock, port: int) -> None:
        self.spec = spec
        self.make = make
        self.clock = clock
        self.port = port
        self.tls = self_signed() if spec.is_tls else None
        self.runner: web.AppRunner | None = None
        self.told = ""

    async def keep(self) -> None:
        """Make the port open or closed, whichever it should be now."""
        is_closed = self.spec.character.fault(self.clock()) is Fault.NOT_LISTENING
        if is_closed and self.runner is not None:
            await self.close()
        elif not is_closed and self.runner is None:
            runner = web.AppRunner(self.make(), access_log=None, shutdown_timeout=0, keepalive_timeout=15)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self.tls, reuse_address=True)
            try:
                await site.start()
                self.runner = runner
            except OSError as error:
                await runner.cleanup()
                self._tell(
                    f"{self.spec.name} cannot listen on port {self.port}: {os.strerror(error.errno or 0)}"
                )

    def _tell(self, text: str) -> None:
        if text != self.told:
            print(text, flush=True)
            self.told = text

    async def close(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None


def key_in(path: Path, name: str) -> str:
    """Return the API key kept under `name`, or an empty string while there is none."""
    try:
        return str(json.loads(path.read_text()).get(name, ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _listener(spec: Spec, part: Participation | None) -> Listener:
    return Listener(spec, lambda: make_app(spec, clock=time.time, part=part), time.time, spec.port)


def _participation(session: aiohttp.ClientSession, name: str) -> Participation:
    return Participation(
        session,
        site_url=SITE_URL,
        experiment=name,
        key=lambda: key_in(DATA_DIR / "demo-keys.json", name),
        clock=time.time,
    )


async def _keep_all(listeners: list[Listener]) -> None:
    while True:
        for listener in listeners:
            await listener.keep()
        await asyncio.sleep(1)


async def main() -> None:
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
        parts = {s.experiment: _participation(session, s.experiment) for s in APPS if s.experiment}
        listeners = [_listener(spec, parts.get(spec.experiment)) for spec in APPS]
        running = [tasks.create_task(part.run()) for part in parts.values()]
        running.append(tasks.create_task(_keep_all(listeners)))
        await until_stopped()
        for task in running:
            task.cancel()
        for listener in listeners:
            await listener.close()


if __name__ == "__main__":
    asyncio.run(main())
