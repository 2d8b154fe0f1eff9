"""Hostile addresses and hostile servers, against the one outgoing client."""

import gzip
import ipaddress
import os
import re
import runpy
import socket
import ssl
import threading
import zlib
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import aiohttp
import pytest
import trustme
from yarl import URL

from courses import netguard, networks
from courses.netguard import (
    Fault,
    FaultKind,
    Outgoing,
    Reply,
    fetch,
    fetch_all,
    fetch_as_ready,
    following,
    loop,
)

# facts: what is_private or is_global of Python 3.11 to 3.13 lets through, and the usual suspects
HOSTILE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
MORE = ["240.0.0.1", "192.0.0.9", "2001:db8::1", "2001::7f00:1", "3fff::1", "5f00::1", "fd00:ec2::254"]
MORE += ["::ffff:0:127.0.0.1", "::ffff:169.254.169.254", "100::1"]


class Hostile(BaseHTTPRequestHandler):
    """Answers by path, badly."""

    hits: list[str]

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        type(self).hits.append(self.path)
        path, _, query = self.path.partition("?")
        getattr(self, path.strip("/"), self.plain)(query)

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def plain(self, _query):
        self.answer(200, b"hello", X_Seen=self.headers.get("Authorization", "-"))

    def redirect(self, query):
        self.answer(302, Location=unquote(query))

    def huge(self, _query):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            type(self).hits.append("cut off")

    def bomb(self, _query):
        self.answer(200, gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip")

    def nogzip(self, _query):
        self.answer(200, b"not packed", Content_Encoding="gzip")

    def drip(self, _query):
        self.send_response(200)
        self.end_headers()
        try:
            while not stop.wait(0.05):
                self.wfile.write(b".")
        except OSError:
            pass

    def garbage(self, _query):
        self.wfile.write(b"\x00\xff not http\r\n\r\n")

    def vanish(self, _query):
        self.close_connection = True


stop = threading.Event()


@pytest.fixture
def server(settings):
    handler = type("Handler", (Hostile,), {"hits": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        httpd.daemon_threads = True
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
        thread.start()
        settings.OUTBOUND_ALLOW = [f"127.0.0.1/32:{httpd.server_port}"]
        stop.clear()
        yield httpd
        stop.set()
        httpd.shutdown()
        thread.join()


def ask(server, path, **options):
    return fetch(Outgoing(f"http://127.0.0.1:{server.server_port}/{path}", **{"timeout_s": 5, **options}))


@pytest.mark.parametrize("text", HOSTILE + MORE)
def test_hostile_address_is_not_public(text):
    assert not networks.is_public(ipaddress.ip_address(text))


def test_the_table_holds_the_23_of_the_promise():
    assert len(set(HOSTILE)) == 23


@pytest.mark.parametrize("text", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_address_passes(text):
    assert networks.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("port", [22, 25, 443, 6379, 8000])
@pytest.mark.parametrize("text", HOSTILE + MORE)
def test_no_port_of_a_hostile_address_is_reached(settings, text, port):
    settings.OUTBOUND_ALLOW = []
    assert not networks.may_reach(ipaddress.ip_address(text), port)


def test_the_sites_own_port_stays_allowed_beside_what_is_named(settings, monkeypatch, tmp_path):
    for name, value in {"DATA_DIR": tmp_path, "PORT": 8471, "OUTBOUND_ALLOW": "10.20.0.0/16"}.items():
        monkeypatch.setenv(name, str(value))
    chosen = runpy.run_path(str(settings.BASE_DIR / "dashboard" / "settings.py"))
    assert chosen["OUTBOUND_ALLOW"] == ["127.0.0.1/32:8471", "10.20.0.0/16"]


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("127.0.0.1:8471 is not a public address", "127.0.0.1/32:8471"),
        ("[fd00::1]:80 is not a public address", "fd00::1/128:80"),
        ("http://localhost:1/", "127.0.0.1/32:1"),
        ("https://10.0.0.7/a", "10.0.0.7/32:443"),
        ("http://10.0.0.7:99999/", ""),
        ("app.example.org:80 is not a public address", ""),
        ("http://[x", ""),
    ],
)
def test_an_address_tells_what_allows_it(settings, address, entry):
    assert networks.entry_for(address) == entry
    if entry:
        settings.OUTBOUND_ALLOW = [entry]
        host, _, port = entry.rpartition(":")
        assert networks.may_reach(ipaddress.ip_address(host.partition("/")[0]), int(port))


def test_only_web_ports_of_public_addresses(settings):
    settings.OUTBOUND_ALLOW = []
    address = ipaddress.ip_address("93.184.216.34")
    assert [port for port in (22, 25, 80, 443, 587, 3000) if networks.may_reach(address, port)] == [
        80,
        443,
        3000,
    ]


def test_allowed_network_may_name_a_port(settings):
    settings.OUTBOUND_ALLOW = ["10.1.0.0/16:8080", "fd00::/8"]
    assert networks.may_reach(ipaddress.ip_address("10.1.2.3"), 8080)
    assert not networks.may_reach(ipaddress.ip_address("10.1.2.3"), 80)
    assert networks.may_reach(ipaddress.ip_address("fd00::1"), 22)


SPELLINGS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://localhost.:{port}/",
    "http://LOCALHOST:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://0:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://user@127.0.0.1:{port}/",
    "http://example.org@127.0.0.1:{port}/",
    "http://example.org:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.org/",
    "http://example.org\\@127.0.0.1:{port}/",
    "HTTP://127.0.0.1:{port}/",
    "http:127.0.0.1:{port}",
    "//127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "http://",
    "http:///",
    "",
    "http://127.0.0.1:99999/",
    "http://" + "a" * 300 + ".example/",
    "http://exa\x00mple:{port}/",
    "http://\ud800/",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_reaches_a_server_that_is_not_allowed(server, settings, spelling):
    settings.OUTBOUND_ALLOW = []
    outcome = fetch(Outgoing(spelling.format(port=server.server_port), timeout_s=5))
    assert isinstance(outcome, Fault)
    assert outcome.kind in (FaultKind.REFUSED, FaultKind.DNS)
    assert server.RequestHandlerClass.hits == []


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/", "http://169.254.169.254/latest/", "http://[::1]:1/"]
)
def test_redirect_to_a_private_address_is_refused(server, target):
    outcome = ask(server, f"redirect?{target}")
    assert isinstance(outcome, Fault)
    assert outcome.kind == FaultKind.REFUSED


def test_name_that_changes_its_mind_gains_nothing(server, settings, monkeypatch):
    """The address that was vetted is the one connected to: the name is looked up once."""
    real, asked = socket.getaddrinfo, []

    def lookup(host, *arguments, **options):
        if host != "rebind.example":
            return real(host, *arguments, **options)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "10.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    outcome = fetch(Outgoing(f"http://rebind.example:{server.server_port}/", timeout_s=5))
    assert isinstance(outcome, Reply)
    assert asked == ["rebind.example"]


def test_name_with_a_public_and_a_private_address_is_vetted_one_by_one(settings):
    settings.OUTBOUND_ALLOW = []
    assert networks.vet("mixed.example", ["127.0.0.1", "93.184.216.34"], 80) == ["93.184.216.34"]
    with pytest.raises(networks.AddressRefusedError):
        networks.vet("private.example", ["127.0.0.1", "10.0.0.1"], 80)


def test_socket_is_vetted_even_when_the_url_was_not(server, settings, monkeypatch):
    settings.OUTBOUND_ALLOW = []
    monkeypatch.setattr(following, "vet_url", lambda url: None)
    outcome = ask(server, "")
    assert isinstance(outcome, Fault)
    assert outcome.kind == FaultKind.REFUSED
    assert server.RequestHandlerClass.hits == []


def test_redirects_are_followed_and_credentials_stay_at_home(server):
    headers = {"Authorization": "Bearer secret"}
    kept = ask(server, "redirect?/there", headers=headers)
    assert isinstance(kept, Reply)
    assert kept.headers["X-Seen"] == "Bearer secret"
    assert kept.url.endswith("/there")


def test_credentials_are_not_told_to_another_host(server, settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.0/8", "::1/128"]
    target = f"redirect?http://localhost:{server.server_port}/"
    outcome = ask(server, target, headers={"Authorization": "Bearer secret"})
    assert isinstance(outcome, Reply)
    assert outcome.headers["X-Seen"] == "-"


@pytest.mark.parametrize(
    "path", ["redirect?/redirect?/redirect?/redirect?/x", "redirect?mailto:a@b.c", "redirect?http://"]
)
def test_redirect_that_leads_nowhere(server, path):
    outcome = ask(server, path, max_redirects=2)
    assert isinstance(outcome, Fault)
    assert outcome.kind == FaultKind.REDIRECT


def test_redirect_loop_ends(server):
    Hostile.loop = lambda self, _query: self.answer(302, Location="/loop")
    outcome = ask(server, "loop")
    assert isinstance(outcome, Fault)
    assert (outcome.kind, len(server.RequestHandlerClass.hits)) == (FaultKind.REDIRECT, 4)


def test_redirects_can_be_left_alone(server):
    outcome = ask(server, "redirect?/there", max_redirects=0)
    assert isinstance(outcome, Reply)
    assert outcome.status == 302


def test_endless_body_is_cut(server):
    outcome = ask(server, "huge", max_bytes=100_000)
    assert isinstance(outcome, Reply)
    assert (len(outcome.body), outcome.is_truncated) == (100_000, True)


def test_packed_body_is_unpacked_up_to_the_limit(server):
    outcome = ask(server, "bomb", max_bytes=10_000)
    assert isinstance(outcome, Reply)
    assert (len(outcome.body), outcome.is_truncated) == (10_000, True)
    assert zlib.crc32(outcome.body) == zlib.crc32(b"0" * 10_000)


def test_body_that_is_not_packed_as_said_is_left_as_it_is(server):
    outcome = ask(server, "nogzip")
    assert isinstance(outcome, Reply)
    assert outcome.body == b"not packed"


def test_slow_drip_is_cut_at_the_deadline(server):
    outcome = ask(server, "drip", timeout_s=0.3)
    assert isinstance(outcome, Fault)
    assert outcome.kind == FaultKind.TIMEOUT
    assert "0.3 s" in outcome.detail


@pytest.mark.parametrize(("path", "words"), [("garbage", "not valid HTTP"), ("vanish", "without an answer")])
def test_answer_that_is_no_http(server, path, words):
    outcome = ask(server, path)
    assert isinstance(outcome, Fault)
    assert outcome.kind == FaultKind.PROTOCOL
    assert words in outcome.detail


def test_unreachable_port_and_unknown_name(settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    closed, unknown = fetch_all(
        [Outgoing(f"http://127.0.0.1:{port}/"), Outgoing("http://no-such-name.invalid/")]
    )
    assert isinstance(closed, Fault)
    assert isinstance(unknown, Fault)
    assert (closed.kind, unknown.kind) == (FaultKind.CONNECT, FaultKind.DNS)
    assert closed.detail == "The connection failed: Connection refused."


def test_silent_server_delays_nobody_else(server, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
        hung, quick = fetch_all(
            [
                Outgoing(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_s=0.4),
                Outgoing(f"http://127.0.0.1:{server.server_port}/", timeout_s=5),
            ]
        )
    assert isinstance(hung, Fault)
    assert hung.kind == FaultKind.TIMEOUT
    assert isinstance(quick, Reply)
    assert quick.latency_ms < hung.latency_ms


def serve_tls(certificate, settings):
    """A TLS server that answers every connection with 200 until it is closed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Hostile,), {"hits": []}))
    httpd.daemon_threads = True
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    return httpd


@pytest.fixture
def trusted_ca(tmp_path, monkeypatch):
    """An authority that connections opened in this test trust, as a public one."""
    ca = trustme.CA()
    context = ssl.create_default_context()
    ca.configure_trust(context)
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", context)
    return ca


@pytest.mark.parametrize(
    ("is_trusted", "name", "days", "words"),
    [
        (True, "127.0.0.1", 1, None),
        (True, "127.0.0.1", -1, "expired"),
        (True, "127.0.0.2", 1, "mismatch"),
        (False, "127.0.0.1", 1, "unable to get local issuer|self-signed"),
    ],
)
def test_certificates(settings, trusted_ca, is_trusted, name, days, words):
    ca = trusted_ca if is_trusted else trustme.CA()
    until = datetime.now(UTC) + timedelta(days=days)
    httpd = serve_tls(ca.issue_cert(name, not_before=until - timedelta(days=9), not_after=until), settings)
    try:
        outcome = fetch(Outgoing(f"https://127.0.0.1:{httpd.server_port}/", timeout_s=5))
    finally:
        httpd.shutdown()
        httpd.server_close()
    if words is None:
        assert isinstance(outcome, Reply)
        return
    assert isinstance(outcome, Fault)
    assert outcome.kind == FaultKind.TLS
    assert re.search(words, outcome.detail)


def test_plain_http_on_a_tls_address(server):
    outcome = fetch(Outgoing(f"https://127.0.0.1:{server.server_port}/", timeout_s=5))
    assert isinstance(outcome, Fault)
    assert outcome.kind == FaultKind.TLS


def test_fork_gets_a_loop_of_its_own(server, monkeypatch):
    monkeypatch.setattr(loop, "_loops", {})
    assert isinstance(ask(server, ""), Reply)
    assert list(loop._loops) == [os.getpid()]
    netguard.close()
    netguard.close()  # nothing left: does nothing
    assert loop._loops == {}


def test_url_with_credentials_is_refused():
    fault = netguard.vet_url(URL("http://user:secret@example.org/"))
    assert fault is not None
    assert "secret" not in fault.detail


def test_outcomes_come_as_they_are_ready(server, settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        requests = [Outgoing(hung, timeout_s=0.5), Outgoing("http://127.0.0.1:1/"), Outgoing("ftp://x/")]
        lots = list(fetch_as_ready(requests, every_s=0.1))
    assert sorted(place for lot in lots[:-1] for place, _ in lot) == [1, 2]
    assert [(place, outcome.kind) for place, outcome in lots[-1]] == [(0, FaultKind.TIMEOUT)]


def test_names_that_hang_delay_nobody_else(server, settings, monkeypatch):
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    is_over, ask_system = threading.Event(), socket.getaddrinfo

    def look_up(host, *arguments, **options):
        if str(host).endswith(".hangs.test"):
            is_over.wait(5)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return ask_system("127.0.0.1" if host == "good.test" else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    hung = [Outgoing(f"http://{number}.hangs.test/", timeout_s=5) for number in range(loop.AT_ONCE - 1)]
    good = Outgoing(f"http://good.test:{server.server_port}/", timeout_s=5)
    try:
        lots = fetch_as_ready([*hung, good], every_s=0)
        [(place, outcome)] = next(lots)
    finally:
        is_over.set()
    assert (place, isinstance(outcome, Reply)) == (len(hung), True)
    rest = [outcome.kind for lot in lots for _, outcome in lot]
    assert rest == [FaultKind.DNS] * len(hung)


def test_a_fault_of_our_own_does_not_take_the_batch_with_it(settings, monkeypatch, caplog):
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]

    async def broken(session, request, started):
        raise RuntimeError("ours")

    monkeypatch.setattr("courses.netguard.loop.follow", broken)
    [outcome] = fetch_all([Outgoing("http://127.0.0.1:1/")])
    assert outcome.kind == FaultKind.REFUSED
    assert "RuntimeError" in caplog.text
