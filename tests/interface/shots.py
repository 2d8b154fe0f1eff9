"""What do pages look like? Pictures of them for the documents."""

import base64
from typing import Literal

from playwright.sync_api import CDPSession

from tests.browser import running_browser
from tests.interface.sites import ROOT, Site

FOLDER = ROOT / "docs" / "screenshots"
WIDE, PHONE = (1280, 800), (390, 844)
# name of the file -> what it shows, its address, who reads, on which screen, in which colours
LOOKS: dict[str, tuple[str, str, str, tuple[int, int], Literal["light", "dark"]]] = {
    "grid": ("200 teams", "/?view=grid", "lecturer", (1440, 900), "light"),
    "team": ("A team in trouble", "/courses/se/teams/team-3/", "lecturer", WIDE, "dark"),
    "environment": ("An environment", "/health/environments/4/", "lecturer", WIDE, "light"),
    "inbox": ("The inbox", "/alerts/", "tutor", WIDE, "dark"),
    "phone": ("A student's phone", "/courses/se/teams/team-3/", "student", PHONE, "light"),
    "phone-dark": ("The overview on a phone", "/", "lecturer", PHONE, "dark"),
}


def take_looks(site: Site) -> str:
    """Save a picture of each of LOOKS and return the lines that show them."""
    lines = ["\n## As it looks\n"]
    with running_browser() as browser:
        for name, (words, path, role, (width, height), scheme) in LOOKS.items():
            context = browser.new_context(
                base_url=site.url,
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
                locale="en-US",
            )
            context.add_cookies([{"name": "sessionid", "value": site.cookies[role], "url": site.url}])
            page = context.new_page()
            page.goto(path)
            picture = shot(context.new_cdp_session(page), most=100_000)
            (FOLDER / f"look-{name}.webp").write_bytes(picture)
            context.close()
            lines.append(f"![{words}, {scheme}, {width} px](screenshots/look-{name}.webp)\n")
    return "\n".join(lines)


def shot(tools: CDPSession, *, most: int) -> bytes:
    """Return the screen as WebP of at most `most` bytes where any quality allows it, as good as fits."""
    for quality in (100, 92, 85, 75, 60, 40):  # 100 is without loss, often the smallest of flat colours
        taken = tools.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(taken["data"])
        if len(picture) <= most:
            break
    return picture
