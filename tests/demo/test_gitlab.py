"""Does the stand-in GitLab tell one story?"""

import time

from demo.gitlab.deployments import deployments_of
from demo.gitlab.world import Spec, World


def test_the_stand_in_deploys_by_jobs_that_end_as_their_deployments_do():
    world = World([Spec("a/b", every_s=10.0)], started=time.time() - 1000)
    (spec,) = world.projects.values()
    ended = {
        (row["sha"], job["name"].removeprefix("deploy ")): job["status"]
        for row in world.pipelines(spec)
        for job in row["jobs"]
        if job["stage"] == "deploy" and row["finished_at"]
    }
    found = {(row["sha"], row["environment"]["name"]): row["status"] for row in deployments_of(world, spec)}
    assert found == ended
    assert {status for (_sha, place), status in found.items() if place == "production"} == {
        "success",
        "failed",
    }
