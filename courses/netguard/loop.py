"""Where do all requests of a process run at once?

One event loop in a thread of its own, and one session in it, so that connections are kept from
one batch to the next.
"""

import asyncio
import atexit
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Queue

import aiohttp
from django.conf import settings

from courses.netguard.following import VettingResolver, follow, open_socket
from courses.netguard.messages import Fault, FaultKind, Outgoing, Reply, fault_of

logger = logging.getLogger(__name__)

Arrival = tuple[int, Reply | Fault]
AT_ONCE = 400  # requests in flight in one process, above any batch
# getaddrinfo blocks a thread each, for longer than its request waits. One for every request in
# flight and as many for those that gave up: names that hang keep nobody else's from being looked up.
LOOK_UPS = 2 * AT_ONCE
KEEP_FOR_S = 30


class _Loop:
    """The event loop thread of this process, its session and its limit."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(ThreadPoolExecutor(LOOK_UPS, thread_name_prefix="resolve"))
        self.slots = asyncio.Semaphore(AT_ONCE)
        self.session: aiohttp.ClientSession | None = None
        self.thread = threading.Thread(target=self.loop.run_forever, name="netguard", daemon=True)
        self.thread.start()

    def _open_session(self) -> aiohttp.ClientSession:
        if self.session is None:
            connector = aiohttp.TCPConnector(
                resolver=VettingResolver(),
                socket_factory=open_socket,
                limit=0,
                ttl_dns_cache=10,
                keepalive_timeout=KEEP_FOR_S,
            )
            self.session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
                headers={"User-Agent": f"Courseops (+{settings.SITE_URL})", "Accept-Encoding": "identity"},
            )
        return self.session

    async def _fetch(self, request: Outgoing) -> Reply | Fault:
        async with self.slots:
            started = time.perf_counter()
            try:
                async with asyncio.timeout(request.timeout_s):
                    outcome = await follow(self._open_session(), request, started)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                kind, detail = fault_of(error, request.timeout_s)
                outcome = Fault(kind, detail, 0.0)
        if isinstance(outcome, Fault):
            return Fault(outcome.kind, outcome.detail, (time.perf_counter() - started) * 1000)
        return outcome

    async def _tell(self, place: int, request: Outgoing, told: Queue[Arrival]) -> None:
        try:
            outcome = await self._fetch(request)
        except Exception:  # one request must not take the others of its batch with it
            logger.exception("A request failed in a way of its own")
            outcome = Fault(FaultKind.REFUSED, "The request could not be made; the fault is logged.", 0.0)
        told.put((place, outcome))

    def start(self, requests: Sequence[Outgoing]) -> Queue[Arrival]:
        """Start all `requests` and return where their outcomes arrive, each with its place."""
        told: Queue[Arrival] = Queue()
        for place, request in enumerate(requests):
            asyncio.run_coroutine_threadsafe(self._tell(place, request, told), self.loop)
        return told

    async def _close_session(self) -> None:
        if self.session is not None:
            await self.session.close()

    def close(self) -> None:
        """End the connections and the thread."""
        asyncio.run_coroutine_threadsafe(self._close_session(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


_lock = threading.Lock()
_loops: dict[int, _Loop] = {}  # by process: a loop's thread does not survive a fork


def fetch_as_ready(requests: Sequence[Outgoing], *, every_s: float = 1.0) -> Iterator[list[Arrival]]:
    """Make all `requests` at once; yield their outcomes, each with its place, as they come in.

    What is there is handed on after `every_s` at the latest, so that a target that hangs keeps
    nobody else's answer. Ends with the slowest. Safe to call from any thread.
    """
    with _lock:
        loop = _loops.get(os.getpid()) or _loops.setdefault(os.getpid(), _Loop())
    told, left = loop.start(requests), len(requests)
    while left:
        arrived = [told.get()]
        until = time.monotonic() + every_s
        while len(arrived) < left and (rest := until - time.monotonic()) > 0:
            with suppress(Empty):
                arrived.append(told.get(timeout=rest))
        left -= len(arrived)
        yield arrived


def fetch_all(requests: Sequence[Outgoing]) -> list[Reply | Fault]:
    """Make all `requests` at once and return their outcomes in the same order.

    Takes as long as the slowest, at most the largest `timeout_s`.
    """
    arrived = [arrival for some in fetch_as_ready(requests) for arrival in some]
    return [outcome for _, outcome in sorted(arrived, key=lambda arrival: arrival[0])]


@atexit.register
def close() -> None:
    """End what this process has open; the next request opens it again."""
    with _lock:
        loop = _loops.pop(os.getpid(), None)
    if loop is not None:
        loop.close()


def fetch(request: Outgoing) -> Reply | Fault:
    """Make one request."""
    return fetch_all([request])[0]
