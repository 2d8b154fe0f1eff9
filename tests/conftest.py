"""Fixtures of every test: people in each role, a WSGI client for machines."""

import gc
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from django.core.cache import cache
from django.db import connections
from hypothesis import settings

from courses import live
from courses.models import Membership
from courses.wire import WireFunction, forget_callers
from experiments.wire.ofrep import forget_flags
from tests import factories, servers

# No test is about time, and a machine may be busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_finish():
    """Look for garbage rarely, and never among what was imported: it stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def _clean_memory():
    """What a process remembers between requests must not reach the next test."""
    forget_callers()
    forget_flags()
    cache.clear()


@pytest.fixture(autouse=True)
def _live_parts_are_always_new(monkeypatch):
    """A test that asks twice sees what changed in between; tests/courses/test_live.py is about the rest."""
    monkeypatch.setattr(live, "FRESH_S", 0.0)


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, one for all tests that look at pages."""
    from tests.browser import running_browser  # noqa: PLC0415  # few runs need it

    with ExitStack() as stack:
        try:
            running = stack.enter_context(running_browser())
        except servers.MissingServerError as error:
            if servers.IS_CI:
                raise
            pytest.skip(str(error))
        yield running


@pytest.fixture
def require_server():
    """Make a server's context manager, or leave the test out where it is not installed.

    With CI=true nothing is left out: there the missing server is a failure.
    """

    @contextmanager
    def open_server(server: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
        with ExitStack() as stack:
            try:
                url = stack.enter_context(server())
            except servers.MissingServerError as error:
                if servers.IS_CI:
                    raise
                pytest.skip(str(error))
            yield url

    return open_server


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def wsgi_site(transactional_db):
    """The whole WSGI application on a free port; yields its address."""
    from dashboard.wsgi import application  # noqa: PLC0415  # settles Django, so not at import

    def guarded(environ, start_response):
        try:
            return application(environ, start_response)
        finally:
            connections.close_all()

    server = WSGIServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(guarded)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def team(db):
    return factories.TeamFactory()


@pytest.fixture
def student(team):
    return factories.MembershipFactory(team=team).user


@pytest.fixture
def tutor(team):
    return factories.MembershipFactory(team=team, role=Membership.Role.TUTOR).user


@pytest.fixture
def lecturer(team):
    return factories.MembershipFactory(team=None, course=team.course, role=Membership.Role.LECTURER).user


@pytest.fixture
def outsider(db):
    """A student of another team in another course."""
    return factories.MembershipFactory().user


@dataclass
class WireAnswer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call_wire(
    function: WireFunction,
    path: str,
    body: bytes | dict | list = b"",
    *,
    method: str = "POST",
    key: str = "",
    **environ: str,
) -> WireAnswer:
    """Call a wire function as the web server does. Headers go in as WSGI names."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    path, _, query = path.partition("?")
    seen: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        seen.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))

    full = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(raw)),
        "REMOTE_ADDR": "203.0.113.7",
        "wsgi.input": io.BytesIO(raw),
        **({"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {}),
        **environ,
    }
    answer = b"".join(function(full, start_response))
    return WireAnswer(seen["status"], seen["headers"], answer)
