"""What does the stand-in GitLab answer to a GraphQL query?"""

import base64
import json
from collections.abc import Callable
from typing import Any

import graphql

from demo.gitlab.cost import PAGE, Meter, schema
from demo.gitlab.deployments import TIERS, deployments_of, environment_id
from demo.gitlab.world import Spec, World

MAX_DEPTH = 20
MAX_CHARACTERS = 10_000


def _page(rows: list[Any], first: int | None) -> dict[str, Any]:
    kept = rows[: min(first or PAGE, PAGE)]
    info = {"hasNextPage": len(kept) < len(rows), "hasPreviousPage": False}
    return {"nodes": kept, "count": len(rows), "pageInfo": info}


def _cursor(row: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps({"id": str(row["id"])}).encode()).decode()


def _after(rows: list[dict[str, Any]], cursor: str | None) -> list[dict[str, Any]]:
    """Return the rows, newest first, that follow the one a cursor names."""
    if cursor is None:
        return rows
    last = int(json.loads(base64.b64decode(cursor))["id"])
    return [row for row in rows if row["id"] < last]


def _job(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"gid://gitlab/Ci::Build/{row['id']}",
        "name": row["name"],
        "status": row["status"].upper(),
        "stage": {"name": row["stage"]},
        "duration": None if row["duration"] is None else round(row["duration"]),
        "allowFailure": row["allow_failure"],
        "retried": row["retried"],
        "failureMessage": row["failure_message"],
    }


def _pipeline(row: dict[str, Any]) -> dict[str, Any]:
    def jobs(_info: Any, retried: bool | None = None, first: int | None = None, **_rest: Any) -> Any:
        kept = [job for job in row["jobs"] if retried is None or job["retried"] == retried]
        return _page([_job(job) for job in kept[::-1]], first)

    def stages(_info: Any, first: int | None = None, **_rest: Any) -> Any:
        return _page([{"name": name} for name in dict.fromkeys(job["stage"] for job in row["jobs"])], first)

    return {
        "id": f"gid://gitlab/Ci::Pipeline/{row['id']}",
        "iid": str(row["iid"]),
        "status": row["status"].upper(),
        "sha": row["sha"],
        "ref": row["ref"],
        "source": row["source"],
        "coverage": None if row["coverage"] is None else float(row["coverage"]),
        "duration": row["duration"],
        "queuedDuration": row["queued_duration"],
        "createdAt": row["created_at"],
        "startedAt": row["started_at"],
        "finishedAt": row["finished_at"],
        "updatedAt": row["updated_at"],
        "active": row["finished_at"] is None,
        "warnings": row["group"] == "success-with-warnings",
        "detailedStatus": {"group": row["group"], "text": row["status"]},
        "stages": stages,
        "jobs": jobs,
    }


