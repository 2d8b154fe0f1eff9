"""The main journeys, in a real browser, on the demo's running programs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.processes, pytest.mark.timeout(300)]
WIDE = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
SMALLEST = {"viewport": {"width": 320, "height": 640}}
both_screens = pytest.mark.parametrize("page", [WIDE, PHONE], ids=["wide", "phone"], indirect=True)
PAGES = [
    *("/", "/health/", "/health/hosts/", "/pipelines/", "/pipelines/servers/", "/experiments/", "/alerts/"),
    *("/alerts/rules/", "/alerts/channels/", "/alerts/deliveries/", "/courses/", "/settings/profile/"),
]
LINKS = [
    ("/health/", "/health/environments/"),
    ("/health/hosts/", "/health/hosts/"),
    ("/pipelines/", "/pipelines/repositories/"),
    ("/experiments/", "/experiments/"),
    ("/alerts/", "/alerts/"),
    ("/courses/", "/courses/software-engineering-lab/"),
    ("/courses/software-engineering-lab/", "/courses/software-engineering-lab/teams/"),
]


def reload_until(page: Page, text: str | re.Pattern[str], seconds: int = 90) -> None:
    """Wait for a page that refreshes itself to show `text`."""
    expect(page.locator("main")).to_contain_text(text, timeout=seconds * 1000)


def look(page: Page) -> None:
    """What holds for every page: one heading, one main, nothing to scroll sideways."""
    assert page.locator("h1").count() == 1, page.url
    assert page.locator("main").count() == 1, page.url
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url} is {width} px wide"
    ends = (
        page.get_by_role("navigation", name="Main")
        .get_by_role("link")
        .evaluate_all("links => links.map(link => link.getBoundingClientRect().right)")
    )
    assert all(end <= page.viewport_size["width"] for end in ends), f"{page.url} hides a part of the site"


@both_screens
def test_the_main_journey(page):
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    reload_until(page, "study-timer: main is red")
    reload_until(page, "self-signed certificate")
    look(page)

    page.goto("/health/")
    page.get_by_role("link", name=re.compile("mensa-menu")).click()
    reload_until(page, "200 OK")
    expect(page.locator("figure.chart svg").first).to_be_visible()
    look(page)

    page.goto("/pipelines/")
    reload_until(page, "study-timer")
    page.locator("a[href^='/pipelines/repositories/']").first.click()
    page.locator("main a[href^='/pipelines/']").filter(has_text=re.compile(r"#\d+")).first.click()
    reload_until(page, "build")
    look(page)

    page.goto("/experiments/")
    page.get_by_role("link", name="Order button").click()
    reload_until(page, re.compile(r"\d\d?\.\d+\s%"))
    expect(page.locator("main")).to_contain_text("95 % interval")
    look(page)

    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Teams").first.click()
    expect(page.locator("#result_list")).to_contain_text("Hopper")


@pytest.mark.parametrize("page", [WIDE, PHONE, SMALLEST], ids=["wide", "phone", "smallest"], indirect=True)
def test_no_page_scrolls_sideways(page):
    for path in PAGES:
        page.goto(path)
        look(page)
    for path, start in LINKS:
        page.goto(path)
        found = page.locator(f"main a[href^='{start}']").evaluate_all(
            "links => links.map(link => link.pathname)"
        )
        target = next(href for href in found if href != path)
        page.goto(target)
        look(page)


def test_the_overview_refreshes_itself_in_place(page):
    page.evaluate("window.isSameDocument = true; document.querySelector('#teams').dataset.old = '1'")
    expect(page.locator("#teams[data-old]")).to_have_count(0, timeout=20_000)
    assert page.evaluate("window.isSameDocument")


def test_a_hidden_page_stops_asking(page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    page.wait_for_timeout(11_000)
    assert not asked


def test_an_alert_is_acknowledged_and_taken_back(page):
    page.goto("/alerts/")
    reload_until(page, "self-signed certificate")
    page.get_by_role("link", name=re.compile("self-signed")).click()
    page.get_by_label(re.compile("Note")).fill("looking at it")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("main")).to_contain_text("looking at it")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("button", name="Acknowledge").first).to_be_visible()


def test_a_student_sees_their_team_and_nothing_else(browser, demo):
    context = browser.new_context(base_url=demo.url, **PHONE)
    page = context.new_page()
    sign_in(page, "student@demo.example", "courseops-demo")
    # The overview leads who has one team to it.
    expect(page.get_by_role("heading", level=1)).to_have_text("Lovelace")
    expect(page.locator("main")).not_to_contain_text("Hopper")
    assert page.goto("/courses/software-engineering-lab/teams/hopper/").status == 404
    assert (
        page.goto("/admin/").url.endswith("/accounts/login/?next=/admin/")
        or page.locator("#result_list").count() == 0
    )
    context.close()


def test_without_scripts_pages_still_read_and_filter(browser, demo):
    context = browser.new_context(base_url=demo.url, java_script_enabled=False, **WIDE)
    page = context.new_page()
    sign_in(page, "lecturer@demo.example", "courseops-demo")
    page.get_by_label("Find a team").fill("Hopper")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#teams")).to_contain_text("Hopper")
    expect(page.locator("#teams")).not_to_contain_text("Lovelace")
    context.close()
