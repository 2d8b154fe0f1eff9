"""static/js/charts.js by itself: one cursor for two charts, and a span that goes into the address."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.template.loader import render_to_string

from courses.charts.axes import TimeAxis
from courses.charts.lines import Series, line_chart
from tests.site import ROOT

pytestmark = [pytest.mark.e2e]
START = datetime(2026, 3, 28, 12, tzinfo=UTC)
PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><link rel="stylesheet" href="/site.css">
<script src="/charts.js" defer></script><main data-zoom>{}</main><div id="news" role="status"></div>"""


def drawn(ident, points):
    """Return a chart over the 100 minutes from `START`."""
    axis = TimeAxis(START, START + timedelta(minutes=100), UTC)
    series = [Series("p50", [(START + timedelta(minutes=minute), float(minute)) for minute in points])]
    chart = line_chart(
        ident, series, ident=ident, axis=axis, max_gap=timedelta(minutes=5), show=lambda v: f"{v:g} ms"
    )
    return render_to_string("ui/_line_chart.html", {"chart": chart})


@pytest.fixture
def page(browser):
    """Two charts: one point every 5 minutes, and one with a gap from minute 20 to 80."""
    files = {"charts.js": "js", "site.css": "css"}
    charts = drawn("whole", range(0, 101, 5)) + drawn("torn", [*range(0, 21, 5), *range(80, 101, 5)])

    def answer(route, request):
        name = request.url.rsplit("/", 1)[-1]
        if name in files:
            route.fulfill(path=ROOT / "static" / files[name] / name)
        else:
            route.fulfill(body=PAGE.format(charts), content_type="text/html")

    page = browser.new_page(viewport={"width": 900, "height": 900})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", answer)
    page.goto("http://site.test/health?range=6h&tab=1")
    yield page
    page.close()
    assert not complaints


def read(page):
    """Return what both charts say: the time of the cursor and the value."""
    page.evaluate("new Promise(requestAnimationFrame)")
    return [
        (page.locator(f"#{ident} .at").text_content(), page.locator(f"#{ident} b").text_content())
        for ident in ("whole", "torn")
    ]


def move_to(page, share):
    box = page.locator("#whole .drawing").bounding_box()
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + 60, steps=3)


USUAL = [("", "100 ms"), ("", "100 ms")]


def test_the_pointer_moves_one_cursor_over_all_charts(page):
    assert read(page) == USUAL
    move_to(page, 0.1)
    assert read(page) == [("28 Mar 12:10", "10 ms"), ("28 Mar 12:10", "10 ms")]
    move_to(page, 0.5)
    assert read(page) == [("28 Mar 12:50", "50 ms"), ("", "–")], "nothing was measured there"
    assert page.locator(".cursor[visibility=visible]").count() == 2
    page.mouse.move(2, 2)
    assert read(page) == USUAL
    assert page.locator("[visibility=visible]").count() == 0


def test_keys_move_the_cursor_and_say_the_values(page):
    page.locator("#whole .plot").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#news").text_content() == "28 Mar 13:35, p50 95 ms"
    page.keyboard.press("Home")
    assert read(page)[1] == ("28 Mar 12:00", "0 ms")
    page.keyboard.press("ArrowRight")
    assert page.locator("#news").text_content() == "28 Mar 12:05, p50 5 ms"
    page.keyboard.press("Escape")
    assert read(page) == USUAL
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    assert read(page) == USUAL, "the cursor goes with the focus"


def test_the_cursor_stays_when_the_page_refreshes(page):
    move_to(page, 0.1)
    page.evaluate(
        "main = document.querySelector('main'); main.innerHTML = main.innerHTML.replace(/10 ms/g, '11 ms')"
    )
    page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
    assert read(page)[0] == ("28 Mar 12:10", "11 ms")


def test_a_span_chosen_by_keys_goes_into_the_address(page):
    page.locator("#whole .plot").focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/health?tab=1&from=2026-03-28T12%3A10%3A00Z&to=2026-03-28T12%3A20%3A00Z")


def test_a_span_drawn_backwards_goes_into_the_address(page):
    move_to(page, 0.6)
    page.mouse.down()
    move_to(page, 0.2)
    page.mouse.up()
    page.wait_for_url("**/health?tab=1&from=*&to=*")
    first, last = (datetime.fromisoformat(unquote(end.split("=")[1])) for end in page.url.split("&")[1:])
    assert abs(first - (START + timedelta(minutes=20))) < timedelta(minutes=1)
    assert abs(last - (START + timedelta(minutes=60))) < timedelta(minutes=1)


def test_the_address_leads_back_to_a_chart_that_is_far_down_its_page(page):
    page.evaluate("document.querySelector('main').dataset.zoom = 'torn'")
    page.locator("#torn .plot").focus()
    for key in ("Home", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/health?tab=1&from=*&to=*#torn")


def test_a_click_chooses_no_span(page):
    move_to(page, 0.5)
    page.mouse.down()
    page.mouse.up()
    page.keyboard.press("Enter")
    assert read(page)[0] == ("28 Mar 12:50", "50 ms")
    assert "from=" not in page.url


def test_no_span_is_offered_where_the_server_answers_none(page):
    page.evaluate("document.querySelector('main').removeAttribute('data-zoom')")
    move_to(page, 0.2)
    page.mouse.down()
    move_to(page, 0.6)
    assert page.locator(".selection[visibility=visible]").count() == 0
    page.mouse.up()
    page.locator("#whole .plot").focus()
    for key in ("Home", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert read(page)[0] == ("28 Mar 12:10", "10 ms"), "the cursor moves all the same"
    assert "from=" not in page.url
