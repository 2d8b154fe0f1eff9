"""What does a CI server say? The words every client speaks, faults included."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

TEXT_LIMIT = 255


class FaultKind(StrEnum):
    """Why something could not be read, by what helps against it."""

    AUTH = "auth"  # a new token
    REFUSED = "refused"  # a right the token lacks, or an address this site does not reach
    GONE = "gone"  # a look at the path
    THROTTLED = "throttled"  # waiting as long as told
    BUSY = "busy"  # waiting
    BROKEN = "broken"  # a look at the address: what answers is no CI server


@dataclass(frozen=True, slots=True)
class CIFault:
    """What could not be read, in words a person can act on."""

    kind: FaultKind
    detail: str
    retry_after_s: int = 0
    is_maybe_size: bool = False  # a smaller question might be answered
    is_maybe_way: bool = False  # another way of asking might be


@dataclass(frozen=True, slots=True)
class Access:
    """Where a server is and what opens it."""

    base_url: str
    token: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A repository to read. `key` is the caller's; `known` says which pipelines it holds, complete.

    read_at: when it was last read.
    """

    key: int
    path: str
    remote_id: int | None = None
    ref: str = ""
    is_suspect: bool = False  # failed alone last time, so it is asked for alone
    known: Mapping[int, datetime] = field(default_factory=dict)
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobReading:
    remote_id: int
    name: str
    stage: str
    status: str
    allow_failure: bool
    duration_s: float | None
    failure_reason: str
    failed_tries: int = 0  # of the tries before this one


@dataclass(frozen=True, slots=True)
class PipelineReading:
    """A pipeline; `jobs` in the order they run, without those tried again."""

    remote_id: int
    iid: int
    sha: str
    ref: str
    source: str
    status: str
    status_group: str
    coverage: float | None
    duration_s: float | None
    queued_s: float | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime
    jobs: tuple[JobReading, ...]


@dataclass(frozen=True, slots=True)
class DeploymentReading:
    """A version that arrived in an environment of the server (success), or did not (failed)."""

    remote_id: int
    environment_id: int
    environment: str
    external_url: str
    status: str
    sha: str
    ref: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProjectReading:
    """A repository as the server knows it. An empty one has no default branch."""

    remote_id: int
    path: str
    default_branch: str
    is_archived: bool
    pipelines: tuple[PipelineReading, ...]
    deployments: tuple[DeploymentReading, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some pipelines without their jobs, the newest first.

    cursor: where the next page begins; empty after the last one.
    rest_s: how long to leave the server alone, because its polls need what is left of the rate limit.
    """

    pipelines: tuple[PipelineReading, ...]
    cursor: str
    rest_s: int = 0


Outcome = ProjectReading | CIFault


@dataclass(frozen=True, slots=True)
class ServerReading:
    """What one poll brought. Keys that are missing were not reached this time.

    fault: why the server as a whole could not be read (to the end), else None.
    page_size: how many repositories the next query had better hold.
    """

    outcomes: Mapping[int, Outcome]
    fault: CIFault | None
    page_size: int
    is_graphql_unusable: bool = False


@dataclass(frozen=True, slots=True)
class TokenReading:
    """What a token is good for, and until when (the first day it no longer works)."""

    version: str
    scopes: tuple[str, ...]
    expires_on: date | None


def text(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return foreign text cut to `limit`, without what databases and terminals choke on."""
    kept = "" if value is None else str(value)
    kept = kept[:limit].encode("utf-8", "replace").decode()
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in kept)
