"""With CI=true a missing server is a failure, never a test left out."""

from pathlib import Path

import pytest
from _pytest.outcomes import Skipped

from tests import servers

HERE = Path(__file__).parent
# Written apart, so that this file does not find itself.
SKIPS = tuple(f"pytest.{word}" for word in ("skip", "mark.skip", "importorskip"))


def test_only_fixtures_that_ask_whether_this_is_ci_leave_tests_out():
    found = {path for path in HERE.rglob("*.py") for word in SKIPS if word in path.read_text()}
    assert found == {HERE / "conftest.py", HERE / "interface" / "conftest.py"}
    assert all("servers.IS_CI" in path.read_text() for path in found)


@pytest.mark.parametrize(("is_ci", "outcome"), [(True, servers.MissingServerError), (False, Skipped)])
def test_a_missing_server_fails_only_with_ci(require_server, monkeypatch, is_ci, outcome):
    monkeypatch.setattr(servers, "IS_CI", is_ci)
    with pytest.raises(outcome), require_server(lambda: servers.program("no such server")):
        pass
