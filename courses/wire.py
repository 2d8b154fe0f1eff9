"""What does every function that answers machines share? A bounded body, a key, an answer.

The hot paths are plain WSGI functions that `dashboard/wsgi.py` calls before Django sees the
request. A `RefusedError` carries what went wrong; each protocol words it in its own format.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any

import msgspec
from django.db import Error as DatabaseError
from django.utils import timezone

from courses import keys, services
from courses.bodies import Environ, RefusedError, decode, json_fault, read_body
from courses.models import ApiKey

__all__ = [
    "Caller",
    "Environ",
    "RefusedError",
    "StartResponse",
    "Throttle",
    "WireFunction",
    "accept",
    "answer",
    "authenticate",
    "decode",
    "forget_callers",
    "json_fault",
    "project_of",
    "read_body",
    "store",
]

logger = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
WireFunction = Callable[[Environ, StartResponse], Iterable[bytes]]

CACHE_S = 30.0  # how long a revoked key may still open the door of one process
CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a key stands for, and how far it reaches."""

    key_id: int
    course_id: int
    project_id: int | None
    environment_id: int | None
    scopes: frozenset[str]


_callers: dict[str, tuple[float, Caller | None]] = {}


def _look_up(key: str) -> Caller | None:
    prefix = keys.prefix_of(key)
    if prefix is None:
        return None
    row = ApiKey.objects.usable(timezone.now()).filter(prefix=prefix).first()
    if row is None or not keys.matches(key, row.digest):
        return None
    services.mark_key_used(row, now=timezone.now())
    return Caller(row.pk, row.course_id, row.project_id, row.environment_id, frozenset(row.scopes.split()))


def authenticate(environ: Environ, scope: str) -> Caller:
    """Return who calls, from `Authorization: Bearer` or `X-API-Key`; raise 401 or 403.

    Look-ups are kept for `CACHE_S` seconds in this process, failed ones too.
    """
    scheme, _, credentials = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    key = credentials.strip() if scheme.lower() == "bearer" else environ.get("HTTP_X_API_KEY", "")
    if not key:
        raise RefusedError(401, "Send an API key as 'Authorization: Bearer co_…'.", field="Authorization")
    digest = keys.digest_of(key)
    kept = _callers.get(digest)
    if kept is None or kept[0] < time.monotonic():
        if len(_callers) >= CACHE_SIZE:
            _callers.clear()
        kept = _callers[digest] = (time.monotonic() + CACHE_S, _look_up(key))
    caller = kept[1]
    if caller is None:
        raise RefusedError(401, "This API key is unknown, expired or revoked.", field="Authorization")
    if scope not in caller.scopes:
        raise RefusedError(403, f"This API key lacks the scope '{scope}'.", field="Authorization")
    return caller


def accept(environ: Environ, *, path: str, what: str) -> Caller:
    """Return who sends `what` to `path`; raise 404 for another path, 405 for another method, 401 or 403."""
    if environ["PATH_INFO"] != path:
        raise RefusedError(404, f"There is nothing here. {what} go to {path}.")
    if environ["REQUEST_METHOD"] != "POST":
        raise RefusedError(405, "Send this as POST.", headers={"Allow": "POST"})
    return authenticate(environ, "ingest")


def project_of(caller: Caller) -> int:
    """Return the project a key is for; raise 403 for a key of a whole course."""
    if caller.project_id is None:
        raise RefusedError(403, "This API key is for no project. Make a key for the project.")
    return caller.project_id


def forget_callers() -> None:
    """Drop what `authenticate` remembers, for tests."""
    _callers.clear()


class Throttle:
    """A token bucket for each key in this process: `rate` a second, `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._lock = Lock()
        self._buckets: dict[int, tuple[float, float]] = {}

    def take(self, key_id: int, cost: float = 1.0) -> None:
        """Spend `cost` tokens of `key_id`, or raise 429 with the seconds to wait."""
        now = time.monotonic()
        with self._lock:
            level, at = self._buckets.get(key_id, (self.burst, now))
            level = min(self.burst, level + (now - at) * self.rate)
            if level >= min(cost, self.burst):
                self._buckets[key_id] = (level - cost, now)
                return
            self._buckets[key_id] = (level, now)
        wait_s = int((min(cost, self.burst) - level) / self.rate) + 1
        raise RefusedError(
            429, f"Too many requests. Try again in {wait_s} s.", headers={"Retry-After": str(wait_s)}
        )


def answer(
    start_response: StartResponse, status: int, body: bytes, headers: Mapping[str, str] | None = None
) -> Iterable[bytes]:
    """Send `body` as JSON with `status`."""
    fields = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **(headers or {}),
    }
    start_response(f"{status} {HTTPStatus(status).phrase}", list(fields.items()))
    return [body]


def store(
    environ: Environ, start_response: StartResponse, work: Callable[[Environ], tuple[int, Any]]
) -> Iterable[bytes]:
    """Answer with what `work` made of the request, (status, what to send as JSON), or why it is refused.

    Without a database nothing was stored, and the sender is asked to come again.
    """
    try:
        status, body = work(environ)
    except RefusedError as error:
        refusal = error
    except DatabaseError:
        logger.exception("What came to %s could not be stored", environ["PATH_INFO"])
        detail = "Nothing was stored: the database does not answer. Send the same batch again in 5 s."
        refusal = RefusedError(503, detail, headers={"Retry-After": "5"})
    else:
        return answer(start_response, status, msgspec.json.encode(body))
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    body = {"detail": refusal.detail, "field": refusal.field}
    return answer(start_response, refusal.status, msgspec.json.encode(body), {**headers, **refusal.headers})
