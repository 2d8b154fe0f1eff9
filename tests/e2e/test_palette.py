"""static/js/palette.js and keys.js with the site's own markup, on a page whose server is a stand-in."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, Route, expect

from tests.site import ROOT

pytestmark = [pytest.mark.e2e]
PAGE = """<!DOCTYPE html><html lang="en"><title>x</title>
<script src="/js/palette.js" defer></script><script src="/js/keys.js" defer></script>
<body data-shortcuts="{shortcuts}"><a href="/search/" data-palette>Search</a>
<a id="first" href="/first">First</a><input id="field">
<main><button type="button" data-key="s" onclick="this.textContent = 'Done'">Silence</button>
<ol data-keys="list">{items}</ol></main>{palette}</body></html>"""
BARE = '<li data-key-item tabindex="-1" id="bare">Alert without a page</li>'
ITEM = """<li data-key-item id="item-{n}"><a href="/alerts/{n}">Alert {n}</a>
<input type="checkbox" data-key="x">
<button type="button" data-key="a" onclick="this.textContent = 'Taken'">Take {n}</button></li>"""
OPTION = '<a role="option" tabindex="-1" href="/hit/{0}">{0}</a>'
HITS = '<div role="presentation" data-words="{1} hits for {0}">{2}</div>'


class Stand:
    """Answers what a page asks; a question in `late` is answered only when the next one has come."""

    def __init__(self, shortcuts: str) -> None:
        items = "".join(ITEM.format(n=n) for n in range(3))
        user = SimpleNamespace(has_shortcuts=shortcuts != "off")
        palette = render_to_string("dashboard/_palette.html", {"user": user, "own_page": ""})
        self.page = PAGE.format(shortcuts=shortcuts, items=items, palette=palette)
        self.asked: list[str] = []
        self.late: set[str] = set()
        self.waiting: list[tuple[Route, str]] = []
        self.is_down = False

    def __call__(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        is_question = url.path == "/search/" and "hx-request" in route.request.headers
        if url.path.startswith("/js/"):
            route.fulfill(path=ROOT / "static" / url.path[1:])
        elif not is_question:
            route.fulfill(body=self.page, content_type="text/html")
        elif self.is_down:
            route.abort()
        else:
            self.question(route, parse_qs(url.query).get("q", [""])[0])

    def question(self, route: Route, text: str) -> None:
        self.asked.append(text)
        if text in self.late:
            self.waiting.append((route, text))
            return
        self.answer(route, text)
        for earlier in self.waiting:
            self.answer(*earlier)
        self.waiting.clear()

    def answer(self, route: Route, text: str) -> None:
        names = [f"{text}-{n}" for n in range(3)] if text else ["watched"]
        body = HITS.format(text, len(names), "".join(map(OPTION.format, names)))
        route.fulfill(body=body, content_type="text/html")


def opened(browser, shortcuts: str = "on") -> tuple[Page, Stand]:
    stand = Stand(shortcuts)
    page = browser.new_page()
    page.set_default_timeout(5000)
    page.route("**/*", stand)
    page.goto("http://site.test/")
    return page, stand


def marked(page: Page) -> str:
    """Return the option that the field says is the active one."""
    ident = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    return page.locator(f"#{ident}").inner_text() if ident else ""


def test_the_palette_opens_finds_announces_and_gives_focus_back(browser):
    page, stand = opened(browser)
    page.locator("#first").focus()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    assert marked(page).startswith("Overview")
    expect(page.get_by_role("option", name="watched")).to_be_visible()
    field.fill("ada")
    expect(page.get_by_role("status")).to_have_text("3 hits for ada")
    expect(page.get_by_role("option", name="Overview")).to_have_count(0)
    assert marked(page) == "ada-0"
    for key, name in [("ArrowDown", "ada-1"), ("ArrowUp", "ada-0"), ("ArrowUp", "ada-2")]:
        page.keyboard.press(key)
        assert marked(page) == name
        expect(page.locator("[aria-selected=true]")).to_have_text(name)
    page.keyboard.press("Escape")
    expect(page.locator("#first")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(field).to_have_value("")
    assert marked(page).startswith("Overview")
    assert stand.asked == ["", "ada"]
    page.close()


def test_enter_opens_the_hit_even_before_it_came(browser):
    page, _stand = opened(browser)
    page.keyboard.press("/")
    page.get_by_role("combobox").fill("grace")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hit/grace-0")
    page.close()


def test_a_late_answer_to_an_old_question_is_not_shown(browser):
    page, stand = opened(browser)
    stand.late.add("ad")
    page.get_by_role("link", name="Search").click()
    field = page.get_by_role("combobox")
    field.fill("ad")
    page.wait_for_timeout(200)
    field.fill("ada")
    expect(page.get_by_role("status")).to_have_text("3 hits for ada")
    page.wait_for_timeout(200)
    assert "ad" in stand.asked
    expect(page.get_by_role("status")).to_have_text("3 hits for ada")
    page.close()


def test_without_an_answer_enter_leads_to_the_search_page(browser):
    page, stand = opened(browser)
    stand.is_down = True
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("ada")
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=ada")
    page.close()


def test_keys_move_through_a_list_select_and_act(browser):
    page, _stand = opened(browser)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Alert 0")).to_be_focused()
    for key, n in [("j", 1), ("j", 2), ("j", 2), ("k", 1)]:
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=f"Alert {n}")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#item-1 input")).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator("#item-1 button")).to_have_text("Taken")
    page.keyboard.press("o")
    page.wait_for_url("**/alerts/1")
    page.close()


def test_an_entry_without_a_link_is_stepped_on_too(browser):
    page, stand = opened(browser)
    stand.page = stand.page.replace('<li data-key-item id="item-1">', BARE + '<li data-key-item id="item-1">')
    page.reload()
    for key, place in [
        ("j", "#item-0 a"),
        ("j", "#bare"),
        ("o", "#bare"),
        ("j", "#item-1 a"),
        ("k", "#bare"),
    ]:
        page.keyboard.press(key)
        expect(page.locator(place)).to_be_focused()
    page.close()


@pytest.mark.parametrize(("key", "place"), [("data-key", "alert-2"), ("data-other", "alert-1")])
def test_a_button_with_a_key_goes_on_at_the_next_entry(browser, key, place):
    page, stand = opened(browser)
    items = "".join(
        f'<li data-key-item><a id="alert-{n}" href="/alerts/{n}">Alert {n}</a>'
        f'<form action="/take#alert-{n}"><button {key}="a">Take {n}</button></form></li>'
        for n in range(4)
    )
    stand.page = PAGE.format(shortcuts="on", items=items, palette="")
    page.reload()
    page.get_by_role("button", name="Take 1").click()
    page.wait_for_url(f"**/take?#{place}")
    expect(page.locator(f"#{place}")).to_be_focused()
    page.close()


def test_a_key_of_the_page_works_outside_of_its_list(browser):
    page, _stand = opened(browser)
    page.keyboard.press("a")
    expect(page.get_by_text("Taken")).to_have_count(0)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    page.close()


def test_g_and_a_letter_go_and_a_question_mark_helps(browser):
    page, _stand = opened(browser)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Alert 0")).not_to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/pipelines/")
    page.close()


@pytest.mark.parametrize("shortcuts", ["on", "off"])
def test_no_key_works_while_typing_or_when_switched_off(browser, shortcuts):
    page, _stand = opened(browser, shortcuts)
    if shortcuts == "on":
        page.locator("#field").focus()
    for key in ("j", "?", "/", "g", "e", "Alt+j"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.url == "http://site.test/"
    expect(page.locator("[data-key-item] :focus")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.close()
