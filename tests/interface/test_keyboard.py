"""Can people do their work with the keyboard alone, and see at every stop where they are?"""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
WORST_NAME = "Daring Otters"
MOST_STOPS = 120
ROSTER = b"team,email,name\nNew Newts,newt@course.example,Nina Newt\n"
# What is wrong with where the focus is: nothing shows it, it is off the screen, or something lies over it.
WRONG = """async () => {
  await new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)));
  const it = document.activeElement;
  const name = `${it.tagName} ${it.id} ${it.textContent.trim().slice(0, 40)}`;
  if (it === document.body) return '';
  const style = getComputedStyle(it);
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1) return `${name}: no outline`;
  const box = it.getClientRects()[0];
  const half = (length, most) => Math.min(length, most) / 2;
  const at = [box.left + half(box.width, innerWidth), box.top + half(box.height, innerHeight)];
  const hit = document.elementFromPoint(...at);
  if (!hit) return `${name}: off the screen at ${at}`;
  return it.contains(hit) || hit.contains(it) ? '' : `${name}: under ${hit.tagName} ${hit.className}`;
}"""


class Keyboard:
    """Presses keys, and looks at each stop of the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        if key in ("Tab", "Shift+Tab", "j", "k"):
            assert self.page.evaluate(WRONG) == ""

    def tab_to(self, selector: str, key: str = "Tab") -> None:
        """Press Tab until what matches `selector` has the focus."""
        for _ in range(MOST_STOPS):
            self.press(key)
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"{MOST_STOPS} times {key} do not reach {selector}")

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def expect(self, selector: str, words: str = ""):
        expect(self.page.locator(selector).first).to_contain_text(words)


def skip_to_the_content(keys: Keyboard) -> None:
    keys.press("Tab")
    expect(keys.page.locator(":focus")).to_have_text("Skip to content")
    keys.press("Enter")
    keys.press("Tab")
    assert keys.page.evaluate("document.activeElement.closest('main') !== null")


def find_the_failing_teams(keys: Keyboard) -> None:
    keys.tab_to(".counts a[href*='state=down']")
    keys.press("Enter")
    keys.page.wait_for_url("**state=down**")
    keys.expect("#teams .tiles", WORST_NAME)
    assert keys.page.locator("#teams .tiles > li").count() < 20


def open_the_failing_team(keys: Keyboard) -> None:
    keys.press("j")
    keys.press("j")
    keys.press("k")
    words = keys.page.locator(":focus").inner_text()
    keys.press("Enter")
    keys.page.wait_for_url("**/teams/**")
    assert keys.page.locator("h1").inner_text() in words


def go_on_in_the_grid_after_acknowledging(keys: Keyboard) -> None:
    keys.press("j")
    after = keys.page.evaluate(
        "document.activeElement.closest('li').nextElementSibling.querySelector('a').id"
    )
    keys.press("a")
    expect(keys.page.locator("#take-back")).to_be_visible()
    expect(keys.page.locator(f"#{after}")).to_be_focused()
    keys.press("k")
    keys.tab_to("#take-back", "Shift+Tab")
    keys.press("Enter")
    keys.expect(".messages", "No longer acknowledged")


def walk_through_a_list_of_events(keys: Keyboard) -> None:
    for _ in range(4):
        keys.press("j")
    assert keys.page.evaluate("document.activeElement.closest('.timeline > li:nth-child(4)') !== null")


def acknowledge_with_a_note_and_take_it_back(keys: Keyboard) -> None:
    keys.press("j")
    keys.press("o")
    keys.page.wait_for_url(re.compile(r"/alerts/\d+/"))
    keys.tab_to("#note")
    keys.write("looking at it")
    keys.tab_to("#take")
    keys.press("Enter")
    keys.expect("#now .verdict", "looking at it")
    keys.tab_to("#free")
    keys.press("Enter")
    expect(keys.page.locator("#take")).to_be_visible()


def open_an_experiment_from_the_palette(keys: Keyboard) -> None:
    keys.press("Control+k")
    keys.write("Order button")
    expect(keys.page.locator("#palette-hits [role=option]").first).to_contain_text("Order button")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.press("Enter")
    keys.page.wait_for_url(re.compile(r"/experiments/\d+/"))


def change_the_theme(keys: Keyboard) -> None:
    for theme in ("dark", "auto"):
        keys.tab_to("#menu > summary")
        keys.press("Enter")
        keys.tab_to(f"#menu button[value={theme}]")
        keys.press("Enter")
        expect(keys.page.locator(f"html[data-theme={theme}]")).to_be_attached()


def switch_between_grid_and_table(keys: Keyboard) -> None:
    for view, rows in (("table", "#teams tbody tr"), ("grid", "#teams .tiles > li")):
        keys.tab_to(f"nav.kinds a[href*='view={view}']:not([href*=tv])")
        keys.press("Enter")
        keys.page.wait_for_url(f"**view={view}**")
        expect(keys.page.locator(rows).first).to_be_visible()


def save_a_view(keys: Keyboard) -> None:
    keys.tab_to("#save-view > summary")
    keys.press("Enter")
    keys.tab_to("#view-name")
    keys.write("All that is down")
    keys.press("Enter")
    keys.expect("nav[aria-label='Saved views']", "All that is down")


def mute_my_mails(keys: Keyboard) -> None:
    keys.tab_to("[name=has_alerts]")
    keys.press("Space")
    keys.press("Enter")
    keys.expect(".messages", "saved")
    keys.tab_to("form[action$='/stop/'] button")
    keys.press("Enter")
    keys.expect(".messages", "No more mails")


def preview_a_roster_and_leave_it(keys: Keyboard) -> None:
    keys.tab_to("input[type=file]")
    # The window in which the file is chosen is the system's.
    keys.page.locator(":focus").set_input_files(
        {"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER}
    )
    keys.tab_to("main form button")
    keys.press("Enter")
    keys.expect("h1", "Preview of the roster")
    keys.tab_to("main form a.button")
    keys.press("Enter")
    keys.expect("h1", "Import roster")


TASKS = {
    "/": skip_to_the_content,
    "/?view=grid": find_the_failing_teams,
    "/?state=down": open_the_failing_team,
    "/?state=untaken&view=grid": go_on_in_the_grid_after_acknowledging,
    "/courses/se/teams/team-3/": walk_through_a_list_of_events,
    "/alerts/": acknowledge_with_a_note_and_take_it_back,
    "/courses/": open_an_experiment_from_the_palette,
    "/settings/profile/": change_the_theme,
    "/?course=se": switch_between_grid_and_table,
    "/?state=down&view=grid": save_a_view,
    "/alerts/notifications/": mute_my_mails,
    "/courses/se/roster/": preview_a_roster_and_leave_it,
}


@pytest.mark.parametrize("path", TASKS, ids=[task.__name__ for task in TASKS.values()])
def test_a_task_is_done_with_the_keyboard_alone(visitor, path):
    page = visitor("full", "lecturer")
    page.goto(path)
    TASKS[path](Keyboard(page))
