"""The menu of the reader, with the style and script of the site: it lies over the page until it is left."""

import pytest
from playwright.sync_api import Page

from tests.site import ROOT

pytestmark = [pytest.mark.e2e]
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>x</title>
<link rel="stylesheet" href="/css/site.css"><script src="/js/live.js" defer></script>
<header class="bar"><a class="brand" href="/">Courseops</a>
<nav aria-label="Main"><a href="/">Overview</a><a href="/alerts/">Alerts</a></nav>
<div class="tools"><a href="/search/">Search</a><details class="menu" id="menu"><summary>Menu</summary>
<div><a href="/profile/">Your profile</a><a href="/password/">Change password</a></div></details></div>
</header><main><h1>Title</h1><a id="next" href="/next/">Next</a></main></html>"""


def opened(browser, *, width: int, has_scripts: bool = True) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 700}, java_script_enabled=has_scripts)

    def answer(route):
        path = route.request.url.removeprefix("http://site.test/")
        if path:
            route.fulfill(path=ROOT / "static" / path)
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://site.test/")
    return page


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found, selector
    return found


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_the_open_menu_lies_over_the_page_and_moves_nothing(browser, width):
    page = opened(browser, width=width)
    before = box(page, "h1")
    page.locator("#menu > summary").click()
    menu = box(page, "#menu > div")
    assert box(page, "h1") == before
    assert (menu["x"] >= 0, menu["x"] + menu["width"] <= width) == (True, True)
    assert menu["y"] >= box(page, "#menu > summary")["y"] + box(page, "#menu > summary")["height"]
    if width < 821:
        assert menu["y"] >= box(page, "nav a >> nth=0")["y"] + box(page, "nav a >> nth=0")["height"]
    page.close()


@pytest.mark.parametrize("has_scripts", [True, False])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_does_not_lie_over_where_the_focus_goes_next(browser, width, has_scripts):
    page = opened(browser, width=width, has_scripts=has_scripts)
    page.locator("#menu > summary").click()
    for _ in range(2):
        page.keyboard.press("Tab")
        assert page.locator("#menu > div").is_visible()
    page.keyboard.press("Tab")
    assert page.locator("#next:focus").count() == 1
    assert not page.locator("#menu > div").is_visible()
    page.close()


def test_escape_closes_it_and_gives_the_focus_back(browser):
    page = opened(browser, width=390)
    page.locator("#menu > summary").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator("#menu[open]").count() == 0
    assert page.locator("#menu > summary:focus").count() == 1
    page.keyboard.press("Enter")
    page.mouse.click(200, 650)
    assert page.locator("#menu[open]").count() == 0
    page.close()
