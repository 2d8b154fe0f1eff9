"""An environment to check and a local server that answers as its path says."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import factories


class Server(ThreadingHTTPServer):
    request_queue_size = 64  # a batch connects all at once
    daemon_threads = True


class Site(BaseHTTPRequestHandler):
    """`/503` answers with 503; `/together` with 200 once as many are asking as `together` waits for."""

    together = threading.Barrier(8)

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        word = self.path.strip("/")
        if word == "together":
            self.together.wait(20)
        self.send_response(int(word) if word.isdigit() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def site(settings):
    """Return the URL of a server that runs."""
    with Server(("127.0.0.1", 0), Site) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
        thread.start()
        settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
        yield f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()
        thread.join()


@pytest.fixture
def environment(team):
    return factories.EnvironmentFactory(project__team=team)


@pytest.fixture
def check(environment):
    return factories.CheckFactory(environment=environment)
