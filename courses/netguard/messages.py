"""What is asked, what was answered, and what went wrong in words?"""

import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import aiohttp

from courses.networks import AddressRefusedError


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


def fault_of(error: BaseException, timeout_s: float) -> tuple[FaultKind, str]:
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
