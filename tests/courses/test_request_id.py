"""Every answer, log line and error page names the request."""

import logging
import re

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path
from django.utils.module_loading import import_string

from courses.request_id import HEADER, NameRequest, begin, named
from dashboard import urls, wsgi

GIVEN = "abcdef12-3456-7890"
faults = []


@login_not_required
def fails(request):
    raise faults[0]


urlpatterns = [path("fails/", fails), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def shown(page):
    """Return the id that a page shows in its code."""
    return re.search(r"<code class=\"secret\">([^<]+)</code>", page.content.decode())[1]


@pytest.fixture
def lines():
    """The records of the log as the console writes them."""
    found = []
    options = settings.LOGGING["formatters"]["line"]

    class Kept(logging.Handler):
        def emit(self, record):
            found.append(self.format(record))

    handler = Kept()
    handler.addFilter(import_string(settings.LOGGING["filters"]["request_id"]["()"])())
    handler.setFormatter(logging.Formatter(options["format"], style=options["style"]))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


@pytest.fixture
def fail(client, monkeypatch):
    """Return the page that anybody gets when a view raises `fault`."""

    def get(fault):
        monkeypatch.setattr(__name__ + ".faults", [fault])
        client.raise_request_exception = False
        return client.get("/fails/", headers={HEADER: GIVEN})

    return get


def test_the_id_of_the_proxy_is_kept(client):
    assert client.get("/health/live", headers={HEADER: GIVEN})[HEADER] == GIVEN


@pytest.mark.parametrize(
    "given", ["", "short", "a" * 65, "has space 12", "<script>1234", "abcd1234\n", "ä" * 9]
)
def test_any_other_id_is_replaced(given):
    assert re.fullmatch("[0-9a-f]{32}", begin(given))


def test_two_requests_have_two_ids(client):
    first, second = (client.get("/health/live")[HEADER] for _ in range(2))
    assert first != second


def test_answers_to_machines_carry_it_too():
    started = []
    named({"HTTP_X_REQUEST_ID": GIVEN}, lambda *arguments: started.append(arguments))("200 OK", [("A", "b")])
    assert started == [("200 OK", [("A", "b"), (HEADER, GIVEN)])]


def test_every_machine_path_is_named(monkeypatch):
    def function(environ, start_response):
        start_response("204 No Content", [])
        return []

    monkeypatch.setattr(wsgi, "WIRE_ROUTES", [("/x/", function)])
    started = []
    wsgi.application({"PATH_INFO": "/x/y"}, lambda *arguments: started.append(arguments))
    assert started[0][1][0][0] == HEADER


def test_a_record_is_named():
    begin(GIVEN)
    record = logging.makeLogRecord({})
    assert NameRequest().filter(record)
    assert record.request_id == GIVEN


@pytest.mark.parametrize(("status", "is_traced"), [(403, False), (404, False), (500, True)])
def test_only_faults_of_ours_are_logged_with_their_traceback(status, is_traced):
    fault = PermissionDenied("no")
    traced = (type(fault), fault, None)
    record = logging.makeLogRecord({"status_code": status, "exc_info": traced})
    assert import_string(settings.LOGGING["filters"]["refusals"]["()"])().filter(record)
    assert bool(record.exc_info) is is_traced
    assert "refusals" in settings.LOGGING["handlers"]["console"]["filters"]


def test_the_log_line_of_a_fault_holds_the_id_on_the_page(fail, lines):
    page = fail(ValueError("secret"))
    assert page.status_code == 500
    assert shown(page) == page[HEADER] == GIVEN
    assert "send your administrator the request id" in page.content.decode()
    assert any(f"[{GIVEN}]" in line and "secret" in line for line in lines)


def test_a_busy_database_is_told_with_the_id(fail, lines):
    page = fail(OperationalError("database is locked"))
    assert page.status_code == 503
    assert shown(page) == page[HEADER] == GIVEN
    assert any(f"[{GIVEN}]" in line for line in lines)


@pytest.mark.parametrize("name", ["500", "503"])
def test_pages_of_our_faults_need_neither_request_nor_database(name, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = render_to_string(f"{name}.html")
    assert "css/site.css" in page
    assert page.count("<h1>") == page.count("<main ") == 1


def test_a_page_that_does_not_exist_shows_the_id(admin_client):
    page = admin_client.get("/nothing-here/")
    assert (page.status_code, shown(page)) == (404, page[HEADER])


def test_a_request_for_another_host_shows_the_id(client):
    page = client.get("/", headers={"host": "other.example.org"})
    assert (page.status_code, shown(page)) == (400, page[HEADER])


def test_an_expired_form_shows_the_id():
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert (page.status_code, shown(page)) == (403, page[HEADER])


def test_what_is_not_allowed_shows_the_id(client, lecturer):
    client.force_login(lecturer)
    lecturer.is_staff = True
    lecturer.save()
    page = client.get("/admin/courses/user/")
    assert (page.status_code, shown(page)) == (403, page[HEADER])


def test_too_many_tries_show_the_id(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    values = {"login": "ada@example.org", "password": "wrong"}
    pages = [client.post("/accounts/login/", values) for _ in range(2)]
    assert (pages[-1].status_code, shown(pages[-1])) == (429, pages[-1][HEADER])
