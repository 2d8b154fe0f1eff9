"""Take README's pictures of the demo, light and dark: `python -m tests.interface.pictures`."""

import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

from playwright.sync_api import expect

from tests.browser import running_browser, sign_in
from tests.interface.shots import FOLDER, shot
from tests.site import demo_site

SCREEN = {"width": 1280, "height": 800}
PICTURES = {"overview": "/", "experiment": "/experiments/1/"}
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
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
                (FOLDER / f"{name}-{scheme}.webp").write_bytes(shot(tools, most=150_000))


if __name__ == "__main__":
    main()
