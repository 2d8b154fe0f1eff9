"""May this address be reached, and what did it answer?

The one client for addresses that people enter. An address is resolved once, every result is
vetted, and the connection goes to a vetted result: a name that changes its mind between the
look and the call gains nothing. Each redirect is vetted again; time, redirects and bytes are
bounded. What goes wrong outside comes back as a `Fault`, never as an exception.

All requests of a process share one event loop in a thread of its own, and one session in it,
so that connections are kept from one batch to the next.
"""

import asyncio
import atexit
import ipaddress
import os
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from yarl import URL

from courses.networks import AddressRefusedError, vet

AT_ONCE = 400  # requests in flight in one process, above any batch
KEEP_FOR_S = 30


class FaultKind(StrEnum):
    """Why there is no answer."""

    REFUSED = "refused"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to make. `timeout_s` covers everything from name look-up to the last byte."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout_s: float = 10.0
    max_bytes: int = 1_000_000
    max_redirects: int = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. `body` is unpacked and holds `max_bytes` at most."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    latency_ms: float
    url: str
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """No HTTP answer, with the reason in words a person can act on."""

    kind: FaultKind
    detail: str
    latency_ms: float


class _VettingResolver(AbstractResolver):
    """Resolves in the loop's executor and returns only vetted addresses."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        families = {str(info[4][0]): info[0] for info in found}
        return [
            ResolveResult(hostname=host, host=text, port=port, family=families[text], proto=0, flags=0)
            for text in vet(host, list(families), port)
        ]

    async def close(self) -> None:
        pass


def _open_socket(address: tuple[Any, ...]) -> socket.socket:
    """Vet once more what is really connected to: an address in the URL never meets the resolver."""
    family, kind, protocol, _, target = address
    vet(str(target[0]), [str(target[0])], int(target[1]))
    return socket.socket(family, kind, protocol)


def vet_url(url: URL) -> Fault | None:
    """Return why `url` cannot be asked for, as far as its text tells, else None."""
    if url.scheme not in ("http", "https") or not url.host:
        return Fault(
            FaultKind.REFUSED, "The address must start with http:// or https:// and name a host.", 0.0
        )
    if url.user or url.password:
        return Fault(FaultKind.REFUSED, "The address must not hold a user name or password.", 0.0)
    try:
        literal = ipaddress.ip_address(url.host)
    except ValueError:
        return None  # a name: the resolver vets what it stands for
    try:
        vet(url.host, [str(literal)], url.port or 443)
    except AddressRefusedError as error:
        return Fault(FaultKind.REFUSED, str(error), 0.0)
    return None


def _unpacked(body: bytes, encoding: str, limit: int) -> tuple[bytes, bool]:
    if encoding not in ("gzip", "deflate"):
        return body, False
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        return unpacker.decompress(body, limit), bool(unpacker.unconsumed_tail)
    except zlib.error:
        return body, False


async def _read(response: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            response.close()
            break
    body = b"".join(chunks)
    unpacked, is_cut = _unpacked(body[:limit], response.headers.get("Content-Encoding", "").lower(), limit)
    return unpacked, is_cut or size > limit


# What aiohttp raises, most special first, and what it means.
MEANINGS: list[tuple[tuple[type[BaseException], ...], FaultKind, str]] = [
    ((aiohttp.ClientSSLError, ssl.SSLError), FaultKind.TLS, "The TLS handshake failed."),
    (
        (aiohttp.ClientConnectorDNSError, socket.gaierror),
        FaultKind.DNS,
        "The host name cannot be resolved.",
    ),
    (
        (aiohttp.InvalidURL, UnicodeError),
        FaultKind.REFUSED,
        "The address is not a valid URL.",
    ),
    (
        (aiohttp.ServerDisconnectedError,),
        FaultKind.PROTOCOL,
        "The server closed the connection without an answer.",
    ),
]


def _fault_of(error: BaseException, timeout_s: float) -> tuple[FaultKind, str]:
    """Return the kind and the words for what aiohttp raised."""
    causes = (error, getattr(error, "os_error", None), error.__cause__)
    refused = next((cause for cause in causes if isinstance(cause, AddressRefusedError)), None)
    if refused is not None:
        return FaultKind.REFUSED, str(refused)
    if isinstance(error, TimeoutError):
        return FaultKind.TIMEOUT, f"No complete answer within {timeout_s:g} s."
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or str(error.certificate_error)
        return FaultKind.TLS, f"The certificate is not valid: {reason}."
    for kinds, kind, words in MEANINGS:
        if isinstance(error, kinds):
            return kind, words
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        reason = os.strerror(number) if number else str(error.os_error)
        return FaultKind.CONNECT, f"The connection failed: {reason}."
    return FaultKind.PROTOCOL, f"The answer is not valid HTTP ({type(error).__name__})."


def _target_of(url: URL, location: str) -> URL | None:
    """Return where a redirect leads, or None when it leads to no web address at all."""
    try:
        target = url.join(URL(location))
    except ValueError:
        return None
    return target if target.scheme in ("http", "https") and target.host else None


async def _follow(session: aiohttp.ClientSession, request: Outgoing, started: float) -> Reply | Fault:
    try:
        url, headers = URL(request.url), dict(request.headers)
    except ValueError:
        return Fault(FaultKind.REFUSED, "The address is not a valid URL.", 0.0)
    for hop in range(request.max_redirects + 1):
        fault = vet_url(url)
        if fault is not None:
            return fault
        async with session.request(
            request.method, url, headers=headers, data=request.body, allow_redirects=False
        ) as response:
            location = response.headers.get("Location")
            is_followed = response.status in (301, 302, 303, 307, 308) and location and request.max_redirects
            if not is_followed or request.method not in ("GET", "HEAD"):
                body, is_truncated = await _read(response, request.max_bytes)
                latency_ms = (time.perf_counter() - started) * 1000
                return Reply(response.status, response.headers, body, latency_ms, str(url), is_truncated)
        if hop < request.max_redirects:
            target = _target_of(url, location or "")
            if target is None:
                return Fault(FaultKind.REDIRECT, "The redirect does not lead to a web address.", 0.0)
            if target.origin() != url.origin():
                headers = {}  # what was meant for one host is not told to another
            url = target
    return Fault(FaultKind.REDIRECT, f"More than {request.max_redirects} redirects.", 0.0)


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
                resolver=_VettingResolver(),
                socket_factory=_open_socket,
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
                    outcome = await _follow(self._open_session(), request, started)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                kind, detail = _fault_of(error, request.timeout_s)
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
