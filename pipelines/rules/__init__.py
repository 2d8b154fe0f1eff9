"""What do pipelines, branches and servers mean? Pure decisions, no database, no clock."""

from pipelines.rules.branches import (
    ACTIVE,
    RED,
    UNKNOWN,
    WITH_WARNINGS,
    BranchState,
    Past,
    branch_state,
    has_warnings,
    is_news,
    is_of_branch,
    shown_state,
    stage_states,
    verdict,
)
from pipelines.rules.flaky import FLAKY_FOR, FlakyJob, Tries, flaky_jobs, still_flaky
from pipelines.rules.places import place_of
from pipelines.rules.polling import busy_wait_s, is_stale, may_read, pause_after, server_state

__all__ = [
    "ACTIVE",
    "FLAKY_FOR",
    "RED",
    "UNKNOWN",
    "WITH_WARNINGS",
    "BranchState",
    "FlakyJob",
    "Past",
    "Tries",
    "branch_state",
    "busy_wait_s",
    "flaky_jobs",
    "has_warnings",
    "is_news",
    "is_of_branch",
    "is_stale",
    "may_read",
    "pause_after",
    "place_of",
    "server_state",
    "shown_state",
    "stage_states",
    "still_flaky",
    "verdict",
]
