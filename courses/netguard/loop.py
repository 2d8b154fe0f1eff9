"""Where do all requests of a process run at once?

One event loop in a thread of its own, and one session in it, so that connections are kept from
one batch to the next.
"""

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
from django.conf import settings

from courses.netguard.following import VettingResolver, follow, open_socket
from courses.netguard.messages import Fault, Outgoing, Reply, fault_of

AT_ONCE = 400  # requests in flight in one process, above any batch
KEEP_FOR_S = 30


class _Loop:
    """The event loop thread of this process, its session and its limit."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        # getaddrinfo blocks a thread each: names that hang must not starve the others.
        self.loop.set_default_executor(ThreadPoolExecutor(64, thread_name_prefix="resolve"))
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

    async def _fetch_all(self, requests: Sequence[Outgoing]) -> list[Reply | Fault]:
        return await asyncio.gather(*map(self._fetch, requests))

    def run(self, requests: Sequence[Outgoing]) -> list[Reply | Fault]:
        work: Coroutine[Any, Any, list[Reply | Fault]] = self._fetch_all(requests)
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

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


def fetch_all(requests: Sequence[Outgoing]) -> list[Reply | Fault]:
    """Make all `requests` at once and return their outcomes in the same order.

    Takes as long as the slowest, at most the largest `timeout_s`. Safe to call from any thread.
    """
    with _lock:
        loop = _loops.get(os.getpid()) or _loops.setdefault(os.getpid(), _Loop())
    return loop.run(requests)


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
