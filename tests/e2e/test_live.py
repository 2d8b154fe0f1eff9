"""static/js/live.js by itself, on pages whose server is slow, silent, or has news."""

from pathlib import Path

import django_htmx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.site import ROOT

pytestmark = [pytest.mark.e2e]
# The answer goes to a frame, so that the page stays to be looked at.
PAGE = """<!DOCTYPE html><script src="/live.js" defer></script><iframe name="out"></iframe>
<form method="post" action="/slow" target="out">
<input name="text" value="x"><button name="is" value="1">Save</button></form>
<form method="get" action="/slow" target="out"><button>Search</button></form>"""


def test_a_form_clicked_twice_is_sent_once(browser):
    sent = []

    def answer(route, request):
        if request.url.endswith("live.js"):
            route.fulfill(path=ROOT / "static" / "js" / "live.js")
        elif "/slow" in request.url:
            sent.append((request.method, request.post_data))
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    page = browser.new_page()
    page.route("**/*", answer)
    page.goto("http://site.test/")
    save, search = (page.get_by_role("button", name=name) for name in ("Save", "Search"))
    save.dblclick()
    page.get_by_role("textbox").press("Enter")
    search.dblclick()
    assert (save.is_disabled(), search.is_enabled()) == (True, True)
    assert [sending for sending in sent if sending[0] == "POST"] == [("POST", "text=x&is=1")]
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    assert save.is_enabled()
    page.close()


SCRIPTS = {
    "/htmx.js": Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js",
    "/morph.js": ROOT / "static" / "vendor" / "idiomorph-ext.min.js",
    "/live.js": ROOT / "static" / "js" / "live.js",
}
LIVE = """<!DOCTYPE html><html lang="en"><title>x</title>
<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
<script src="/htmx.js" defer></script><script src="/morph.js" defer></script>
<script src="/live.js" defer></script>
%s<div id="now" data-live hx-get="/now" hx-trigger="every 200ms, refresh" hx-ext="morph"
hx-swap="morph:outerHTML">first</div>
<span id="updated" data-stale="No answer: what you see is old.">Refreshes by itself.</span>
<time id="as-of" data-zone="UTC">long ago</time><div id="news" role="status"></div>"""
BELL = """<a id="bell" hx-get="/bell" hx-trigger="every 200ms" hx-swap="outerHTML" data-newest="%s"
data-news="A new alert: the shop is down">%s</a>"""


class Server:
    """Answers the polls of a live page, unless it is down, and counts them."""

    def __init__(self) -> None:
        self.is_down = False
        self.newest = 0
        self.polls = 0

    def __call__(self, route: Route) -> None:
        path = route.request.url.removeprefix("http://site.test")
        if path in SCRIPTS:
            route.fulfill(path=SCRIPTS[path])
        elif path == "/":
            route.fulfill(body=LIVE % self.bell, content_type="text/html")
        elif self.is_down:
            route.abort()
        else:
            self.polls += 1
            body = self.bell if path == "/bell" else LIVE[LIVE.index("<div id=") : LIVE.index("<span")]
            route.fulfill(body=body.replace("first", "answered"), content_type="text/html")

    @property
    def bell(self) -> str:
        return BELL % (self.newest or "", self.newest)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def live(browser, server):
    """A page with a part that is asked for again and again, and the bell."""
    page = browser.new_page()
    page.route("**/*", server)
    page.goto("http://site.test/")
    yield page
    page.unroute_all(behavior="ignoreErrors")
    page.close()


def test_a_page_says_that_it_is_old_until_the_server_answers_again(live: Page, server):
    line, part = live.locator("#updated"), live.locator("#now")
    expect(part).to_have_text("answered")
    expect(line).to_have_text("Refreshes by itself.")
    server.is_down = True
    expect(line).to_have_text("No answer: what you see is old.")
    expect(part).to_have_text("answered")
    server.is_down = False
    expect(line).to_have_text("Refreshes by itself.")
    expect(line).not_to_have_class("stale-note")
    expect(live.locator("#as-of")).to_contain_text(":")


def test_a_new_alert_is_told_politely_and_once(live: Page, server):
    news = live.locator("#news")
    server.newest = 3  # what was open already when the page came is no news
    expect(live.locator("#bell")).to_have_text("3")
    expect(news).to_be_empty()
    server.newest = 4
    expect(news).to_have_text("A new alert: the shop is down")
    assert news.get_attribute("role") == "status", "read aloud when the reader pauses, not at once"
    live.evaluate("document.getElementById('news').textContent = ''")
    polls = server.polls
    live.wait_for_timeout(700)
    assert server.polls > polls
    expect(news).to_be_empty()


def hide(page: Page, is_hidden: bool) -> None:
    page.evaluate(
        """isHidden => {
          Object.defineProperty(document, 'hidden', {get: () => isHidden, configurable: true});
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        is_hidden,
    )


def test_a_hidden_page_asks_nothing_until_it_is_seen_again(live: Page, server):
    expect(live.locator("#now")).to_have_text("answered")
    hide(live, True)
    live.wait_for_timeout(300)  # what was under way
    polls = server.polls
    live.wait_for_timeout(800)
    assert server.polls == polls
    hide(live, False)
    live.wait_for_timeout(800)
    assert server.polls > polls
