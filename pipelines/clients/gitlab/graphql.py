"""How are 50 projects read by one GraphQL query, and what is done when that is too many?

The query scores 85 of the 250 that GitLab allows, whatever the data. What does not fit is
asked for in halves; a project that fails alone is set aside so that it stops nobody else.
"""

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from courses import netguard
from pipelines.clients.gitlab import answers
from pipelines.clients.gitlab.nodes import number
from pipelines.clients.gitlab.projects import QUERY, Answer, Data, Problem, project
from pipelines.clients.readings import (
    Access,
    CIFault,
    FaultKind,
    Outcome,
    ProjectReading,
    ServerReading,
    Wanted,
    text,
)

logger = logging.getLogger(__name__)
LARGEST_PAGE = 50  # GitLab takes no more fullPaths
SMALLEST_PAGE = 5
AT_ONCE = 4
BUDGET_S = 60.0
MOST_REQUESTS = 100
MOST_FAILURES = 6  # before anything was read: the server is down, not overasked
USUAL_BRANCH = "main"


def _halves(batch: Sequence[Wanted]) -> list[list[Wanted]]:
    middle = (len(batch) + 1) // 2
    return [part for part in (list(batch[:middle]), list(batch[middle:])) if part]


class Sweep:
    """One reading of many projects: what is still to ask, what came, what failed."""

    def __init__(self, access: Access, page_size: int) -> None:
        self.access = access
        self.start_size = self.page_size = max(1, min(page_size, LARGEST_PAGE))
        self.outcomes: dict[int, Outcome] = {}
        self.fault: CIFault | None = None
        self.is_unusable = False
        self.refusal: CIFault | None = None  # what GraphQL said, where REST may say something else
        self.queue: deque[list[Wanted]] = deque()
        self.by_id = False
        self.requests = 0
        self.failed_pages = self.read_pages = 0
        self.ends_at = time.monotonic() + BUDGET_S

    def run(self, wanted: Sequence[Wanted]) -> ServerReading:
        """Ask for all of `wanted`; those not found by path are looked for by id."""
        self._enqueue(wanted)
        self._drain()
        missing = [one for one in wanted if self._is_missing(one)]
        self.by_id = True
        self._enqueue([one for one in missing if one.remote_id])
        self._drain()
        if not self.fault and not self.is_unusable and not self.queue:
            gone = CIFault(FaultKind.GONE, "It does not exist, or the token may not see it.")
            self.outcomes.update((one.key, gone) for one in missing if self._is_missing(one))
        return ServerReading(self.outcomes, self.fault, self._next_size(), self.is_unusable)

    def _is_missing(self, one: Wanted) -> bool:
        return one.key not in self.outcomes

    def _enqueue(self, wanted: Iterable[Wanted]) -> None:
        """Line up batches of one default branch each: a query asks for one ref."""

        def ref(one: Wanted) -> str:
            return one.ref or USUAL_BRANCH

        for _, group in groupby(sorted(wanted, key=lambda one: (one.is_suspect, ref(one))), key=ref):
            rows = list(group)
            size = self.page_size
            self.queue.extend([row] for row in rows if row.is_suspect)
            sound = [row for row in rows if not row.is_suspect]
            self.queue.extend(sound[i : i + size] for i in range(0, len(sound), size))

    def _drain(self) -> None:
        while self.queue and not self.fault and not self.is_unusable:
            if time.monotonic() > self.ends_at or self.requests >= MOST_REQUESTS:
                return
            batches = [self._take() for _ in range(min(AT_ONCE, len(self.queue)))]
            replies = netguard.fetch_all([self._question(batch) for batch in batches])
            self.requests += len(batches)
            for batch, reply in zip(batches, replies, strict=True):
                self._absorb(batch, answers.decode(reply, Answer))

    def _take(self) -> list[Wanted]:
        batch = self.queue.popleft()
        if len(batch) > self.page_size:
            self.queue.appendleft(batch[self.page_size :])
        return batch[: self.page_size]

    def _question(self, batch: Sequence[Wanted]) -> netguard.Outgoing:
        variables: dict[str, object] = {"n": len(batch), "ref": batch[0].ref or USUAL_BRANCH}
        if self.by_id:
            variables["ids"] = [f"gid://gitlab/Project/{one.remote_id}" for one in batch]
        else:
            variables["paths"] = [one.path for one in batch]
        return answers.post(self.access, msgspec.json.encode({"query": QUERY, "variables": variables}))

    def _absorb(self, batch: list[Wanted], answer: Answer | CIFault) -> None:
        if isinstance(answer, CIFault):
            self._fail(batch, answer)
        elif answer.data is None or answer.data.projects is None:
            self._judge(batch, answer.errors or [])
        else:
            self.read_pages += 1
            self._keep(batch, answer.data)

    def _keep(self, batch: Sequence[Wanted], data: Data) -> None:
        cost = data.query_complexity
        if cost and cost.score and cost.limit and cost.score > 0.9 * cost.limit:
            logger.warning("A query scores %s of %s at %s", cost.score, cost.limit, self.access.base_url)
        rows = list(data.projects or ())
        found = {number(row.id) if self.by_id else row.full_path.lower(): row for row in rows}
        for one in batch:
            row = found.get((one.remote_id or 0) if self.by_id else one.path.lower())
            if row is not None:
                self._keep_one(one, project(row))

    def _keep_one(self, one: Wanted, outcome: Outcome) -> None:
        branch = outcome.default_branch if isinstance(outcome, ProjectReading) else ""
        is_other = branch and branch != (one.ref or USUAL_BRANCH)
        if is_other and one.key not in self.outcomes:
            again = Wanted(one.key, one.path, one.remote_id, branch)
            mates = next((b for b in self.queue if b[0].ref == branch and len(b) < self.page_size), None)
            mates.append(again) if mates else self.queue.append([again])
        self.outcomes[one.key] = outcome

    def _fail(self, batch: list[Wanted], fault: CIFault) -> None:
        if fault.kind == FaultKind.GONE:
            self.is_unusable = True
        elif fault.is_maybe_way and not self.read_pages:
            self.is_unusable, self.refusal = True, fault
        elif not fault.is_maybe_size:
            self.fault = fault
        elif len(batch) > 1:
            self.failed_pages += len(batch) >= self.page_size or not self.read_pages
            self.queue.extendleft(reversed(_halves(batch)))
            if not self.read_pages and self.failed_pages > MOST_FAILURES:
                self.fault = fault
        elif self.read_pages:
            self.outcomes[batch[0].key] = fault
        else:
            self.fault = fault

    def _judge(self, batch: list[Wanted], errors: Sequence[Problem]) -> None:
        words = text(" ".join(problem.message for problem in errors))
        if "exceeds max complexity" in words:
            self.is_unusable = len(batch) == 1
            self.page_size = min(self.page_size, max(1, len(batch) // 2))
            self.queue.appendleft(batch)
        elif answers.ran_out_of_time(words):
            self._fail(batch, CIFault(FaultKind.BUSY, words, is_maybe_size=True))
        elif any(_is_about_schema(problem) for problem in errors):
            self.is_unusable = True
        else:
            words = text(f"GitLab refused the query: {words or 'no data'}")
            self._fail(batch, CIFault(FaultKind.BROKEN, words, is_maybe_way=True))

    def _next_size(self) -> int:
        """Return half the page when most pages failed, a little more than now when none did."""
        if self.page_size < self.start_size:
            return self.page_size
        if self.failed_pages > self.read_pages // 2:
            return max(SMALLEST_PAGE, self.start_size // 2)
        if self.failed_pages or self.fault or not self.read_pages:
            return self.start_size
        return min(LARGEST_PAGE, self.start_size + max(1, self.start_size // 4))


def _is_about_schema(problem: Problem) -> bool:
    codes = ("undefinedField", "argumentNotAccepted", "undefinedType", "argumentLiteralsIncompatible")
    words = ("doesn't exist on type", "doesn't accept argument", "isn't a defined")
    return problem.extensions.get("code") in codes or any(word in problem.message for word in words)
