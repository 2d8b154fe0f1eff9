"""A real stand-in GitLab in a process of its own, and readings for tests without one."""

import json
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.clients.readings import Access, JobReading, PipelineReading, ProjectReading
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "glpat-stand-in"
AT = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


class StandIn:
    """The stand-in, from the outside."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.access = Access(url, TOKEN)

    def set(self, **switches):
        """Set switches; return what was asked so far."""
        body = json.dumps(switches).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/-/control", body, headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    @property
    def asked(self):
        with urllib.request.urlopen(f"{self.url}/-/control") as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def gitlab_process():
    command = [sys.executable, "-m", "demo.gitlab", "--port", "0", "--token", TOKEN]
    command += ["--expires-at", "2027-03-01"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture
def gitlab(gitlab_process, settings):
    """A stand-in with 12 projects, as new."""
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    stand_in = StandIn(gitlab_process)
    stand_in.set(projects="generated:12")
    stand_in.set(reset=True)
    return stand_in


@pytest.fixture
def server(gitlab, team):
    """A server that is due, in the course of `team`."""
    return factories.CIServerFactory(course=team.course, base_url=gitlab.url, token=TOKEN, next_poll_at=AT)


def bind(server, count, *, path="course/team-{:03}/app"):
    """Return `count` repositories on `server`, of a project and a team each."""
    return [
        factories.RepositoryFactory(
            project=factories.ProjectFactory(
                team=factories.TeamFactory(course=server.course), repository_path=path.format(n + 1)
            ),
            server=server,
            path=path.format(n + 1),
            default_branch="",
            state="pending",
        )
        for n in range(count)
    ]


def job(status="success", *, name="unit tests", stage="test", remote_id=1, may_fail=False, failed_tries=0):
    return JobReading(remote_id, name, stage, status, may_fail, 3.0, "", failed_tries)


def pipeline(remote_id, status="success", *, minutes=0, jobs=(), **told):
    """A pipeline of main that ended `minutes` after AT."""
    at = AT + timedelta(minutes=minutes)
    is_ended = status in ("success", "failed", "canceled", "skipped")
    fields = {
        "iid": remote_id,
        "sha": "ab" * 20,
        "ref": "main",
        "source": "push",
        "status_group": status,
        "coverage": None,
        "duration_s": 5.0,
        "queued_s": 1.0,
        "created_at": at,
        "started_at": at,
        "finished_at": at if is_ended else None,
        "updated_at": at,
    }
    return PipelineReading(remote_id=remote_id, status=status, jobs=tuple(jobs), **(fields | told))


def project(*pipelines, path="course/team-1/app", branch="main", remote_id=7, archived=False):
    """What a server says of a project."""
    return ProjectReading(remote_id, path, branch, archived, pipelines)
