"""Does any page ask the database more often because there are more teams?"""

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
MOST = 15


def counts(site) -> dict[tuple[str, str], int]:
    """Return the most queries that any look of each page takes, for each role."""
    found: dict[tuple[str, str], int] = {}
    for page in site.pages:
        key = page["name"], page["role"]
        found[key] = max(found.get(key, 0), page["queries"])
    return found


def test_no_page_asks_more_than_fifteen_times(made):
    assert not {key: count for key, count in counts(made["full"]).items() if count > MOST}


def test_no_page_asks_more_often_with_more_teams(made):
    few, some, many = (counts(made[name]) for name in ("two", "pseudo", "full"))
    # "pseudo" holds twenty teams. With two some parts of a page show nothing: it may ask less often.
    grown = {key: (few.get(key), some.get(key), many[key]) for key in many}
    shared = {key: row for key, row in grown.items() if None not in row}
    assert len(shared) > 50
    assert not {key: row for key, row in shared.items() if row[0] > row[1] or row[1] != row[2]}
