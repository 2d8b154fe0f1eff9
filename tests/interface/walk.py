"""How does each page look to a browser? Visits a list of pages once and looks at each from every side.

A page is loaded once. Its theme and width are switched in place. The report's walk is thorough: it
visits everything and examines it in both themes at both widths with all rules. That of the tests must
be quick. It examines with all rules in light at one width and in dark at the other, on the site where
all fails the other way round, and asks about colours in the other two views: nothing else that the rules
are about depends on the theme.

What the quick walk leaves out: the other two views of the panel, of the site without a course, and of what
others than the administrator see; the last of these on the sites without 200 teams altogether; what the
site without a course shows without signing in; the lists and forms of the panel that look the same as one
it visits. A page whose largest paint came late is loaded once more, alone, and the better of the two
counts.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Response, async_playwright
from playwright.async_api import Page as Tab

from tests.browser import FLAGS
from tests.interface.sites import Site

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
WIDE, PHONE, SMALLEST = (1280, 900), (390, 844), (320, 640)
OF_COLOUR = ["color-contrast", "link-in-text-block"]
SEEN_BY = ("", "administrator")  # what others see is part of what these do
DEADLINE_MS = 30_000
MOST_LCP_MS = 1000


class How(StrEnum):
    """How closely to look."""

    QUICK = "quick"
    THOROUGH = "thorough"
    TIMED = "timed"  # measure, and do not examine


@dataclass
class Visit:
    """What was seen of one page. violations: view -> what axe says."""

    site: str
    name: str
    path: str
    role: str
    template: str
    queries: int
    violations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)
    bytes: int = 0
    script_bytes: int = 0
    requests: int = 0
    nodes: int = 0
    cls: float = 0.0
    lcp_ms: float | None = None
    seconds: float = 0.0
    is_refused: bool | None = None  # whether a nonsense form was answered with the form; None without one

    @property
    def label(self) -> str:
        return f"{self.site}: {self.path}{f' as {self.role}' if self.role else ''} ({self.name})"


class Traffic:
    """What one tab has fetched since the last `clear`, and what its console complained about."""

    def __init__(self, tab: Tab, cdp: CDPSession) -> None:
        self.complaints: list[str] = []
        self.clear()
        cdp.on("Network.responseReceived", self._begun)
        cdp.on("Network.loadingFinished", self._finished)
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))

    def clear(self) -> None:
        self.kinds: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self.complaints.clear()

    def _begun(self, event: dict[str, Any]) -> None:
        if not event["response"]["url"].startswith(("data:", "blob:")):
            self.kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def bytes(self, kind: str = "") -> int:
        return sum(self.sizes.get(name, 0) for name, of in self.kinds.items() if kind in ("", of))


@dataclass
class Seat:
    """A signed-in browser context with one tab."""

    tab: Tab
    cdp: CDPSession
    traffic: Traffic

    async def run(self, expression: str) -> Any:
        """Evaluate in the page, past its Content Security Policy."""
        said = await self.cdp.send(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"].get("exception", {}).get("description", said))
        return said["result"].get("value")

    async def look(self, width: tuple[int, int], scheme: str) -> None:
        await self.tab.set_viewport_size({"width": width[0], "height": width[1]})
        await self.tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")


async def take_seat(browser: Browser, site: Site, role: str, width: tuple[int, int]) -> Seat:
    context: BrowserContext = await browser.new_context(
        base_url=site.url,
        viewport={"width": width[0], "height": width[1]},
        reduced_motion="reduce",
        locale="en-US",
    )
    if role:
        await context.add_cookies([{"name": "sessionid", "value": site.cookies[role], "url": site.url}])
    context.set_default_timeout(DEADLINE_MS)
    tab = await context.new_page()
    cdp = await context.new_cdp_session(tab)
    await cdp.send("Network.enable")
    await cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return Seat(tab, cdp, Traffic(tab, cdp))


async def visit(seat: Seat, site: Site, page: dict[str, Any], *, first: tuple[int, int], how: How) -> Visit:
    """Load the page at the width `first`, measure it, and look at it from every side."""
    seen = Visit(site.name, *(page[key] for key in ("name", "path", "role", "template", "queries")))
    begun = time.monotonic()
    await seat.look(first, "light")
    seat.traffic.clear()
    response = await seat.tab.goto(page["path"], wait_until="load")
    await seat.run((HERE / "page.js").read_text())
    for name, value in (await seat.run("tests.measure()")).items():
        setattr(seen, name, value)
    traffic = seat.traffic
    seen.bytes, seen.script_bytes, seen.requests = (
        traffic.bytes(),
        traffic.bytes("Script"),
        len(traffic.kinds),
    )
    _judge(seen, response, page["status"])
    if site.is_pseudo:
        await _read(seat, seen)
    elif how != How.TIMED:
        await _examine(seat, seen, first, how)
        if site.name == "error" and page["status"] == 200 and page["role"] in SEEN_BY:
            await _spoil(seat, seen)
    seen.complaints += _complaints(traffic, page["status"])
    seen.seconds = time.monotonic() - begun
    return seen


def _judge(seen: Visit, response: Response | None, status: int) -> None:
    if response is None or response.status != status:
        seen.complaints.append(f"answered {response and response.status} and not {status}")


def _complaints(traffic: Traffic, status: int) -> list[str]:
    """Return what the console said, but for the status of an error page itself."""
    own = f"the server responded with a status of {status} "
    return [text for text in traffic.complaints if status == 200 or own not in text]


async def _examine(seat: Seat, seen: Visit, first: tuple[int, int], how: How) -> None:
    await seat.run(_axe())
    second = PHONE if first == WIDE else WIDE
    of_others: Sequence[str] = [] if how == How.THOROUGH else OF_COLOUR
    views = [
        (first, "light", []),
        (first, "dark", of_others),
        (second, "dark", []),
        (second, "light", of_others),
    ]
    is_like_another = seen.site == "new" or seen.name.startswith("admin:") or seen.role not in SEEN_BY
    if how == How.QUICK and is_like_another:
        views = [view for view in views if not view[2]]
    for width, scheme, rules in views:
        await seat.look(width, scheme)
        await _axe_at(seat, seen, f"{scheme}, {width[0]}", rules)
        seen.sideways += await seat.run("tests.sideways()")
    await seat.look(SMALLEST, "light")
    seen.sideways += await seat.run("tests.sideways()")


_SOURCE: list[str] = []


def _axe() -> str:
    if not _SOURCE:
        _SOURCE.append(AXE.read_text(encoding="utf-8"))
    return _SOURCE[0]


async def _axe_at(seat: Seat, seen: Visit, view: str, rules: Sequence[str] = ()) -> None:
    await seat.run("tests.paints()")
    found = await seat.run(f"tests.axeRun({json.dumps(rules) if rules else 'null'})")
    if found:
        seen.violations[view] = found


async def _spoil(seat: Seat, seen: Visit) -> None:
    """Send the page's form with nonsense and examine how it is refused."""
    await seat.run("window.isBefore = true")
    async with _navigation(seat) as moved:
        if not await seat.run("tests.sendNonsense()"):
            moved.cancel()
            return
    seen.is_refused = (await moved.value()).status == 200
    await seat.run((HERE / "page.js").read_text())
    await seat.run(_axe())
    await seat.look(PHONE, "light")
    await _axe_at(seat, seen, "light, 390, refused")
    seen.sideways += await seat.run("tests.sideways()")
    await seat.look(PHONE, "dark")
    await _axe_at(seat, seen, "dark, 390, refused", OF_COLOUR)


