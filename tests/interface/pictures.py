"""Take README's pictures of the demo, light and dark: `python -m tests.interface.pictures`."""

import base64
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

from playwright.sync_api import CDPSession, expect

from tests.browser import running_browser, sign_in
from tests.interface.sites import ROOT
from tests.site import demo_site

FOLDER = ROOT / "docs" / "screenshots"
SCREEN = {"width": 1280, "height": 800}
PICTURES = {"overview": "/", "experiment": "/experiments/1/"}
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
MOST_BYTES = 150_000
# The demo's experiment needs 50 units in each variant before its figures mean something, and some
# hundreds before they say something.
UNTIL_EARLY_MS, UNTIL_DECIDED_MS = 600_000, 900_000


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, demo_site(Path(data)) as demo, running_browser() as browser:
        context = browser.new_context(base_url=demo.url, viewport=SCREEN, locale="en-GB")
        page = context.new_page()
        sign_in(page, "lecturer@demo.example", "courseops-demo")
        page.goto(PICTURES["experiment"])
        verdict = page.locator(".verdict")
        expect(verdict).not_to_contain_text(re.compile("too early|no data"), timeout=UNTIL_EARLY_MS)
        with suppress(AssertionError):
            expect(verdict).not_to_contain_text("Not decided", timeout=UNTIL_DECIDED_MS)
        tools = context.new_cdp_session(page)
        for name, path in PICTURES.items():
            page.goto(path)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.wait_for_timeout(300)
                (FOLDER / f"{name}-{scheme}.webp").write_bytes(_shot(tools))


def _shot(tools: CDPSession) -> bytes:
    """Return the screen as WebP, as good as fits."""
    for quality in (100, 92, 85, 75, 60, 40):  # 100 is without loss, often the smallest of flat colours
        shot = tools.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(shot["data"])
        if len(picture) <= MOST_BYTES:
            break
    return picture


if __name__ == "__main__":
    main()
