"""What does each address answer, and to whom? Found by asking the site in this process.

The answers make the list of pages that the browsers visit: HTML that a person reads, nothing else.
"""

import logging
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

from courses.models import User
from tests.interface import urls
from tests.interface.addresses import Address, addresses
from tests.interface.course.people import ROLES

# What every role looks at day by day.
MAIN = {
    *("dashboard:overview", "dashboard:team_detail", "dashboard:project_detail", "courses:course_detail"),
    *("health:environment_list", "health:environment_detail", "pipelines:board", "pipelines:pipeline_detail"),
    *("experiments:experiment_list", "experiments:experiment_detail", "alerts:inbox", "alerts:alert_detail"),
    *("courses:profile", "dashboard:timeline", "dashboard:search"),
}


@dataclass(frozen=True)
class Page:
    """A page to visit. role: whose page it is, empty without signing in. status: what it answers."""

    name: str
    path: str
    role: str
    status: int
    template: str
    queries: int


@dataclass(frozen=True)
class LeftOut:
    """An address that shows no page."""

    name: str
    path: str
    reason: str


class Missing(LeftOut):
    """An address that is not there for this row. Some other row must have it."""


def ask_all(*, is_whole: bool) -> dict[str, object]:
    """Return what the browsers need to know: pages, what was left out, the roles' cookies, faults.

    is_whole: whether this data set has people in other roles, too.
    """
    setup_test_environment(debug=False)
    logging.disable(logging.CRITICAL)  # that something is forbidden is an answer here
    visitors = {"": Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)}
    for role, email in ROLES.items():
        user = User.objects.filter(email=email).first()
        if user:
            visitors[role] = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
            visitors[role].force_login(user)
    pages: list[Page] = []
    left_out: list[LeftOut] = []
    faults: list[str] = []
    shown: set[str] = set()
    for address in addresses():
        others = visitors if is_whole and address.name in MAIN - shown else {}
        found = _ask(address, visitors, others)
        shown.update(page.name for page in found if isinstance(page, Page))
        pages += [page for page in found if isinstance(page, Page)]
        left_out += [answer for answer in found if isinstance(answer, LeftOut)]
        faults += [answer for answer in found if isinstance(answer, str)]
    pages += [
        Page("error page", path, "administrator", status, f"{status}.html", 0)
        for path, status in urls.PAGES.items()
    ]
    return {
        "pages": [asdict(page) for page in pages],
        "left_out": [asdict(answer) for answer in left_out],
        "faults": faults + (_never_seen(pages, left_out) if is_whole else []),
        "cookies": {role: client.cookies["sessionid"].value for role, client in visitors.items() if role},
    }


def _ask(
    address: Address, visitors: dict[str, Client], others: dict[str, Client]
) -> list[Page | LeftOut | str]:
    """Ask as a stranger, who sees public pages, else as the administrator and then as the `others`."""
    public = _answer(address, "", visitors[""])
    if isinstance(public, Page):
        return [public]
    found = [_answer(address, "administrator", visitors["administrator"])]
    for role in others.keys() - {"", "administrator"}:
        answer = _answer(address, role, others[role])
        found += [answer] if isinstance(answer, Page) else []
    return found


def _answer(address: Address, role: str, client: Client) -> Page | LeftOut | str:
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address.path)
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code == 405:
        return LeftOut(address.name, address.path, "takes only POST")
    if answer.status_code == 403 and address.name.startswith("admin:"):
        return LeftOut(address.name, address.path, "is closed to everybody")
    if answer.status_code in (301, 302):
        return LeftOut(address.name, address.path, f"leads to {answer.headers['Location']}")
    if answer.status_code == 404:
        return Missing(address.name, address.path, "is not there")
    if answer.status_code != 200:
        return f"{address.name}: {address.path} answers {answer.status_code} to {role or 'a stranger'}"
    if getattr(answer, "streaming", False) or not kind.startswith("text/html"):
        return LeftOut(address.name, address.path, f"is {kind.partition(';')[0]}")
    # What a page includes may be rendered before it.
    names = [template.name for template in answer.templates if template.name]
    template = next((name for name in names if "/_" not in name), "")
    return Page(address.name, address.path, role, 200, template, len(queries))


def _never_seen(pages: list[Page], left_out: list[LeftOut]) -> list[str]:
    """Name the addresses that none of the rows led to."""
    seen = {page.name for page in pages}
    seen |= {answer.name for answer in left_out if not isinstance(answer, Missing)}
    return [
        f"{answer.name}: {answer.path} is not there, and no other row shows it: make one in "
        "tests/interface/course"
        for answer in left_out
        if answer.name not in seen
    ]