class _Navigation:
    def __init__(self) -> None:
        self.answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

    def cancel(self) -> None:
        self.answer.cancel()

    async def value(self) -> Response:
        return self.answer.result()


@asynccontextmanager
async def _navigation(seat: Seat):
    """Wait for the document that follows, unless it is cancelled."""
    moved = _Navigation()

    def hear(response: Response) -> None:
        is_document = response.request.is_navigation_request() and response.frame == seat.tab.main_frame
        if is_document and response.status not in range(300, 400) and not moved.answer.done():
            moved.answer.set_result(response)

    seat.tab.on("response", hear)
    try:
        yield moved
        if not moved.answer.cancelled():
            await asyncio.wait_for(moved.answer, DEADLINE_MS / 1000)
            await seat.tab.wait_for_load_state("load")
    finally:
        seat.tab.remove_listener("response", hear)


async def _read(seat: Seat, seen: Visit) -> None:
    """Look for words that were never marked and for text that does not fit."""
    seen.unmarked = await seat.run("tests.unmarked()")
    for width in (WIDE, PHONE):
        await seat.look(width, "light")
        await seat.run("tests.paints()")
        seen.sideways += await seat.run("tests.sideways()")
        seen.cut_off += [f"{width[0]} px: {text}" for text in await seat.run("tests.cutOff()")]