def _deployment(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"gid://gitlab/Deployment/{row['id']}",
        "iid": str(row["iid"]),
        "status": row["status"].upper(),
        "sha": row["sha"],
        "ref": row["ref"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "finishedAt": row["deployable"]["finished_at"],
    }


def _environments(world: World, spec: Spec) -> list[dict[str, Any]]:
    deployed: dict[str, list[dict[str, Any]]] = {}
    for row in deployments_of(world, spec):
        deployed.setdefault(row["environment"]["name"], []).append(row)

    def last(rows: list[dict[str, Any]]) -> Callable[..., Any]:
        def of_status(_info: Any, status: str) -> Any:
            return next((_deployment(row) for row in rows if row["status"].upper() == status), None)

        return of_status

    return [
        {
            "id": f"gid://gitlab/Environment/{environment_id(spec, name)}",
            "name": name,
            "slug": name,
            "state": "available",
            "tier": TIERS[name],
            "externalUrl": None,
            "lastDeployment": last(rows),
        }
        for name, rows in sorted(deployed.items())
    ]


def _project(world: World, spec: Spec) -> dict[str, Any]:
    def environments(_info: Any, first: int | None = None, **_rest: Any) -> Any:
        return _page(_environments(world, spec), first)

    def pipelines(
        _info: Any, ref: str | None = None, first: int | None = None, after: str | None = None, **_rest: Any
    ) -> Any:
        rows = [row for row in world.pipelines(spec) if row["source"] != "parent_pipeline"]
        left = _after([row for row in rows if ref in (None, row["ref"])], after)
        page = _page([_pipeline(row) for row in left], first)
        page["pageInfo"]["endCursor"] = _cursor(left[len(page["nodes"]) - 1]) if left else None
        return page

    is_empty = spec.branch is None
    return {
        "id": f"gid://gitlab/Project/{spec.remote_id}",
        "name": spec.path.rpartition("/")[2],
        "fullPath": spec.path,
        "archived": spec.behaviour == "archived",
        "repository": {"rootRef": spec.branch, "empty": is_empty, "exists": not is_empty},
        "pipelines": pipelines,
        "environments": environments,
    }


def _found(world: World, ids: list[str] | None, full_paths: list[str] | None) -> list[Spec]:
    paths = {path.lower() for path in full_paths or ()}
    return [
        spec
        for spec in world.projects.values()
        if (ids is None or f"gid://gitlab/Project/{spec.remote_id}" in ids)
        and (full_paths is None or spec.path.lower() in paths)
    ]


def _root(world: World) -> dict[str, Callable[..., Any]]:
    def projects(
        _info: Any,
        ids: list[str] | None = None,
        fullPaths: list[str] | None = None,  # noqa: N803 - GitLab's name
        first: int | None = None,
        **_rest: Any,
    ) -> Any:
        if fullPaths is not None and len(fullPaths) > 50:
            raise graphql.GraphQLError("You cannot provide more than 50 full_paths")
        found = _found(world, ids, fullPaths)
        return _page([_project(world, spec) for spec in found[::-1]], first)

    def group(_info: Any, fullPath: str) -> Any:  # noqa: N803 - GitLab's name
        inside = [spec for spec in world.projects.values() if spec.path.startswith(f"{fullPath}/")]

        def of_group(_info: Any, first: int | None = None, **_rest: Any) -> Any:
            return _page([_project(world, spec) for spec in inside], first)

        return {"id": "gid://gitlab/Group/1", "fullPath": fullPath, "projects": of_group} if inside else None

    def project(_info: Any, fullPath: str) -> Any:  # noqa: N803 - GitLab's name
        spec = world.projects.get(fullPath)
        return spec and _project(world, spec)

    return {"projects": projects, "group": group, "project": project}


def _in_ruby_words(error: graphql.GraphQLError) -> dict[str, Any]:
    """Return a validation error as graphql-ruby words it."""
    words = error.message.split("'")
    if error.message.startswith("Cannot query field"):
        extensions = {"code": "undefinedField", "typeName": words[3], "fieldName": words[1]}
        return {"message": f"Field '{words[1]}' doesn't exist on type '{words[3]}'", "extensions": extensions}
    if error.message.startswith("Unknown argument"):
        field = words[3].rpartition(".")[2]
        extensions = {"code": "argumentNotAccepted", "name": field, "argumentName": words[1]}
        return {"message": f"Field '{field}' doesn't accept argument '{words[1]}'", "extensions": extensions}
    return error.formatted


def execute(
    world: World, query: str, variables: dict[str, Any], *, limit: int, is_old: bool
) -> tuple[dict[str, Any], int]:
    """Return GitLab's answer to `query` and what it scored."""
    try:
        document = graphql.parse(query)
    except graphql.GraphQLError as error:
        return {"errors": [error.formatted]}, 0
    invalid = graphql.validate(schema(is_old), document)
    if invalid:
        return {"errors": [_in_ruby_words(error) for error in invalid]}, 0
    score, depth = Meter(document, variables, is_old).measure()
    if score > limit:
        text = f"Query has complexity of {score}, which exceeds max complexity of {limit}"
        return {"errors": [{"message": text}]}, score
    if depth > MAX_DEPTH:
        text = f"Query has depth of {depth}, which exceeds max depth of {MAX_DEPTH}"
        return {"errors": [{"message": text}]}, score
    root = {**_root(world), "queryComplexity": {"score": score, "limit": limit}}
    result = graphql.execute_sync(schema(is_old), document, root, variable_values=variables)
    return dict(result.formatted), score
