"""What do the pages need to know about pipelines? A fixed number of queries for any number of rows."""

from pipelines.queries.board import (
    board,
    courses_on_board,
    in_state,
    lines,
    state_counts,
    with_branches,
)
from pipelines.queries.builds import pipeline_page, repository_page, with_stages
from pipelines.queries.deployments import last_deployments
from pipelines.queries.servers import connection, server_notice, server_notices, server_rows

__all__ = [
    "board",
    "connection",
    "courses_on_board",
    "in_state",
    "last_deployments",
    "lines",
    "pipeline_page",
    "repository_page",
    "server_notice",
    "server_notices",
    "server_rows",
    "state_counts",
    "with_branches",
    "with_stages",
]
