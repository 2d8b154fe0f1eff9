"""The data sets as running sites, and what the browsers saw on every page of them."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import servers
from tests.browser import chromium
from tests.interface import sites
from tests.interface.walk import AXE, WIDE, Visit, walk

COUNTED = ("two",)  # data sets whose queries are counted and that nobody visits


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> dict[str, sites.Site]:
    """Every data set with the list of its pages, not served."""
    return sites.prepared(tmp_path_factory.mktemp("interface"), (*sites.SETS, *COUNTED))


@pytest.fixture(scope="session")
def running(made) -> Iterator[dict[str, sites.Site]]:
    """The data sets that browsers visit, each with its web server."""
    with sites.serving([made[name] for name in sites.SETS]):
        yield made


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from the npm registry."""
    if not AXE.exists():
        message = "axe-core is not installed: run `npm ci` in tests/interface"
        if servers.IS_CI:
            pytest.fail(message)
        pytest.skip(message)
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seen(running, axe, browser) -> list[Visit]:
    """What was seen of every page of every data set."""
    # The synchronous browser of the other tests keeps this thread's event loop.
    with ThreadPoolExecutor(1) as pool:
        visits = walk([running[name] for name in sites.SETS], chromium(), workers=os.cpu_count() or 1)
        return pool.submit(asyncio.run, visits).result()


@pytest.fixture
def visitor(running, browser: Browser):
    """Open the site of a data set as somebody: `visitor("full", "lecturer", **context options)`."""
    contexts: list[BrowserContext] = []

    def open_page(name: str, role: str, **options: object) -> Page:
        site = running[name]
        width = {"width": WIDE[0], "height": WIDE[1]}
        context = browser.new_context(base_url=site.url, **{"viewport": width, "locale": "en-US", **options})
        if role:
            context.add_cookies([{"name": "sessionid", "value": site.cookies[role], "url": site.url}])
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
