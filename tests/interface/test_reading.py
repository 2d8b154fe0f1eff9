"""Do pages read well for everybody: without script, in their zone and theme, on paper, on a big screen?"""

import base64
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tests.interface.course.people import PASSWORD, ROLES, ZONES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
PHONE = {"viewport": {"width": 390, "height": 844}}
WORST = "Daring Otters"
CORE = [
    *("/", "/?view=table", "/courses/se/teams/team-3/", "/alerts/", "/alerts/1/", "/health/", "/pipelines/"),
    *("/experiments/", "/courses/se/", "/search/?q=otters", "/alerts/notifications/", "/settings/reading/"),
]
LISTS = ["/", "/health/", "/pipelines/", "/experiments/", "/alerts/"]
DARK_BELOW, LIGHT_ABOVE = 80, 180  # mean brightness of a page, 0 to 255


def background(page) -> float:
    """Return how bright the page's ground is, 0 to 255."""
    text = page.evaluate(
        """() => [document.body, document.documentElement].map(e => getComputedStyle(e).backgroundColor)
                   .find(colour => !colour.endsWith(', 0)'))"""
    )
    return sum(map(float, re.findall(r"[\d.]+", text)[:3])) / 3


def test_without_scripts_a_phone_signs_in_reads_filters_and_acknowledges(visitor):
    page = visitor("full", "", java_script_enabled=False, **PHONE)
    sign_in(page, ROLES["lecturer"], PASSWORD)
    expect(page.locator("#teams")).to_contain_text(WORST)
    page.get_by_role("searchbox", name="Find a team").fill("Calm Otters")
    page.locator("form[role=search] button").click()
    expect(page.locator("#teams")).to_contain_text("Calm Otters")
    expect(page.locator("#teams")).not_to_contain_text(WORST)
    page.goto("/")
    page.locator("#teams").get_by_role("link", name=re.compile(WORST)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(WORST)
    page.goto("/alerts/")
    before = page.get_by_role("button", name=re.compile("^Acknowledge")).count()
    page.get_by_role("button", name=re.compile("^Acknowledge")).last.click()
    expect(page.get_by_role("button", name=re.compile("^Acknowledge"))).to_have_count(before - 1)


def test_without_scripts_the_filters_of_a_phone_fold_and_say_how_many_are_chosen(visitor):
    page = visitor("full", "lecturer", java_script_enabled=False, **PHONE)
    page.goto("/alerts/")
    fold, severity = page.locator("form[role=search] summary"), page.get_by_label("Severity")
    expect(page.locator(".alerts li").first).to_be_in_viewport(ratio=1)
    expect(severity).to_be_hidden()
    fold.click()
    severity.select_option("critical")
    page.get_by_role("button", name="Show").click()
    expect(fold).to_have_text("Filters 1")
    expect(page.locator(".alerts")).to_contain_text("Critical")
    expect(page.locator(".alerts")).not_to_contain_text("Warning")


@pytest.mark.parametrize("path", LISTS)
def test_without_scripts_the_filters_of_a_wide_screen_stand_in_a_row(visitor, path):
    page = visitor("full", "lecturer", java_script_enabled=False)
    page.goto(path)
    expect(page.locator("form[role=search] summary")).to_be_hidden()
    shown = page.get_by_role("search").locator("select, input[type=search]")
    assert len({one.bounding_box()["y"] for one in shown.all()}) == 1
    page.get_by_label("Tutor").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Tag")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_follows_the_system(visitor, scheme):
    page = visitor("full", "administrator", color_scheme=scheme)
    page.goto("/")
    assert (background(page) < DARK_BELOW) == (scheme == "dark")


def test_a_reader_may_choose_dark_and_no_page_flashes(visitor):
    page = visitor("empty", "administrator", color_scheme="light")
    page.goto("/settings/reading/")
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    assert background(page) < DARK_BELOW
    assert max(frames(page, "/")) < DARK_BELOW
    for status in (500, 503):
        page.goto(f"/faults/{status}/")
        assert background(page) < DARK_BELOW, "the page of a fault asks no reader, but this browser"
    page.goto("/settings/reading/")
    page.get_by_label(re.compile("system")).check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    assert background(page) > LIGHT_ABOVE


def test_the_browser_keeps_the_theme_for_the_page_of_signing_in(visitor):
    page = visitor("empty", "", color_scheme="light")
    page.goto("/accounts/login/")
    assert background(page) > LIGHT_ABOVE
    page.context.add_cookies([{"name": "theme", "value": "dark", "url": page.url}])
    page.reload()
    assert max(frames(page, "/accounts/login/")) < DARK_BELOW


def frames(page, path: str) -> list[float]:
    """Open `path` with a slow stylesheet and return how bright each painted frame was."""
    painted: list[str] = []
    cdp = page.context.new_cdp_session(page)

    def keep(frame) -> None:
        painted.append(frame["data"])
        cdp.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    def slowly(route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/*.css", slowly)
    cdp.on("Page.screencastFrame", keep)
    cdp.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    page.goto(path)
    page.wait_for_timeout(300)
    cdp.send("Page.stopScreencast")
    page.unroute("**/*.css")
    assert painted
    other = page.context.new_page()
    bright = [other.evaluate(BRIGHTNESS, data) for data in painted]
    other.close()
    return bright


BRIGHTNESS = """async data => {
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
  const context = new OffscreenCanvas(16, 16).getContext('2d');
  context.drawImage(image, 0, 0, 16, 16);
  const pixels = context.getImageData(0, 0, 16, 16).data;
  let sum = 0;
  for (let n = 0; n < pixels.length; n += 4) sum += (pixels[n] + pixels[n + 1] + pixels[n + 2]) / 3;
  return sum / (pixels.length / 4);
}"""


def test_brightness_is_told(browser):
    page = browser.new_page()
    page.set_content("<body style='background:#000'>")
    assert page.evaluate(BRIGHTNESS, base64.b64encode(page.screenshot()).decode()) < 5
    page.close()


def test_nothing_moves_for_who_wants_no_motion(visitor):
    page = visitor("full", "lecturer", reduced_motion="reduce")
    page.goto("/")
    page.hover("#teams a >> nth=0")
    assert page.evaluate("document.getAnimations().length") == 0
    slow = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(element => {
          const style = getComputedStyle(element);
          return [style.transitionDuration, style.animationDuration].some(text => parseFloat(text) > 0.01);
        }).length"""
    )
    assert slow == 0


def test_forced_colours_leave_shapes_words_and_focus(visitor):
    page = visitor("full", "lecturer", forced_colors="active")
    page.goto("/?view=table")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    state = page.locator("#teams .state").first
    expect(state).to_be_visible()
    assert state.locator("svg").bounding_box()["width"] > 8
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline not in ("none", "")


@pytest.mark.parametrize("role", ZONES)
def test_every_time_is_in_the_readers_zone_and_in_utc(visitor, role):
    zone = ZoneInfo(ZONES[role])
    page = visitor("full", role)
    page.goto("/courses/se/teams/team-3/" if role == "student" else "/courses/se/teams/bare/")
    times = page.locator("main time").evaluate_all("all => all.map(time => [time.dateTime, time.title])")
    if role != "student":  # the nights on which Europe changed its clocks, told to the bare team
        assert (
            len(
                {
                    datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/Berlin")).utcoffset()
                    for at, _ in times
                }
            )
            == 2
        )
    assert times
    for at, title in times:
        instant = datetime.fromisoformat(at)
        assert instant.utcoffset() is not None
        local = f"{instant.astimezone(zone):%-I:%M %p}"
        universal = f"{instant.astimezone(ZoneInfo('UTC')):%H:%M}"
        assert local in title, (local, title)
        assert re.search(rf"{universal}(:\d\d)? UTC", title), (universal, title)


def test_a_team_fits_on_one_sheet_of_paper(visitor):
    page = visitor("full", "lecturer")
    page.goto("/courses/se/teams/team-3/")
    sheet = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == 1


@pytest.mark.parametrize("path", CORE)
def test_nothing_scrolls_sideways_at_four_hundred_percent(visitor, path):
    page = visitor("full", "lecturer", viewport={"width": 320, "height": 256})  # 1280 × 1024, enlarged
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    tall = page.locator(".bar").evaluate(
        "bar => getComputedStyle(bar).position === 'sticky' ? bar.getBoundingClientRect().height : 0"
    )
    assert tall < 256 / 2, "what stays on the screen leaves room to read"


def test_two_hundred_teams_stand_on_one_screen(visitor):
    page = visitor("full", "lecturer", viewport={"width": 1440, "height": 900})
    page.goto("/?view=grid")
    bottoms = page.locator("#teams .tiles > li").evaluate_all(
        "tiles => tiles.map(tile => tile.getBoundingClientRect().bottom)"
    )
    assert len(bottoms) >= 200
    assert max(bottoms) <= 900
    assert page.evaluate("document.querySelectorAll('*').length") <= 3000
