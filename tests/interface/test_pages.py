"""Does every page of the site meet the bars? The list of pages comes from the URL configuration.

In {light, dark} × {390, 1280} × {empty, 200 teams, error}, but for what tests/interface/walk.py says that
it leaves out. What is wrong stands in the failure, one
line for each page, so that it can be worked off.
"""

import pytest

from tests.interface.sites import SETS
from tests.interface.walk import MOST_LCP_MS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
MOST_BYTES, MOST_SCRIPT_BYTES, MOST_REQUESTS = 150_000, 40_000, 10
MOST_SHIFT = 0.05
BROKEN = """<html><head></head><body><p id=x style="color:#aaa;background:#fff">grey</p><img src="/x.png">
<div style="width:900px">wide</div></body></html>"""


def report(lines) -> str:
    """Return the lines as one text, every one of them once."""
    return "\n".join(dict.fromkeys(lines))


def test_every_address_shows_its_page(made):
    assert not report(fault for name in SETS for fault in made[name].faults)


def test_the_examination_finds_what_is_wrong(browser, axe):
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.set_content(BROKEN)
    page.evaluate(axe)
    page.add_script_tag(path="tests/interface/page.js")
    found = {violation["id"] for violation in page.evaluate("tests.axeRun(null)")}
    assert found >= {"color-contrast", "image-alt", "html-has-lang", "document-title", "landmark-one-main"}
    assert page.evaluate("tests.sideways()")
    page.close()


def test_no_page_breaks_a_rule_of_accessibility(seen):
    assert not report(
        f"{visit.label} [{view}] {broken['id']} × {broken['count']} at {broken['nodes'][0]['target']}: "
        f"{broken['nodes'][0]['why']}"
        for visit in seen
        for view, found in visit.violations.items()
        for broken in found
    )


def test_no_page_complains_in_the_console(seen):
    assert not report(f"{visit.label}: {text}" for visit in seen for text in visit.complaints)


def test_no_page_scrolls_sideways(seen):
    assert not report(f"{visit.label}: {', '.join(visit.sideways)}" for visit in seen if visit.sideways)


def test_every_page_is_light(seen):
    assert not report(
        f"{visit.label}: {visit.bytes:,} bytes, {visit.script_bytes:,} of scripts, {visit.requests} requests"
        for visit in seen
        if visit.bytes > MOST_BYTES
        or visit.script_bytes > MOST_SCRIPT_BYTES
        or visit.requests > MOST_REQUESTS
    )


def test_nothing_moves_while_a_page_loads(seen):
    assert not report(f"{visit.label}: {visit.cls:.3f}" for visit in seen if visit.cls > MOST_SHIFT)


def test_every_page_is_painted_within_a_second(seen):
    assert any(visit.lcp_ms for visit in seen)
    assert not report(
        f"{visit.label}: {visit.lcp_ms:.0f} ms" for visit in seen if (visit.lcp_ms or 0) > MOST_LCP_MS
    )


def test_every_form_refuses_nonsense(seen):
    assert any(visit.is_refused for visit in seen)
    assert not report(visit.label for visit in seen if visit.is_refused is False)


def test_no_word_was_forgotten_by_translation(seen):
    assert not report(f"{visit.template}: {text}" for visit in seen for text in visit.unmarked)


def test_no_translated_text_is_cut_off(seen):
    assert not report(f"{visit.label}: {text}" for visit in seen for text in visit.cut_off)
