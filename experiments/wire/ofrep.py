"""Which variant does a unit get, asked over the OpenFeature Remote Evaluation Protocol 0.3?

Flags are compiled per project and held in this process. Every `REFRESH_S` one request asks the
database whether a version has changed; all others answer from memory. An evaluation records
nothing: the client reports the exposure when the unit really meets the variant.
"""

import hashlib
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import msgspec
from django.db import Error as DatabaseError

from courses.wire import (
    Environ,
    RefusedError,
    StartResponse,
    Throttle,
    answer,
    authenticate,
    json_fault,
    project_of,
    read_body,
)
from experiments.queries import compile_flags, flag_versions
from experiments.rules.assignment import Flag
from experiments.rules.items import UNIT_LENGTH

logger = logging.getLogger(__name__)

PREFIX = "/ofrep/v1/evaluate/flags"
BODY_LIMIT = 64 * 1024
REFRESH_S = 2.0
throttle = Throttle(rate=500, burst=1000)
# Browsers ask from the app's own origin; the key goes in a header, never in a cookie.
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Retry-After"}
PREFLIGHT = {
    **CORS,
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, X-API-Key",
    "Access-Control-Max-Age": "86400",
}


class OfrepError(RefusedError):
    """An error that the protocol knows by a code."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(status, detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Compiled:
    """The flags of a project, as of `checked_at` on the monotonic clock."""

    checked_at: float
    versions: list[tuple[int, int]]
    flags: dict[str, Flag]


_compiled: dict[int, Compiled] = {}
_refresh = Lock()


def flags_of(project_id: int) -> Compiled:
    """Return the project's flags, at most `REFRESH_S` older than the database.

    While one thread asks, the others use what is there; if the database is away, so do all.
    """
    kept = _compiled.get(project_id)
    if kept and time.monotonic() - kept.checked_at < REFRESH_S:
        return kept
    if not _refresh.acquire(blocking=kept is None):
        return kept  # type: ignore[return-value]  # only a kept one makes acquire give up
    try:
        kept = _compiled[project_id] = _refreshed(project_id, _compiled.get(project_id))
    except DatabaseError:
        if kept is None:
            raise
        logger.exception("Flags of project %s are served from memory", project_id)
        _compiled[project_id] = replace(kept, checked_at=time.monotonic())
    finally:
        _refresh.release()
    return kept


def _refreshed(project_id: int, kept: Compiled | None) -> Compiled:
    now, versions = time.monotonic(), flag_versions(project_id)
    if kept and kept.versions == versions:
        return Compiled(now, versions, kept.flags)
    return Compiled(now, versions, compile_flags(project_id))


def forget_flags() -> None:
    """Drop what this process remembers, for tests."""
    _compiled.clear()


def evaluate(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `POST /ofrep/v1/evaluate/flags` (all flags) and `…/flags/{key}` (one)."""
    if environ["REQUEST_METHOD"] == "OPTIONS":
        start_response("204 No Content", list(PREFLIGHT.items()))
        return [b""]
    # The server has undone the URL encoding, byte by byte.
    path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
    key = path.removeprefix(f"{PREFIX}/") if path.startswith(f"{PREFIX}/") else None
    try:
        if key is None and path != PREFIX:
            raise OfrepError(404, "GENERAL", f"There is nothing here. Flags are under {PREFIX}.")
        return _evaluate(environ, start_response, key)
    except RefusedError as error:
        refusal = error
    except DatabaseError:
        logger.exception("OFREP cannot reach the database")
        detail = "The database does not answer. Try again in 5 s."
        refusal = RefusedError(503, detail, headers={"Retry-After": "5"})
    return _refuse(start_response, key, refusal)


def _refuse(start_response: StartResponse, key: str | None, refusal: RefusedError) -> Iterable[bytes]:
    code = "PARSE_ERROR" if refusal.status == 400 else "GENERAL"
    body = {"errorCode": getattr(refusal, "code", code), "errorDetails": refusal.detail}
    if key is not None:
        body["key"] = key
    headers = {**CORS, **refusal.headers}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return answer(start_response, refusal.status, msgspec.json.encode(body), headers)


def _evaluate(environ: Environ, start_response: StartResponse, key: str | None) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST":
        raise RefusedError(405, "Send this as POST.", headers={"Allow": "POST, OPTIONS"})
    caller = authenticate(environ, "evaluate")
    project_id = project_of(caller)
    throttle.take(caller.key_id)
    context = read_context(read_body(environ, BODY_LIMIT))
    compiled = flags_of(project_id)
    if key is None:
        return _answer_all(environ, start_response, compiled, context)
    flag = compiled.flags.get(key)
    if flag is None:
        raise OfrepError(404, "FLAG_NOT_FOUND", f"This project has no experiment with the key '{key}'.")
    return answer(start_response, 200, msgspec.json.encode(flag.evaluate(context["targetingKey"])), CORS)


def read_context(body: bytes) -> dict[str, Any]:
    """Return the evaluation context, its `targetingKey` checked. Raises OfrepError."""
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        detail = f"The body is not valid JSON: {json_fault(error, body)}."
        raise OfrepError(400, "PARSE_ERROR", detail) from None
    context = data.get("context", {}) if isinstance(data, dict) else None
    if not isinstance(context, dict):
        detail = 'Send an object with an object `context`: {"context": {"targetingKey": "…"}}.'
        raise OfrepError(400, "INVALID_CONTEXT", detail)
    unit = context.get("targetingKey", "")
    if unit in ("", None):
        detail = "Send what tells your users apart as context.targetingKey."
        raise OfrepError(400, "TARGETING_KEY_MISSING", detail)
    if not isinstance(unit, str) or len(unit) > UNIT_LENGTH or "\0" in unit:
        detail = f"context.targetingKey must be text of at most {UNIT_LENGTH} characters without NUL."
        raise OfrepError(400, "INVALID_CONTEXT", detail)
    return context


def _answer_all(
    environ: Environ, start_response: StartResponse, compiled: Compiled, context: dict[str, Any]
) -> Iterable[bytes]:
    # Over the context too: a client keeps its ETag when an attribute changes.
    basis = repr(compiled.versions).encode() + msgspec.json.encode(context, order="deterministic")
    etag = f'"{hashlib.blake2b(basis, digest_size=12).hexdigest()}"'
    headers = {**CORS, "ETag": etag, "Cache-Control": "no-cache"}
    sent = {tag.strip().removeprefix("W/") for tag in environ.get("HTTP_IF_NONE_MATCH", "").split(",")}
    if etag in sent:
        start_response("304 Not Modified", list(headers.items()))
        return [b""]
    flags = [flag.evaluate(context["targetingKey"]) for flag in compiled.flags.values()]
    return answer(start_response, 200, msgspec.json.encode({"flags": flags}), headers)
