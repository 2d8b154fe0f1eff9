"""Does everything meet the rules that no address shows: what opens over a page, and what a form answers with?

Each in light and dark, at 1280 and 390 px, and at 320 px for what scrolls sideways.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.interface.walk import HERE, PHONE, SMALLEST, WIDE

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
VIEWS = [(WIDE, "light"), (PHONE, "light"), (PHONE, "dark"), (WIDE, "dark")]
ROSTER = "team,email,name\nNew Newts,newt@course.example,Nina Newt\nNew Newts,toad@course.example,Theo Toad\n"
BAD_ROSTER = "team,email,name\n,newt@course.example,Nina Newt\nNew Newts,nobody,Theo Toad\n"


def stay(page: Page) -> None:
    """Look at the page as it is."""


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or jump to")).to_be_focused()
    expect(page.locator("#palette-hits [role=option]").first).to_be_visible()


def search_in_palette(page: Page) -> None:
    open_palette(page)
    page.get_by_role("combobox", name="Search or jump to").fill("otters")
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text(re.compile(r"\d"))


def find_nothing_in_palette(page: Page) -> None:
    open_palette(page)
    page.get_by_role("combobox", name="Search or jump to").fill("no such thing")
    expect(page.locator("#palette-hits [role=option]")).to_have_count(0)


def open_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def open_menu(page: Page) -> None:
    page.locator("#menu > summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def open_saving(page: Page) -> None:
    page.locator("#save-view > summary").click()
    expect(page.get_by_label("Name", exact=True)).to_be_visible()


def open_everything(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('main details').forEach(part => { part.open = true; })")


def lose_the_server(page: Page) -> None:
    page.context.set_offline(True)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("what you see is old")).to_be_in_viewport()


def preview(roster: str) -> Callable[[Page], None]:
    def choose(page: Page) -> None:
        page.locator("input[type=file]").set_input_files(
            {"name": "roster.csv", "mimeType": "text/csv", "buffer": roster.encode()}
        )
        page.get_by_role("button", name="Show preview").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Preview of the roster")

    return choose


def make_key(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("examined")
    page.locator("input[type=checkbox]").first.check()
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("region", name="The new key")).to_be_visible()


def make_link(page: Page) -> None:
    page.get_by_role("button", name=re.compile("link")).first.click()
    expect(page.get_by_role("region", name="The link")).to_be_visible()


STATES = {
    "wall": ("/?tv=1", stay),
    "wall of a course": ("/?tv=1&view=grid&course=se&state=down", stay),
    "palette": ("/alerts/", open_palette),
    "palette with hits": ("/alerts/", search_in_palette),
    "palette without hits": ("/alerts/", find_nothing_in_palette),
    "keys": ("/alerts/", open_keys),
    "menu of the inbox": ("/alerts/", open_menu),
    "menu of the overview": ("/", open_menu),
    "menu of the people": ("/courses/se/people/", open_menu),
    "form that saves a view": ("/health/", open_saving),
    "all details of a team": ("/courses/se/teams/team-3/", open_everything),
    "all details of the inbox": ("/alerts/", open_everything),
    "overview without an answer": ("/", lose_the_server),
    "team without an answer": ("/courses/se/teams/team-3/", lose_the_server),
    "roster preview": ("/courses/se/roster/", preview(ROSTER)),
    "roster with problems": ("/courses/se/roster/", preview(BAD_ROSTER)),
    "new key": ("/courses/se/keys/add/", make_key),
    "link of a member": ("/courses/se/people/", make_link),
}


class Examiner:
    """Looks at a page past its Content Security Policy."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page = page
        self.cdp = page.context.new_cdp_session(page)
        for source in ((HERE / "page.js").read_text(), axe):
            self.run(source)

    def run(self, expression: str):
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        said = self.cdp.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def look(self, size: tuple[int, int], scheme: str) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # From the top: to axe, a row that the head lies over while one scrolls is half covered.
        self.run("scrollTo(0, 0); tests.paints()")


@pytest.mark.parametrize("state", STATES)
def test_what_no_address_shows_breaks_no_rule(visitor, axe, state):
    path, act = STATES[state]
    page = visitor("full", "lecturer", reduced_motion="reduce")
    page.goto(path)
    act(page)
    examiner = Examiner(page, axe)
    under = '"main"' if act is open_menu else ""
    found = []
    for size, scheme in VIEWS:
        examiner.look(size, scheme)
        found += [
            f"[{scheme}, {size[0]}] {broken['id']} × {broken['count']} at {node['target']}: {node['why']}"
            for broken in examiner.run(f"tests.axeRun(null, {under})")
            for node in broken["nodes"]
        ]
        found += examiner.run("tests.sideways()")
    examiner.look(SMALLEST, "light")
    found += examiner.run("tests.sideways()")
    assert "\n".join(found) == ""
