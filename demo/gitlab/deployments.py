"""What did the pipelines of the stand-in deploy? Every success goes to staging, some to production."""

from typing import Any

from demo.gitlab.world import Spec, World

STAGING, PRODUCTION = "staging", "production"
EVERY = 3  # of so many good pipelines one goes on to production
FAILS = 4  # and of so many of those one does not arrive
TIERS = {STAGING: "STAGING", PRODUCTION: "PRODUCTION"}


def deployments_of(world: World, spec: Spec) -> list[dict[str, Any]]:
    """Return the deployments of a project, the one that ended last first."""
    rows = [_row(spec, pipeline, name) for pipeline in world.pipelines(spec) for name in _places(pipeline)]
    return sorted(rows, key=lambda row: (row["updated_at"], row["id"]), reverse=True)


def environment_id(spec: Spec, name: str) -> int:
    return spec.remote_id * 10 + list(TIERS).index(name)


def _places(pipeline: dict[str, Any]) -> list[str]:
    """Return where a pipeline deployed to: its job for it succeeded."""
    is_deployed = any(job["stage"] == "deploy" and job["status"] == "success" for job in pipeline["jobs"])
    if not is_deployed or pipeline["finished_at"] is None:
        return []
    return [STAGING, PRODUCTION] if pipeline["iid"] % EVERY == 0 else [STAGING]


def _row(spec: Spec, pipeline: dict[str, Any], name: str) -> dict[str, Any]:
    is_lost = name == PRODUCTION and pipeline["iid"] // EVERY % FAILS == 0
    return {
        "id": pipeline["id"] * 2 + list(TIERS).index(name),
        "iid": pipeline["iid"] * 2 + list(TIERS).index(name),
        "environment": {"id": environment_id(spec, name), "name": name, "external_url": None},
        "status": "failed" if is_lost else "success",
        "sha": pipeline["sha"],
        "ref": pipeline["ref"],
        "created_at": pipeline["started_at"] or pipeline["created_at"],
        "updated_at": pipeline["finished_at"],
        "deployable": {"finished_at": pipeline["finished_at"]},
    }
