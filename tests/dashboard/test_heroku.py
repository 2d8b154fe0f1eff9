"""The configuration of Heroku: every process of the Procfile by itself, on PostgreSQL and Redis."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from dashboard import processes
from tests import servers
from tests.site import PASSWORD, ROOT, Visitor, expect_measurements

pytestmark = [pytest.mark.processes, pytest.mark.services, pytest.mark.timeout(240)]


def dyno(name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start one process as Heroku does: its line of the Procfile, in a shell."""
    line = processes.procfile_commands(ROOT / "Procfile")[name]
    return subprocess.Popen(["sh", "-c", f"exec {line}"], cwd=ROOT, env=environment)


def preset_variables() -> dict[str, str]:
    """Return the variables that app.json gives a value to."""
    declared = json.loads((ROOT / "app.json").read_text())["env"]
    return {name: entry["value"] for name, entry in declared.items() if "value" in entry}


def test_the_procfile_on_postgresql_and_redis(tmp_path, require_server):
    with ExitStack() as stack:
        database = stack.enter_context(require_server(servers.postgres_server))
        redis = stack.enter_context(require_server(servers.redis_server))
        port = servers.free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {
            **preset_variables(),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORT": str(port),
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "SECRET_KEY": "a secret of this test and of nothing else, long enough",
            "SITE_URL": url,
            "ADMIN_EMAIL": "admin@example.org",
            "ADMIN_PASSWORD": PASSWORD,
            "DATA_DIR": str(tmp_path),
            "OUTBOUND_ALLOW": f"127.0.0.1/32:{port}",
        }
        assert dyno("release", environment).wait(60) == 0
        for name in ("web", "worker", "beat"):
            process = dyno(name, environment)
            stack.callback(servers.end, process)
        servers.wait_until(lambda: servers.answers(port), 30, "the web process answers")
        visitor = Visitor(url)
        assert "Sign out" in visitor.sign_in("admin@example.org", PASSWORD)
        expect_measurements(visitor)
        assert not (tmp_path / "courseops.sqlite3").exists()
        assert not (tmp_path / "valkey").exists()


def test_app_json_names_only_variables_that_exist():
    declared = json.loads((ROOT / "app.json").read_text())
    example = (ROOT / ".env.example").read_text()
    assert all(f"# {name}=" in example for name in declared["env"])
    assert set(declared["formation"]) == {"web", "worker", "beat"}
    assert (ROOT / ".python-version").read_text().strip() == "3.11"
