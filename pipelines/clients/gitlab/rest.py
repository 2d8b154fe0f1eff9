"""How are projects read one by one, where GraphQL is not to be had?

Three requests for each project, and two more for each pipeline that is new or still moves.
"""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

from courses import netguard
from pipelines.clients.gitlab import answers
from pipelines.clients.gitlab.deployments import Deployment, of_list, path_since
from pipelines.clients.gitlab.rest_answers import Brief, Job, Pipeline, Project, pipeline_reading
from pipelines.clients.readings import (
    Access,
    CIFault,
    DeploymentReading,
    FaultKind,
    Outcome,
    PipelineReading,
    ProjectReading,
    ServerReading,
    Wanted,
    text,
)

PIPELINES_EACH = 5
AT_ONCE = 16
BUDGET_S = 90.0
T = TypeVar("T")


class _Reader:
    """Asks in small groups until all is told, time is up or the server as a whole fails."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.outcomes: dict[int, Outcome] = {}
        self.fault: CIFault | None = None
        self.ends_at = time.monotonic() + BUDGET_S

    def ask(self, paths: Sequence[str], kind: type[T]) -> Iterator[T | CIFault | None]:
        """Yield an answer of `kind` for each path, None for those no longer asked."""
        for start in range(0, len(paths), AT_ONCE):
            part = paths[start : start + AT_ONCE]
            if self.fault or time.monotonic() > self.ends_at:
                yield from [None] * len(part)
                continue
            replies = netguard.fetch_all([answers.get(self.access, path) for path in part])
            told = [answers.decode(reply, kind) for reply in replies]
            faults = [one for one in told if isinstance(one, CIFault)]
            self.fault = next((fault for fault in faults if _is_of_server(fault)), None)
            if len(faults) == len(part) and all(fault.kind == FaultKind.BUSY for fault in faults):
                self.fault = faults[0]
            yield from told

    def projects(self, wanted: Sequence[Wanted]) -> list[tuple[Wanted, Project]]:
        found = []
        told = self.ask([f"/projects/{quote(one.path, safe='')}" for one in wanted], Project)
        for one, project in zip(wanted, told, strict=True):
            if isinstance(project, CIFault):
                self._set_aside(one, project)
            elif project is not None:
                found.append((one, project))
        return found

    def _set_aside(self, one: Wanted, fault: CIFault) -> None:
        if not self.fault:
            self.outcomes[one.key] = fault

    def pipelines(self, found: Sequence[tuple[Wanted, Project]]) -> None:
        """Note every project that answered, with the pipelines that are news."""
        paths = [f"/projects/{project.id}/pipelines?{_latest(project)}" for _, project in found]
        news: list[tuple[Wanted, Project, list[Brief]]] = []
        for (one, project), briefs in zip(found, self.ask(paths, list[Brief]), strict=True):
            if isinstance(briefs, CIFault):
                self._set_aside(one, briefs)
            elif briefs is not None:
                fresh = [row for row in briefs if one.known.get(row.id) != row.updated_at]
                news.append((one, project, fresh))
        self._details(news)

    def _deployments(
        self, found: Sequence[tuple[Wanted, Project]]
    ) -> dict[int, tuple[DeploymentReading, ...]]:
        """Return by key what was deployed; nothing where the token may not see it."""
        paths = [path_since(project.id, one.read_at) for one, project in found]
        told = self.ask(paths, list[Deployment])
        return {
            one.key: of_list(rows) if isinstance(rows, list) else ()
            for (one, _), rows in zip(found, told, strict=True)
        }

    def _details(self, news: Sequence[tuple[Wanted, Project, list[Brief]]]) -> None:
        keys = [(project.id, row.id) for _, project, briefs in news for row in briefs]
        paths = [f"/projects/{project}/pipelines/{pk}" for project, pk in keys]
        rows = list(self.ask(paths, Pipeline))
        jobs = self.ask([f"{path}/jobs?per_page=100&include_retried=true" for path in paths], list[Job])
        read: dict[tuple[int, int], PipelineReading] = {}
        for key, row, its_jobs in zip(keys, rows, jobs, strict=True):
            if isinstance(row, Pipeline) and isinstance(its_jobs, list):
                read[key] = pipeline_reading(row, its_jobs)
        deployed = self._deployments([(one, project) for one, project, _ in news])
        for one, project, briefs in news:
            told = (read.get((project.id, row.id)) for row in briefs)
            self.outcomes[one.key] = ProjectReading(
                project.id,
                text(project.path_with_namespace),
                "" if project.empty_repo else text(project.default_branch),
                bool(project.archived),
                tuple(row for row in told if row),
                deployed[one.key],
            )


def _latest(project: Project) -> str:
    return urlencode({"ref": project.default_branch or "", "per_page": PIPELINES_EACH})


def _is_of_server(fault: CIFault) -> bool:
    return fault.kind in (FaultKind.AUTH, FaultKind.THROTTLED, FaultKind.BROKEN)


def read(access: Access, wanted: Sequence[Wanted], *, page_size: int) -> ServerReading:
    """Return what REST tells of every `wanted` repository."""
    reader = _Reader(access)
    reader.pipelines(reader.projects(wanted))
    faults = [outcome for outcome in reader.outcomes.values() if isinstance(outcome, CIFault)]
    if wanted and len(faults) == len(wanted) and all(fault.kind == FaultKind.REFUSED for fault in faults):
        reader.fault = reader.fault or faults[0]
    return ServerReading(reader.outcomes, reader.fault, page_size)
