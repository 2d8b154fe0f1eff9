"""May this address be reached, and what does it answer, redirects followed?

An address is resolved once and every result is vetted; the connection goes to a vetted result.
"""

import asyncio
import ipaddress
import socket
import time
import zlib
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from courses.netguard.messages import Fault, FaultKind, Outgoing, Reply
from courses.networks import AddressRefusedError, vet


class VettingResolver(AbstractResolver):
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


def open_socket(address: tuple[Any, ...]) -> socket.socket:
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


def _target_of(url: URL, location: str) -> URL | None:
    """Return where a redirect leads, or None when it leads to no web address at all."""
    try:
        target = url.join(URL(location))
    except ValueError:
        return None
    return target if target.scheme in ("http", "https") and target.host else None


async def follow(session: aiohttp.ClientSession, request: Outgoing, started: float) -> Reply | Fault:
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
