"""How do the projects of the stand-in GitLab look in GraphQL, with their pipelines and environments?"""

import base64
import json
from collections.abc import Callable
from typing import Any

from demo.gitlab.cost import PAGE
from demo.gitlab.deployments import TIERS, deployments_of, environment_id
from demo.gitlab.world import Spec, World


def page_of(rows: list[Any], first: int | None) -> dict[str, Any]:
    """Return the first rows as a connection."""
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
        return page_of([_job(job) for job in kept[::-1]], first)

    def stages(_info: Any, first: int | None = None, **_rest: Any) -> Any:
        return page_of([{"name": name} for name in dict.fromkeys(job["stage"] for job in row["jobs"])], first)

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


def project_of(world: World, spec: Spec) -> dict[str, Any]:
    """Return a project, whose lists are made when they are asked for."""

    def environments(_info: Any, first: int | None = None, **_rest: Any) -> Any:
        return page_of(_environments(world, spec), first)

    def pipelines(
        _info: Any, ref: str | None = None, first: int | None = None, after: str | None = None, **_rest: Any
    ) -> Any:
        rows = [row for row in world.pipelines(spec) if row["source"] != "parent_pipeline"]
        left = _after([row for row in rows if ref in (None, row["ref"])], after)
        page = page_of([_pipeline(row) for row in left], first)
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
