"""What did a machine send? One body within its limit, unpacked, or why it is refused."""

import re
import zlib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

Body = TypeVar("Body")
Environ = dict[str, Any]

MEMBERS_AT_MOST = 100  # each costs a copy of the rest
# msgspec takes half of a pair for the end of the data.
HALF_PAIR = re.compile(
    rb"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][\da-fA-F]{2})\\u[dD][c-fC-F]", re.DOTALL
)


class RefusedError(Exception):
    """The request is not served. `field` names what to mend, where there is one."""

    def __init__(
        self, status: int, detail: str, *, field: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})


def read_body(environ: Environ, limit: int) -> bytes:
    """Return the body, unpacked if it is gzip; raise 411, 415, 413 or 400 before holding too much."""
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower() or "identity"
    if encoding not in ("identity", "gzip"):
        raise RefusedError(415, "Send the body plain or as gzip.", field="Content-Encoding")
    try:
        length = int(environ.get("CONTENT_LENGTH") or "")
    except ValueError:
        raise RefusedError(411, "Content-Length is missing.", field="Content-Length") from None
    if length < 0 or length > limit:
        raise RefusedError(413, f"The body is larger than {limit} bytes. Send smaller batches.")
    body: bytes = environ["wsgi.input"].read(length)
    if len(body) < length:
        raise RefusedError(400, "The body is shorter than Content-Length says.", field="Content-Length")
    return _unpack(body, limit) if encoding == "gzip" else body


def _unpack(body: bytes, limit: int) -> bytes:
    text = b""
    for _ in range(MEMBERS_AT_MOST):
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            text += unpacker.decompress(body, limit - len(text) + 1)
        except zlib.error:
            raise RefusedError(400, "The body is not valid gzip.", field="Content-Encoding") from None
        if len(text) > limit:
            raise RefusedError(413, f"The unpacked body is larger than {limit} bytes. Send smaller batches.")
        if not unpacker.eof:
            raise RefusedError(400, "The gzip body ends too early.", field="Content-Encoding")
        body = unpacker.unused_data
        if not body:
            return text
    detail = f"The body has more than {MEMBERS_AT_MOST} gzip members. Pack it in one."
    raise RefusedError(400, detail, field="Content-Encoding")


def decode(decoder: msgspec.json.Decoder[Body], body: bytes) -> Body:
    """Return what `body` says; raise 400 with what does not fit and in which field."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise RefusedError(400, f"{error}.", field=_field_in(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, f"The body is not valid JSON: {json_fault(error, body)}.") from None


def _field_in(message: str) -> str:
    """Return the path that the decoder's message names: `readings`, `readings[0].name`, or empty."""
    text, _, place = message.partition(" - at `$")
    named = re.search(r"field `(.+)`", text)
    return ".".join(filter(None, [place.strip(".`"), named[1] if named else ""]))


def json_fault(error: Exception, body: bytes) -> str:
    """Return what is wrong with a body that is no JSON, by the decoder's words where they are true."""
    return "it has half of a surrogate pair, send UTF-8 text" if HALF_PAIR.search(body) else str(error)
