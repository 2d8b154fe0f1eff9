"""How is GitLab asked, and what kind of answer came back?"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar

import msgspec

from courses.netguard import Fault, Outgoing, Reply
from courses.netguard import FaultKind as NetFault
from pipelines.clients.readings import Access, CIFault, FaultKind

TIMEOUT_S = 25.0
MAX_BYTES = 12_000_000
LONGEST_WAIT_S = 3600
RemoteId = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
T = TypeVar("T")


class Version(msgspec.Struct):
    version: str


class Token(msgspec.Struct):
    scopes: list[str]
    expires_at: date | None = None


class Message(msgspec.Struct):
    """Any of GitLab's ways to say no."""

    message: object = None
    error: str | None = None
    error_description: str | None = None


def _headers(access: Access) -> dict[str, str]:
    return {"Authorization": f"Bearer {access.token}"}


def get(access: Access, path: str) -> Outgoing:
    """Return a REST request; `path` starts behind `/api/v4`."""
    url = f"{access.base_url.rstrip('/')}/api/v4{path}"
    return Outgoing(url, headers=_headers(access), timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES)


def post(access: Access, body: bytes) -> Outgoing:
    """Return a GraphQL request."""
    return Outgoing(
        f"{access.base_url.rstrip('/')}/api/graphql",
        method="POST",
        headers={**_headers(access), "Content-Type": "application/json"},
        body=body,
        timeout_s=TIMEOUT_S,
        max_bytes=MAX_BYTES,
    )


def _retry_after_s(reply: Reply) -> int:
    """Return the seconds to wait, from a number or an HTTP date; a minute when nothing is said."""
    told = reply.headers.get("Retry-After", "")
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            seconds = 60.0
    return int(min(max(seconds, 1.0), LONGEST_WAIT_S)) if seconds == seconds else 60  # noqa: PLR0124 - NaN


def rest_s(headers: Mapping[str, str], now: datetime) -> int:
    """Return how long to ask for nothing that can wait: until the limit's reset once little is left of it."""
    told = [headers.get(f"RateLimit-{name}", "") for name in ("Limit", "Remaining", "Reset")]
    if not all(number.isascii() and number.isdigit() and len(number) < 12 for number in told):
        return 0
    limit, remaining, reset = map(int, told)
    if remaining * 5 > limit:
        return 0
    return int(min(max(reset - now.timestamp(), 1.0), LONGEST_WAIT_S))


def ran_out_of_time(words: str) -> bool:
    """Return whether the errors of an answer of GraphQL say that the server gave up half-way."""
    return "imeout" in words or "timed out" in words


def _connection_fault(fault: Fault) -> CIFault:
    if fault.kind == NetFault.REFUSED:
        return CIFault(FaultKind.REFUSED, fault.detail)
    if fault.kind in (NetFault.TIMEOUT, NetFault.CONNECT, NetFault.DNS):
        return CIFault(FaultKind.BUSY, fault.detail, is_maybe_size=fault.kind == NetFault.TIMEOUT)
    return CIFault(FaultKind.BROKEN, fault.detail)


def _refusal(reply: Reply) -> CIFault:
    try:
        said = msgspec.json.decode(reply.body, type=Message)
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = Message()
    if said.error == "insufficient_scope":
        return CIFault(FaultKind.REFUSED, "The token lacks the scope “read_api”.")
    return CIFault(FaultKind.REFUSED, "The server forbids this request (403).", is_maybe_way=True)


def fault_of(outcome: Reply | Fault) -> CIFault | None:
    """Return why `outcome` cannot be used, or None when its body is worth decoding."""
    if isinstance(outcome, Fault):
        return _connection_fault(outcome)
    status = outcome.status
    if status == 401:
        return CIFault(FaultKind.AUTH, "The token is not valid: it is wrong, expired or revoked.")
    if status == 403:
        return _refusal(outcome)
    if status == 404:
        return CIFault(FaultKind.GONE, "It does not exist, or the token may not see it.")
    if status == 429:
        wait_s = _retry_after_s(outcome)
        return CIFault(FaultKind.THROTTLED, f"Too many requests. The server asks to wait {wait_s} s.", wait_s)
    if status == 408 or (status >= 500 and status != 501):
        return CIFault(FaultKind.BUSY, f"The server answers with {status}.", is_maybe_size=True)
    return _shape_fault(outcome)


def _shape_fault(reply: Reply) -> CIFault | None:
    if 300 <= reply.status < 400:
        target = reply.headers.get("Location", "")[:200]
        words = f"The server redirects to {target}. Enter that address instead."
        return CIFault(FaultKind.BROKEN, words, is_maybe_way=True)
    is_html = "html" in reply.headers.get("Content-Type", "") or reply.body.lstrip()[:1] == b"<"
    if is_html:
        words = "The server sent a web page, probably a sign-in form, and no data."
        return CIFault(FaultKind.BROKEN, words, is_maybe_way=True)
    if reply.is_truncated:
        return CIFault(FaultKind.BROKEN, "The answer is too large.", is_maybe_size=True)
    if reply.status not in (200, 422):
        return CIFault(FaultKind.BROKEN, f"The server answers with {reply.status}.", is_maybe_way=True)
    return None


def decode(outcome: Reply | Fault, kind: type[T]) -> T | CIFault:
    """Return the body of `outcome` as `kind`, or why that is not possible."""
    fault = fault_of(outcome)
    if fault is not None:
        return fault
    assert isinstance(outcome, Reply)  # noqa: S101 - fault_of told
    try:
        return msgspec.json.decode(outcome.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        words = "The answer is cut off or no valid JSON of GitLab's."
        is_cut_off = outcome.body.lstrip()[:1] == b"{"
        return CIFault(FaultKind.BROKEN, words, is_maybe_way=not is_cut_off)


def in_stage_order(stages: Sequence[str], jobs: Sequence[tuple[str, int]]) -> list[int]:
    """Return the indices of `jobs`, given as (stage, id), in the order of `stages`, then of ids."""
    rank = {name: number for number, name in reversed(list(enumerate(stages)))}
    return sorted(range(len(jobs)), key=lambda i: (rank.get(jobs[i][0], len(rank)), jobs[i][1]))
