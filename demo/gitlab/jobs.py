"""How do the jobs of a pipeline wait, run and end?"""

import random
from typing import Any

SCRIPT = "<script>alert('job')</script>"
EVERY = 3  # of so many good pipelines one goes on to production
FAILS = 4  # and of so many of those one does not arrive
REASONS = {"failed": ("script_failure", "The script failed with exit code 1.")}


def plan_of(behaviour: str, n: int) -> tuple[str, list[tuple[str, str, bool, str]]]:
    """Return how pipeline `n` ends, and its jobs as (stage, name, may fail, how it ends)."""
    is_red = {"red": True, "flaky": n // 3 % 2 == 1, "sometimes": n % 6 == 5}.get(behaviour, False)
    names = [f"{SCRIPT}{'x' * 170}"] if behaviour == "hostile" else ["unit tests", "lint"]
    jobs = [("build", "build image", False, "success")]
    jobs += [("test", name, False, "failed" if is_red and name == names[0] else "success") for name in names]
    if behaviour == "warnings":
        jobs.append(("test", "audit", True, "failed"))
    ending = "manual" if behaviour == "manual" and n % 2 else "success"
    jobs.append(("deploy", "deploy staging", False, "skipped" if is_red else ending))
    if (n + 1) % EVERY == 0:
        is_lost = ending == "success" and not is_red and (n + 1) // EVERY % FAILS == 0
        jobs.append(("deploy", "deploy production", True, "failed" if is_lost else jobs[-1][3]))
    return ("failed" if is_red else ending), jobs


def timed_jobs(jobs: list[tuple[str, str, bool, str]], start: float, dice: random.Random) -> list[dict]:
    rows, stage_start, stage_end, stage = [], start, start, jobs[0][0] if jobs else ""
    for position, (job_stage, name, may_fail, ending) in enumerate(jobs):
        if job_stage != stage:
            stage, stage_start = job_stage, stage_end
        is_run = ending in ("success", "failed")
        begins = stage_start + dice.uniform(1, 4)
        ends = begins + dice.uniform(4, 18) if is_run else stage_start
        rows.append(
            {
                "position": position,
                "stage": job_stage,
                "name": name,
                "allow_failure": may_fail,
                "ending": ending,
                "waits_from": stage_start,
                "begins": begins if is_run else None,
                "ends": ends,
            }
        )
        stage_end = max(stage_end, ends)
    return rows


def job_now(row: dict[str, Any], pipeline_id: int, at: float, last_end: float) -> dict[str, Any]:
    begins, ends = row["begins"], row["ends"]
    if at < row["waits_from"]:
        status = "created"
    elif begins is None:
        status = row["ending"] if at >= (last_end if row["ending"] == "skipped" else ends) else "created"
    elif at < ends:
        status = "pending" if at < begins else "running"
    else:
        status = row["ending"]
    is_over = begins is not None and at >= ends
    reason, message = REASONS.get(status, (None, None))
    return {
        "id": pipeline_id * 100 + row["position"],
        "name": row["name"],
        "stage": row["stage"],
        "status": status,
        "allow_failure": row["allow_failure"],
        "retried": False,
        "duration": round(ends - begins, 3) if is_over else None,
        "failure_reason": reason,
        "failure_message": message,
    }
