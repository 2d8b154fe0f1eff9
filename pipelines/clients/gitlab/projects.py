"""What does the GraphQL query ask of GitLab, and what do its answers mean?"""

from collections import Counter

import msgspec

from pipelines.clients.gitlab import answers
from pipelines.clients.gitlab.deployments import FRAGMENT, Environment, of_environments
from pipelines.clients.gitlab.nodes import Nodes, number
from pipelines.clients.readings import (
    CIFault,
    FaultKind,
    JobReading,
    Outcome,
    PipelineReading,
    ProjectReading,
    text,
)

PIPELINES_EACH = 5

QUERY = f"""query($paths: [String!], $ids: [ID!], $n: Int, $ref: String) {{
  queryComplexity {{ score limit }}
  projects(fullPaths: $paths, ids: $ids, first: $n) {{ nodes {{
    id fullPath archived repository {{ rootRef }}
    pipelines(first: {PIPELINES_EACH}, ref: $ref) {{ nodes {{
      id iid sha ref source status detailedStatus {{ group }} coverage duration queuedDuration
      createdAt startedAt finishedAt updatedAt
      stages(first: 50) {{ nodes {{ name }} }}
      jobs(first: 100, retried: false) {{ nodes {{
        id name status stage {{ name }} allowFailure duration failureMessage
      }} }}
      tries: jobs(first: 100, retried: true) {{ nodes {{ name status }} }}
    }} }}
    {FRAGMENT}
  }} }}
}}"""


class Stage(msgspec.Struct):
    name: str | None = None


class Detail(msgspec.Struct):
    group: str | None = None


class Job(msgspec.Struct, rename="camel"):
    id: str | None = None
    name: str | None = None
    status: str | None = None
    stage: Stage | None = None
    allow_failure: bool = False
    duration: float | None = None
    failure_message: str | None = None


class Try(msgspec.Struct):
    """A job that was retried since."""

    name: str | None = None
    status: str | None = None


class Pipeline(msgspec.Struct, rename="camel"):
    id: str
    iid: str
    status: str
    created_at: answers.Instant
    updated_at: answers.Instant
    sha: str | None = None
    ref: str | None = None
    source: str | None = None
    detailed_status: Detail | None = None
    coverage: float | None = None
    duration: float | None = None
    queued_duration: float | None = None
    started_at: answers.Instant | None = None
    finished_at: answers.Instant | None = None
    stages: Nodes[Stage] | None = None
    jobs: Nodes[Job] | None = None
    tries: Nodes[Try] | None = None


class Repository(msgspec.Struct, rename="camel"):
    root_ref: str | None = None


class Project(msgspec.Struct, rename="camel"):
    id: str
    full_path: str
    archived: bool | None = None
    repository: Repository | None = None
    pipelines: Nodes[Pipeline] | None = None
    # None where the token may not see them, or the project uses none.
    environments: Nodes[Environment] | None = None


class Complexity(msgspec.Struct):
    score: int | None = None
    limit: int | None = None


class Data(msgspec.Struct, rename="camel"):
    query_complexity: Complexity | None = None
    projects: Nodes[Project] | None = None


class Problem(msgspec.Struct):
    message: str = ""
    extensions: dict[str, object] = {}


class Answer(msgspec.Struct):
    data: Data | None = None
    errors: list[Problem] | None = None


def _jobs(pipeline: Pipeline) -> tuple[JobReading, ...]:
    jobs = list(pipeline.jobs or ())
    failed = Counter(row.name for row in pipeline.tries or () if row.status == "FAILED")
    stages = [stage.name or "" for stage in pipeline.stages or ()]
    keys = [((job.stage and job.stage.name) or "", number(job.id)) for job in jobs]
    return tuple(
        JobReading(
            keys[i][1],
            text(jobs[i].name),
            text(keys[i][0]),
            text(jobs[i].status, 30).lower(),
            jobs[i].allow_failure,
            jobs[i].duration,
            text(jobs[i].failure_message),
            failed[jobs[i].name],
        )
        for i in answers.in_stage_order(stages, keys)
        if keys[i][1]
    )


def pipeline(row: Pipeline) -> PipelineReading:
    return PipelineReading(
        remote_id=number(row.id),
        iid=number(row.iid),
        sha=text(row.sha, 64),
        ref=text(row.ref),
        source=text(row.source, 40).lower(),
        status=text(row.status, 30).lower(),
        status_group=text(row.detailed_status and row.detailed_status.group, 40),
        coverage=row.coverage,
        duration_s=row.duration,
        queued_s=row.queued_duration,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        updated_at=row.updated_at,
        jobs=_jobs(row),
    )


def project(row: Project) -> Outcome:
    if row.repository is None or row.pipelines is None:
        return CIFault(FaultKind.REFUSED, "The token may see the project but not its code and pipelines.")
    return ProjectReading(
        number(row.id),
        text(row.full_path),
        text(row.repository.root_ref),
        bool(row.archived),
        tuple(pipeline(one) for one in row.pipelines),
        of_environments(row.environments or ()),
    )
