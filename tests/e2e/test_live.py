"""static/js/live.js by itself, on a page whose server is slow."""

import pytest

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
