"""Real receivers of messages, on this machine."""

import email
import email.policy
import json
import socket
import threading
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from tests import factories
from tests.servers import free_port


@dataclass
class Mailbox:
    """What a mail server took; it refuses with `refusal` while there is one."""

    messages: list = field(default_factory=list)
    refusal: str = ""
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.refusal:
            return self.refusal
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.rcpt_tos, message))
        return "250 taken"


@pytest.fixture
def mailbox(settings):
    box = Mailbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    yield box
    controller.stop()


@dataclass
class Hook:
    """What an HTTP receiver was posted; it answers with `status` once `gate` is open."""

    posts: list = field(default_factory=list)
    status: int = 200
    port: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self):
        return f"json://127.0.0.1:{self.port}/hook"


def _handler(hook):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append((self.path, dict(self.headers), json.loads(body)))
            hook.arrived.set()
            hook.gate.wait(20)
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words):
            pass

    return Handler


@pytest.fixture
def hook(settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    hook = Hook()
    hook.gate.set()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(hook)) as server:
        hook.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield hook
        hook.gate.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def closed_port():
    """A port that nobody listens on."""
    return free_port()


@pytest.fixture
def mute_port():
    """A port that takes connections and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def shared_db(transactional_db, tmp_path):
    """A database that threads share as processes do. SQLite's in-memory one does not wait for locks."""
    if connection.vendor != "sqlite":
        yield
        return
    path = tmp_path / "threads.sqlite3"
    connection.cursor().execute("VACUUM INTO %s", [str(path)])
    name, raw = connection.settings_dict["NAME"], connection.connection
    connection.settings_dict["NAME"], connection.connection = str(path), None
    yield
    connection.close()
    connection.settings_dict["NAME"], connection.connection = name, raw


@pytest.fixture
def project(team):
    """A project of the team, and a rule by which `telling.observe` makes a critical alert."""
    factories.RuleFactory(signal="health.test", severity="critical")
    return factories.ProjectFactory(team=team, name="Shop")
