"""Is the place up, down, or could we not look?"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the guard needs Django and a network; what its answers mean does not
    from typing_extensions import TypeIs

    from courses.netguard import Fault, Reply

UP, DOWN, UNKNOWN = "up", "down", "unknown"
REFUSED, PROTOCOL = "refused", "protocol"  # of netguard.FaultKind
# Faults with a column of their own in the series; the rest is counted together.
COUNTED_FAULTS = ("timeout", "dns", "tls")
DETAIL_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer, or its absence, means.

    error_kind: empty when up; else `3XX`, `4XX`, `5XX` or the kind of fault.
    counted_as: the column of the series this adds one to; empty when we could not look.
    latency_ms: None when no HTTP answer came.
    """

    status: str
    error_kind: str
    counted_as: str
    http_status: int | None
    latency_ms: float | None
    detail: str

    @property
    def down_value(self) -> float | None:
        """What an alert rule judges: 1 when down, 0 when up, None when nobody could look."""
        return {UP: 0.0, DOWN: 1.0}.get(self.status)


def words_of_status(status: int) -> str:
    """Return a status code as people know it: `502 Bad Gateway`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status}, a status code that HTTP does not define"


def plain(text: str) -> str:
    """Return `text` bounded, on one line, and with nothing in it that a database refuses."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)[
        :DETAIL_LENGTH
    ]


def clause(sentence: str) -> str:
    """Return a sentence as it stands after a colon: `the TLS handshake failed`."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def judge(outcome: "Reply | Fault") -> Verdict:
    """Return what the outcome of a request to an environment's own address means.

    2XX is up; every other final status is down, because nobody who opens the address gets the
    page. A request that our own network guard refused says nothing about the place.
    """
    if _is_reply(outcome):
        return _judge_reply(outcome)
    kind, detail = str(outcome.kind), clause(plain(outcome.detail))
    if kind == REFUSED:
        return Verdict(UNKNOWN, kind, "", None, None, detail)
    counted_as = kind if kind in COUNTED_FAULTS else "other"
    return Verdict(DOWN, kind, counted_as, None, None, detail)


def _is_reply(outcome: "Reply | Fault") -> "TypeIs[Reply]":
    return hasattr(outcome, "status")


def _judge_reply(reply: "Reply") -> Verdict:
    words, group = words_of_status(reply.status), reply.status // 100
    if group == 2:
        return Verdict(UP, "", "ok", reply.status, reply.latency_ms, words)
    if group in (3, 4, 5):
        kind, column = f"{group}XX", f"http_{group}xx"
        return Verdict(DOWN, kind, column, reply.status, reply.latency_ms, words)
    return Verdict(DOWN, PROTOCOL, "other", reply.status, reply.latency_ms, words)
