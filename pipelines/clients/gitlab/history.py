"""Which pipelines did a repository have in the past? One page a request, the newest first, without jobs.

GraphQL tells times, coverage and warnings of a hundred pipelines at once. REST, where GraphQL
refuses, lists them without. Both begin at the newest and end at the day that is asked for.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import msgspec

from courses import netguard
from pipelines.clients.gitlab import answers, projects, rest_answers
from pipelines.clients.gitlab.nodes import Nodes
from pipelines.clients.readings import Access, CIFault, FaultKind, HistoryPage, PipelineReading, Wanted, text

PER_PAGE = 100
REST = "page "  # begins the cursors of REST; those of GraphQL have no space

QUERY = """query($path: ID!, $ref: String, $n: Int, $after: String) {
  project(fullPath: $path) { pipelines(ref: $ref, first: $n, after: $after) {
    pageInfo { endCursor hasNextPage }
    nodes {
      id iid sha ref source status detailedStatus { group } coverage duration queuedDuration
      createdAt startedAt finishedAt updatedAt
    }
  } }
}"""


class PageInfo(msgspec.Struct, rename="camel"):
    end_cursor: str | None = None
    has_next_page: bool = False


class Page(Nodes[projects.Pipeline], rename="camel"):
    page_info: PageInfo | None = None


class Project(msgspec.Struct):
    pipelines: Page | None = None


class Data(msgspec.Struct):
    project: Project | None = None


class Answer(msgspec.Struct):
    data: Data | None = None
    errors: list[projects.Problem] | None = None


def read_history(
    access: Access, wanted: Wanted, *, since: datetime, cursor: str, is_graphql_usable: bool
) -> HistoryPage | CIFault:
    """Return the page at `cursor` of the pipelines of `wanted.ref` that were created after `since`.

    cursor: empty for the first page, else what the page before told.
    """
    if not is_graphql_usable or cursor.startswith(REST):
        return _by_rest(access, wanted, since, cursor)
    page = _by_graphql(access, wanted, since, cursor)
    if isinstance(page, CIFault) and (page.is_maybe_way or page.kind == FaultKind.GONE):
        return _by_rest(access, wanted, since, "")
    return page


def _by_graphql(access: Access, wanted: Wanted, since: datetime, cursor: str) -> HistoryPage | CIFault:
    variables = {"path": wanted.path, "ref": wanted.ref, "n": PER_PAGE, "after": cursor or None}
    body = msgspec.json.encode({"query": QUERY, "variables": variables})
    reply = netguard.fetch(answers.post(access, body))
    answer = answers.decode(reply, Answer)
    if isinstance(answer, CIFault):
        return answer
    project = answer.data.project if answer.data else None
    if project is None or project.pipelines is None:
        return _refusal(answer)
    info = project.pipelines.page_info or PageInfo()
    following = (info.end_cursor or "") if info.has_next_page else ""
    return _page([projects.pipeline(row) for row in project.pipelines], since, following, reply)


def _refusal(answer: Answer) -> CIFault:
    """Return why there is no page; REST may know better unless the server was only slow."""
    words = text(" ".join(problem.message for problem in answer.errors or ()))
    if answers.ran_out_of_time(words):
        return CIFault(FaultKind.BUSY, words)
    return CIFault(FaultKind.REFUSED, words or "It tells nothing of the project.", is_maybe_way=True)


def _by_rest(access: Access, wanted: Wanted, since: datetime, cursor: str) -> HistoryPage | CIFault:
    number = int(cursor.removeprefix(REST) or 1)
    asked = {
        "ref": wanted.ref,
        "updated_after": since.isoformat(),  # what was created since was updated since
        "order_by": "id",
        "sort": "desc",
        "per_page": PER_PAGE,
        "page": number,
    }
    path = f"/projects/{wanted.remote_id or quote(wanted.path, safe='')}/pipelines?{urlencode(asked)}"
    reply = netguard.fetch(answers.get(access, path))
    rows = answers.decode(reply, list[rest_answers.Pipeline])
    if isinstance(rows, CIFault):
        return rows
    # The headers that count pages are left out of long lists; a full page is told by its length.
    following = f"{REST}{number + 1}" if len(rows) >= PER_PAGE else ""
    return _page([rest_answers.pipeline_reading(row, ()) for row in rows], since, following, reply)


def _page(
    rows: Sequence[PipelineReading], since: datetime, following: str, reply: netguard.Reply | netguard.Fault
) -> HistoryPage:
    """Return the rows that are young enough; nothing follows one that is too old."""
    young = tuple(row for row in rows if row.created_at >= since)
    headers = reply.headers if isinstance(reply, netguard.Reply) else {}
    is_over = not rows or rows[-1].created_at < since
    return HistoryPage(young, "" if is_over else following, answers.rest_s(headers, datetime.now(UTC)))
