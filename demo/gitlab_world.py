"""What would a course's GitLab hold right now? Pipelines computed from the clock alone.

Every project starts a pipeline each `every_s` seconds; its jobs wait, run and end on a plan
drawn from the project's path and the pipeline's number. The same instant always shows the
same world, and a later one shows what has moved since.
"""

import hashlib
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

KEPT = 40  # pipelines a project shows
BACKLOG = 8  # pipelines each project had before the start
SCRIPT = "<script>alert('job')</script>"
REASONS = {"failed": ("script_failure", "The script failed with exit code 1.")}


@dataclass(frozen=True)
class Spec:
    """A project: where it is, how its pipelines go, or exactly which ones it has."""

    path: str
    branch: str | None = "main"
    behaviour: str = "green"
    every_s: float = 150.0
    remote_id: int = 0
    pipelines: list[dict[str, Any]] | None = None


def generated(count: int, every_s: float = 150.0) -> list[Spec]:
    """Return `count` projects, most of them healthy, each special case early in the list."""
    first = ["green", "flaky", "sometimes", "warnings", "manual", "red", "skipped", "retried"]
    behaviours = [*first, *(["green"] * 9 + ["sometimes"]) * (count // 10 + 1)]
    return [
        Spec(f"course/team-{n + 1:03}/app", behaviour=behaviours[n], every_s=every_s) for n in range(count)
    ]


def spec_of(entry: dict[str, Any]) -> Spec:
    return Spec(**entry)


def _iso(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plan(behaviour: str, n: int) -> tuple[str, list[tuple[str, str, bool, str]]]:
    """Return how pipeline `n` ends, and its jobs as (stage, name, may fail, how it ends)."""
    is_red = {"red": True, "flaky": n // 3 % 2 == 1, "sometimes": n % 6 == 5}.get(behaviour, False)
    names = [f"{SCRIPT}{'x' * 170}"] if behaviour == "hostile" else ["unit tests", "lint"]
    jobs = [("build", "build image", False, "success")]
    jobs += [("test", name, False, "failed" if is_red and name == names[0] else "success") for name in names]
    if behaviour == "warnings":
        jobs.append(("test", "audit", True, "failed"))
    ending = "manual" if behaviour == "manual" and n % 2 else "success"
    jobs.append(("deploy", "deploy staging", False, "skipped" if is_red else ending))
    return ("failed" if is_red else ending), jobs


def _timed_jobs(jobs: list[tuple[str, str, bool, str]], start: float, dice: random.Random) -> list[dict]:
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


def _job_now(row: dict[str, Any], pipeline_id: int, at: float, last_end: float) -> dict[str, Any]:
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


@dataclass
class World:
    """The projects, and the clock they move by."""

    specs: list[Spec]
    started: float = field(default_factory=time.time)
    ahead_s: float = 0.0

    def __post_init__(self) -> None:
        self.projects = {
            spec.path: Spec(**{**spec.__dict__, "remote_id": spec.remote_id or 101 + index})
            for index, spec in enumerate(self.specs)
            if spec.behaviour != "hidden"
        }

    def now(self) -> float:
        return time.time() + self.ahead_s

    def pipelines(self, spec: Spec) -> list[dict[str, Any]]:
        """Return the project's pipelines with their jobs, newest first."""
        if spec.branch is None or spec.behaviour in ("empty", "quiet"):
            return []
        if spec.pipelines is not None:
            rows = [self._given(spec, n, given) for n, given in enumerate(spec.pipelines)]
            return rows[::-1]
        phase = random.Random(spec.path).uniform(0, spec.every_s)
        first = self.started - BACKLOG * spec.every_s + phase
        count = max(0, int((self.now() - first) // spec.every_s) + 1)
        return [self._moving(spec, n, first + n * spec.every_s) for n in range(count - 1, -1, -1)][:KEPT]

    def _row(self, spec: Spec, n: int, created: float, status: str) -> dict[str, Any]:
        return {
            "id": n * 5000 + spec.remote_id,
            "iid": n + 1,
            "sha": hashlib.sha1(f"{spec.path}:{n}".encode()).hexdigest(),
            "ref": spec.branch,
            "source": "push",
            "status": status,
            "group": {"success": "success", "skipped": "skipped"}.get(status, status),
            "coverage": None,
            "duration": None,
            "queued_duration": None,
            "created_at": _iso(created),
            "updated_at": _iso(created),
            "started_at": None,
            "finished_at": None,
            "jobs": [],
        }

    def _given(self, spec: Spec, n: int, given: dict[str, Any]) -> dict[str, Any]:
        """Return a pipeline that the project's entry spells out."""
        row = {**self._row(spec, n, self.started - 3600 + n * 60, given.get("status", "success"))}
        blank = {"status": "success", "stage": "test", "allow_failure": False, "retried": False}
        blank |= {"duration": 1.0, "failure_reason": None, "failure_message": None}
        jobs = [
            {"id": row["id"] * 100 + k, "name": f"job {k}", **blank, **job}
            for k, job in enumerate(given.get("jobs", []))
        ]
        row |= {key: value for key, value in given.items() if key != "jobs"}
        if row["group"] == "success" and any(j["status"] == "failed" and j["allow_failure"] for j in jobs):
            row["group"] = "success-with-warnings"
        return {**row, "jobs": jobs}

    def _special(self, spec: Spec, n: int, created: float) -> dict[str, Any] | None:
        """Return the pipelines that end as they begin."""
        if spec.behaviour == "invalid":
            return {**self._row(spec, n, created, "failed"), "finished_at": _iso(created)}
        if spec.behaviour == "skipped" and n % 2:
            return self._row(spec, n, created, "skipped")
        if spec.behaviour == "canceled" and n % 2:
            return self._row(spec, n, created, "canceled")
        return None

    def _moving(self, spec: Spec, n: int, created: float) -> dict[str, Any]:
        special = self._special(spec, n, created)
        if special:
            return special
        dice, at = random.Random(f"{spec.path}:{n}"), self.now()
        ending, plan = _plan(spec.behaviour, n)
        timed = _timed_jobs(plan, created + dice.uniform(1, 3), dice)
        begins = min(row["begins"] for row in timed if row["begins"])
        ends = max(row["ends"] for row in timed)
        status = ending if at >= ends else "running" if at >= begins else "created"
        row = self._row(spec, n, created, status)
        row["jobs"] = [_job_now(job, row["id"], at, ends) for job in timed]
        if spec.behaviour == "retried":
            tried = {**row["jobs"][1], "id": row["jobs"][1]["id"] + 50}
            row["jobs"][1] |= {"status": "failed", "retried": True, **_failure("failed")}
            row["jobs"].append(tried)
        if status == "success" and spec.behaviour == "warnings":
            row["group"] = "success-with-warnings"
        if at >= begins:
            row |= {"started_at": _iso(begins), "updated_at": _iso(begins)}
            row["queued_duration"] = round(begins - created, 3)
        if at >= ends:
            row |= {"finished_at": _iso(ends), "updated_at": _iso(ends), "duration": round(ends - begins)}
            row["coverage"] = f"{60 + dice.random() * 35:.2f}"
        if spec.behaviour == "merge_requests" and n % 2:
            row |= {"ref": f"refs/merge-requests/{n}/head", "source": "merge_request_event"}
        return row


def _failure(status: str) -> dict[str, str]:
    reason, message = REASONS[status]
    return {"failure_reason": reason, "failure_message": message}
