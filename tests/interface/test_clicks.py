"""How many clicks does each of the usual questions take?"""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.interface.course import WORST

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


class Clicks:
    """Clicks, and counts how often."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def __call__(self, place: Locator) -> None:
        place.click()
        self.count += 1


def test_why_a_team_fails_is_one_click_from_the_overview(visitor):
    page = visitor("full", "lecturer")
    page.goto("/")
    click = Clicks(page)
    click(page.locator(f"#teams a[href$='/teams/team-{WORST}/']").first)
    expect(page.locator("#now .lead")).to_contain_text("502")
    assert click.count <= 1


def test_an_alert_is_acknowledged_with_at_most_two_clicks(visitor):
    page = visitor("full", "lecturer")
    page.goto("/courses/")
    click = Clicks(page)
    click(page.locator("#bell, a:has(#bell)").first)
    page.wait_for_url("**/alerts/**")
    free = page.locator("#alerts li button[formaction$='/acknowledge/']")
    before = free.count()
    click(free.last)
    expect(free).to_have_count(before - 1)
    assert click.count <= 2


def test_whether_an_experiment_is_done_is_at_most_two_clicks_away_for_a_student(visitor):
    page = visitor("full", "student")
    page.goto("/")
    click = Clicks(page)
    click(page.get_by_role("navigation", name="Main").get_by_role("link", name="Experiments"))
    click(page.locator("#experiments tbody th a").first)
    expect(page.locator("main .verdict .lead").first).to_be_visible()
    assert click.count <= 2


@pytest.mark.parametrize("path", ["/", "/experiments/", "/courses/se/people/", "/settings/profile/"])
def test_my_mails_are_muted_with_at_most_three_clicks_from_any_page(visitor, path):
    page = visitor("full", "tutor")
    page.goto("/alerts/notifications/")
    page.get_by_label("Mail me about alerts").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".messages")).to_contain_text("saved")
    page.goto(path)
    click = Clicks(page)
    click(page.locator("#menu > summary"))
    click(page.locator("#menu").get_by_role("link", name="Notifications"))
    click(page.get_by_role("button", name="Stop all mails to me"))
    expect(page.get_by_label("Mail me about alerts")).not_to_be_checked()
    assert click.count <= 3
