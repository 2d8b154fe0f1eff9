"""Which request was that? Every answer, log line and error page names it by the same id."""

import logging
import re
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")

# Left as it is when the request ends: what streams or is logged after the answer still belongs to
# it, and the next request of this thread writes its own.
_current: ContextVar[str] = ContextVar("request_id", default="-")


def current_request_id() -> str:
    """Return the id of the request that runs now, `-` outside of one."""
    return _current.get()


def begin(given: str | None) -> str:
    """Return the id of a request that begins: the one a proxy has given it, or a new one."""
    request_id = given if given and WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
    _current.set(request_id)
    return request_id


def name_requests(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the outermost: answer with the id of the request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = begin(request.headers.get(HEADER))
        response = get_response(request)
        response.headers[HEADER] = request_id
        return response

    return middleware


def named(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Return what a plain WSGI function is to start its answer with, so that it carries the id, too."""
    request_id = begin(environ.get("HTTP_X_REQUEST_ID"))

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (HEADER, request_id)], *more)

    return start


class TellRefusals(logging.Filter):
    """Keeps what was refused or not found to one line: no code failed, so no traceback helps."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class NameRequest(logging.Filter):
    """Gives every log record the `request_id` that the format of the log asks for."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True
