"""The site with the demo's programs that all journeys visit, and a signed-in page of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import sign_in
from tests.site import Site, demo_site


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Site]:
    """The demo as `make demo` starts it, on a data folder of its own."""
    with demo_site(tmp_path_factory.mktemp("demo")) as site:
        yield site


@pytest.fixture
def page(browser: Browser, demo: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A signed-in administrator's page, wide and light unless the test says otherwise.

    The test fails on any script error and on anything the Content Security Policy refused.
    """
    options = {"viewport": {"width": 1280, "height": 900}, **getattr(request, "param", {})}
    context = browser.new_context(base_url=demo.url, **options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    sign_in(page, "admin@demo.example", "courseops-demo")
    yield page
    context.close()
    assert not complaints
