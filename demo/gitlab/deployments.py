"""What did the pipelines of the stand-in deploy? Every success goes to staging, some to production."""

from typing import Any

from demo.gitlab.world import Spec, World

STAGING, PRODUCTION = "staging", "production"
TIERS = {STAGING: "STAGING", PRODUCTION: "PRODUCTION"}


def deployments_of(world: World, spec: Spec) -> list[dict[str, Any]]:
    """Return the deployments of a project, the one that ended last first."""
    found = world.pipelines(spec)
    rows = [_row(spec, pipeline, *place) for pipeline in found for place in _places(pipeline)]
    return sorted(rows, key=lambda row: (row["updated_at"], row["id"]), reverse=True)


def environment_id(spec: Spec, name: str) -> int:
    return spec.remote_id * 10 + list(TIERS).index(name)


def _places(pipeline: dict[str, Any]) -> list[tuple[str, str]]:
    """Return where a pipeline deployed to, and how the job for it ended."""
    if pipeline["finished_at"] is None:
        return []
    ended = {job["name"]: job["status"] for job in pipeline["jobs"]}
    told = [(name, ended.get(f"deploy {name}", "")) for name in TIERS]
    return [(name, status) for name, status in told if status in ("success", "failed")]


def _row(spec: Spec, pipeline: dict[str, Any], name: str, status: str) -> dict[str, Any]:
    return {
        "id": pipeline["id"] * 2 + list(TIERS).index(name),
        "iid": pipeline["iid"] * 2 + list(TIERS).index(name),
        "environment": {"id": environment_id(spec, name), "name": name, "external_url": None},
        "status": status,
        "sha": pipeline["sha"],
        "ref": pipeline["ref"],
        "created_at": pipeline["started_at"] or pipeline["created_at"],
        "updated_at": pipeline["finished_at"],
        "deployable": {"finished_at": pipeline["finished_at"]},
    }
