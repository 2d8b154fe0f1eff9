"""What did GitLab deploy, and where to?

GraphQL tells the last success and the last failure of each environment: all deployments of many
environments it gives in no single query. REST tells every one since the last reading.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from pipelines.clients.gitlab import answers
from pipelines.clients.gitlab.nodes import number
from pipelines.clients.readings import DeploymentReading, text

ENDED = ("success", "failed")
OVERLAP = timedelta(hours=1)  # clocks differ, and what ended during the last reading counts

# What it adds to the score of the query stands in the test of the stand-in's cost.
FRAGMENT = """environments(states: ["available"], first: 20) { nodes {
      id name externalUrl
      success: lastDeployment(status: SUCCESS) { id sha ref createdAt finishedAt }
      failed: lastDeployment(status: FAILED) { id sha ref createdAt finishedAt }
    } }"""


class LastDeployment(msgspec.Struct, rename="camel"):
    id: str | None = None
    sha: str | None = None
    ref: str | None = None
    created_at: answers.Instant | None = None
    finished_at: answers.Instant | None = None


class Environment(msgspec.Struct, rename="camel"):
    id: str | None = None
    name: str | None = None
    external_url: str | None = None
    success: LastDeployment | None = None
    failed: LastDeployment | None = None


def of_environments(rows: Iterable[Environment]) -> tuple[DeploymentReading, ...]:
    """Return the deployments that GraphQL told of."""
    return tuple(
        _reading(number(last.id), number(row.id), row, status, last.sha, last.ref, at)
        for row in rows
        for status, last in (("success", row.success), ("failed", row.failed))
        if last and (at := last.finished_at or last.created_at) and number(last.id)
    )


class Place(msgspec.Struct):
    id: answers.RemoteId
    name: str
    external_url: str | None = None


class Deployable(msgspec.Struct):
    finished_at: answers.Instant | None = None


class Deployment(msgspec.Struct):
    id: answers.RemoteId
    status: str
    created_at: answers.Instant
    updated_at: answers.Instant | None = None
    sha: str | None = None
    ref: str | None = None
    environment: Place | None = None
    deployable: Deployable | None = None


def path_since(project: int, read_at: datetime | None) -> str:
    """Return where REST lists what was deployed lately, or since shortly before `read_at`."""
    asked = {"order_by": "updated_at", "sort": "desc", "per_page": "20"}
    if read_at:
        asked["updated_after"] = (read_at - OVERLAP).isoformat()
    return f"/projects/{project}/deployments?{urlencode(asked)}"


def of_list(rows: Iterable[Deployment]) -> tuple[DeploymentReading, ...]:
    """Return the deployments that REST told of and that have ended."""
    return tuple(
        _reading(row.id, row.environment.id, row.environment, row.status, row.sha, row.ref, _ended_at(row))
        for row in rows
        if row.environment and row.status in ENDED
    )


def _ended_at(row: Deployment) -> datetime:
    return (row.deployable and row.deployable.finished_at) or row.updated_at or row.created_at


def _reading(
    remote_id: int,
    environment_id: int,
    place: Environment | Place,
    status: str,
    sha: str | None,
    ref: str | None,
    at: datetime,
) -> DeploymentReading:
    name, url = text(place.name), text(place.external_url, 500)
    return DeploymentReading(remote_id, environment_id, name, url, status, text(sha, 64), text(ref), at)
