"""Can people do their work: find the failing team, take it on, share what they see, and not be disturbed?"""

import re

import pytest
from playwright.sync_api import expect

from tests.interface.course import WORST

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
WORST_NAME = "Daring Otters"
WORST_STATE_TEAMS = 6  # so many of 200 are down, and stand by their names
# Pages with a list, what selects its rows, and a filter in the address that leaves some of them.
FILTERED = [
    ("/", "#teams .tiles > li, #teams tbody tr", "nav a, ul a"),
    ("/alerts/", "#alerts li, #alerts tbody tr", "nav a"),
    ("/pipelines/", "main tbody tr", "nav a, ul a"),
    ("/health/", "main tbody tr", "nav a, ul a"),
    ("/experiments/", "main tbody tr, main li", "nav a, ul a"),
]


def rows(page, selector: str) -> list[str]:
    """Return the words of the rows, without what tells how long ago something was."""
    texts = page.locator(selector).evaluate_all(
        """rows => rows.map(row => {
          row.querySelectorAll('time').forEach(time => time.remove());
          return row.innerText;
        })"""
    )
    return [re.sub(r"\d+ (s|min|h|d)\b", "", text) for text in texts]


@pytest.mark.parametrize(("path", "selector", "links"), FILTERED)
def test_what_is_filtered_is_a_link(visitor, path, selector, links):
    page = visitor("full", "lecturer")
    page.goto(path)
    everything = page.locator(selector).count()
    addresses = page.locator(f"main :is({links})").evaluate_all(
        """links => links.filter(link => link.search && link.pathname === location.pathname)
                         .map(link => link.pathname + link.search)"""
    )
    for address in dict.fromkeys(addresses):
        page.goto(address)
        if 0 < page.locator(selector).count() < everything and "tv=" not in address:
            break
    else:
        pytest.fail(f"no link on {path} leaves some of its {everything} rows: {addresses}")
    shared = visitor("full", "lecturer")
    shared.goto(page.url)
    assert rows(shared, selector) == rows(page, selector)


def test_a_search_for_a_team_is_a_link(visitor):
    page = visitor("full", "lecturer")
    page.goto("/")
    page.get_by_role("searchbox", name="Find a team").fill("Badgers")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=Badgers**")
    found = page.locator("#teams .tiles > li").all_inner_texts()
    assert len(found) == 20
    shared = visitor("full", "lecturer")
    shared.goto(page.url)
    assert shared.locator("#teams .tiles > li").all_inner_texts() == found


def test_a_refresh_moves_neither_focus_nor_scroll(visitor):
    page = visitor("full", "lecturer", viewport={"width": 390, "height": 700})
    page.goto("/")
    link = page.locator("#teams a").nth(60)
    link.focus()
    page.evaluate("document.activeElement.mine = true; scrollBy(0, 40)")
    before = page.evaluate("[scrollY, document.activeElement.href]")
    assert before[0] > 200
    with page.expect_response(
        lambda answer: answer.request.headers.get("hx-target") == "teams", timeout=20_000
    ):
        pass
    page.wait_for_timeout(300)
    assert page.evaluate("[scrollY, document.activeElement.href]") == before
    assert page.evaluate("document.activeElement.mine")  # the very same element, not a new one


def tab_to(page, selector: str, most: int = 60) -> None:
    """Press Tab until what matches `selector` has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{most} times Tab do not reach {selector}")


def test_the_worst_team_is_found_and_taken_on_in_two_actions_by_keyboard(visitor):
    page = visitor("error", "lecturer")  # nobody else's test reads its alerts
    page.goto("/")
    tab_to(page, "#teams .tiles a")
    page.keyboard.press("Enter")  # the first action: open the team that stands first
    page.wait_for_url(re.compile("/teams/"))
    before = page.get_by_role("button", name="Acknowledge").count()
    assert before
    tab_to(page, "main button[formaction*=acknowledge], main form[action*=acknowledge] button")
    page.keyboard.press("Enter")  # the second: take its alert on
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(before - 1)


def test_the_worst_team_stands_among_the_first(visitor):
    page = visitor("full", "lecturer")
    for view in ("grid", "table"):
        page.goto(f"/?view={view}")
        expect(page.locator(f"#teams a[href$='/teams/team-{WORST}/']").first).to_be_in_viewport()
        first = page.locator("#teams li:has(a.tile), #teams tbody tr").all_inner_texts()[:WORST_STATE_TEAMS]
        assert all("down" in text for text in first)
        assert any(WORST_NAME in text for text in first)


def drag_over(page, figure: str) -> None:
    box = page.locator(figure).first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 20, steps=3)
    page.mouse.up()


ZOOMED = {
    "health:environment_detail": True,
    "health:host_detail": True,
    "pipelines:repository_detail": True,
    "experiments:experiment_detail": True,
    "dashboard:design": False,
}


@pytest.mark.parametrize("name", ZOOMED)
def test_a_span_is_offered_where_the_server_answers_it(visitor, running, name):
    paths = [page["path"] for page in running["full"].pages if page["name"] == name]
    drawing = "figure[data-instants] .drawing"
    page = visitor("full", "administrator")
    for path in paths:
        page.goto(f"{path}?range=6h")
        if page.locator(drawing).count():
            break
    else:
        pytest.fail(f"no chart over time on {paths}")
    page.locator(drawing).first.scroll_into_view_if_needed()
    drag_over(page, drawing)
    if ZOOMED[name]:
        page.wait_for_url("**from=**")
        assert page.get_by_role("link", name=re.compile("^Back to the (last|whole)")).count() == 1
    else:
        assert page.locator(".cursor[visibility=visible]").count()
        page.wait_for_timeout(300)
        assert "from=" not in page.url
