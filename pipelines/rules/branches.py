"""What does a pipeline mean for its branch? Pure decisions, no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

ACTIVE = frozenset(
    {
        "created",
        "waiting_for_resource",
        "preparing",
        "waiting_for_callback",
        "pending",
        "running",
        "canceling",
        "scheduled",
    }
)
WITH_WARNINGS = "success-with-warnings"
# Pipelines that GitLab itself does not count as the state of their branch.
BESIDE_THE_BRANCH = frozenset(
    {
        "parent_pipeline",
        "merge_request_event",
        "external_pull_request_event",
        "webide",
        "ondemand_dast_scan",
        "ondemand_dast_validation",
        "security_orchestration_policy",
        "container_registry_push",
        "duo_workflow",
    }
)
RED = "failed"
UNKNOWN = "unknown"
RECENT = 10


@dataclass(frozen=True, slots=True)
class Past:
    """A stored pipeline of the default branch, as far as the verdict needs it."""

    pk: int
    iid: int
    status: str
    has_warnings: bool
    at: datetime  # when it ended, or last moved

    @property
    def verdict(self) -> str | None:
        return verdict(self.status, has_warnings=self.has_warnings)


@dataclass(frozen=True, slots=True)
class BranchState:
    """What the default branch is: by its last pipeline that says something, and since when."""

    status: str  # success, warning, failed, unknown
    since: datetime | None
    decided_by: int | None
    latest: int | None
    is_running: bool
    recent: list[list[object]]  # newest last: pk, state, iid

    @property
    def is_red(self) -> bool:
        return self.status == RED


def verdict(status: str, *, has_warnings: bool) -> str | None:
    """Return what `status` says about the code: success, warning, failed; None when nothing.

    A skipped, canceled or waiting pipeline says nothing, and `manual` waits for a person.
    """
    if status == "success":
        return "warning" if has_warnings else "success"
    return RED if status == RED else None


def shown_state(status: str, *, has_warnings: bool) -> str:
    """Return the word a page shows for a pipeline."""
    return verdict(status, has_warnings=has_warnings) or status


def has_warnings(status_group: str, jobs: Iterable[tuple[str, bool]]) -> bool:
    """Whether something failed that was allowed to. `jobs`: (status, allow_failure)."""
    return status_group == WITH_WARNINGS or any(status == RED and may for status, may in jobs)


def is_of_branch(*, ref: str, source: str, branch: str) -> bool:
    """Whether a pipeline tells the state of `branch`: no merge request, no child pipeline."""
    return ref == branch and source not in BESIDE_THE_BRANCH


def is_news(stored: tuple[datetime, str] | None, updated_at: datetime, status: str) -> bool:
    """Whether what was read replaces what is `stored` as (updated_at, status).

    The server's clock decides, so an answer that comes late changes nothing. A retry moves an
    ended pipeline back to running, and is newer. At the same instant the further state wins,
    and a pipeline that still moves is written again for its jobs.
    """
    if stored is None or updated_at != stored[0]:
        return stored is None or updated_at > stored[0]
    if stored[1] in ACTIVE:
        return True
    return status not in ACTIVE and status != stored[1]


def stage_states(jobs: Iterable[tuple[str, str, bool]]) -> list[list[str]]:
    """Return [stage, state] in order, from jobs as (stage, status, allow_failure)."""
    stages: dict[str, list[str]] = {}
    for stage, status, may_fail in jobs:
        word = "warning" if may_fail and status == RED else status
        ignored = may_fail and status in ("manual", "canceled", "skipped")
        stages.setdefault(stage, []).append("skipped" if ignored else word)
    return [[stage, _of_stage(words)] for stage, words in stages.items()]


def _of_stage(words: Sequence[str]) -> str:
    seen = set(words)
    active = seen & ACTIVE
    if active:
        is_begun = "running" in seen or bool(seen - ACTIVE - {"skipped", "manual"})
        return "running" if is_begun else next(word for word in words if word in active)
    for word in (RED, "canceled", "manual", "warning", "success"):
        if word in seen:
            return word
    return "skipped"


def branch_state(history: Sequence[Past], *, known_since: datetime | None, known_red: bool) -> BranchState:
    """Return the state of a branch from its pipelines, newest first.

    `known_since` and `known_red` are what was stored: they tell the start of a run of the same
    colour that is longer than the history.
    """
    decided = [(row, said) for row in history if (said := row.verdict) is not None]
    recent: list[list[object]] = [
        [row.pk, shown_state(row.status, has_warnings=row.has_warnings), row.iid]
        for row in reversed(history[:RECENT])
    ]
    latest = history[0].pk if history else None
    # What is older than the verdict and still unfinished was overtaken, and says nothing.
    newer = history[: history.index(decided[0][0])] if decided else history
    is_running = any(row.status in ACTIVE for row in newer)
    if not decided:
        return BranchState(UNKNOWN, None, None, latest, is_running, recent)
    first, status = decided[0]
    is_red = status == RED
    same = next((i for i, (_, said) in enumerate(decided) if (said == RED) != is_red), len(decided))
    since = decided[same - 1][0].at
    if same == len(decided) and known_since and known_red == is_red:
        since = min(since, known_since)
    return BranchState(status, since, first.pk, latest, is_running, recent)