async def _work(
    browser: Browser, site: Site, pages: list[dict[str, Any]], seen: list[Visit], how: How
) -> None:
    """Visit what is left of `pages`, with one seat for each role."""
    first = PHONE if site.name == "error" else WIDE
    seats: dict[str, Seat] = {}
    while pages:
        page = pages.pop(0)
        if page["role"] not in seats:
            seats[page["role"]] = await take_seat(browser, site, page["role"], first)
        try:
            seen.append(await visit(seats[page["role"]], site, page, first=first, how=how))
        except Exception as error:
            lost = Visit(site.name, *(page[key] for key in ("name", "path", "role", "template", "queries")))
            lost.complaints.append(f"{type(error).__name__}: {str(error)[:300]}")
            seen.append(lost)
            await seats.pop(page["role"]).tab.context.close()
    for seat in seats.values():
        await seat.tab.context.close()


async def _look_again(browser: Browser, site: Site, seen: list[Visit]) -> None:
    """Load the pages whose largest paint came late once more, alone, and keep the better figure."""
    slow = {(visit.path, visit.role): visit for visit in seen if (visit.lcp_ms or 0) > MOST_LCP_MS}
    again: list[Visit] = []
    pages = [page for page in site.pages if (page["path"], page["role"]) in slow]
    await _work(browser, site, pages, again, How.TIMED)
    for visit in again:
        if visit.lcp_ms:
            first = slow[visit.path, visit.role]
            first.lcp_ms = min(visit.lcp_ms, first.lcp_ms or visit.lcp_ms)


# What a quick walk visits of the panel. On every site its lists and forms are the same but for their rows,
# and there is one template for the history and the deletion of rows of all kinds.
OF_PANEL = {
    "full": ("_changelist", "_change", "course_history", "course_delete"),
    "error": ("_add",),
    "empty": ("course_changelist",),
    "new": (),
    "pseudo": ("_changelist", "_change", "course_delete"),
}


def _is_of_panel(page: dict[str, Any]) -> bool:
    return str(page["name"]).startswith("admin:")


def _is_visited(page: dict[str, Any], site: Site, how: How) -> bool:
    if how != How.QUICK:
        return True
    if _is_of_panel(page) and page["name"].count("_") > 1:  # about the rows of one model
        return str(page["name"]).endswith(OF_PANEL[site.name])
    if site.name == "new":  # who is not signed in sees what is seen on the others
        return page["role"] == "administrator" and page["status"] == 200
    return site.name == "full" or page["role"] in SEEN_BY


async def walk(sites: Sequence[Site], binary: str, *, workers: int, how: How = How.QUICK) -> list[Visit]:
    """Visit the pages of every site with so many tabs at once."""
    seen: list[Visit] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=FLAGS)
        for site in sites:
            # The slow ones first, so that no worker is left alone with one at the end.
            pages = sorted((page for page in site.pages if _is_visited(page, site, how)), key=_is_of_panel)
            await asyncio.gather(*(_work(browser, site, pages, seen, how) for _ in range(workers)))
            await _look_again(browser, site, [visit for visit in seen if visit.site == site.name])
        await browser.close()
    return seen
