"""What would a course's GitLab hold right now? Pipelines computed from the clock alone.

Every project starts a pipeline each `every_s` seconds; its jobs wait, run and end on a plan
drawn from the project's path and the pipeline's number. The same instant always shows the
same world, and a later one shows what has moved since.
"""

import hashlib
import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.gitlab.jobs import REASONS, job_now, plan_of, timed_jobs

KEPT = 40  # pipelines a project shows
BACKLOG = 8  # pipelines each project had before the start


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


def projects_of(wanted: str | list[dict[str, Any]]) -> list[Spec]:
    """Return the projects of `generated:N`, `generated:N:seconds`, a JSON file or its contents."""
    if isinstance(wanted, list):
        return [spec_of(entry) for entry in wanted]
    name, _, rest = wanted.partition(":")
    if name == "generated":
        count, _, every_s = rest.partition(":")
        return generated(int(count or 12), float(every_s or 150))
    return projects_of(json.loads(Path(wanted).read_text()))


def _iso(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
        ending, plan = plan_of(spec.behaviour, n)
        timed = timed_jobs(plan, created + dice.uniform(1, 3), dice)
        begins = min(row["begins"] for row in timed if row["begins"])
        ends = max(row["ends"] for row in timed)
        status = ending if at >= ends else "running" if at >= begins else "created"
        row = self._row(spec, n, created, status)
        row["jobs"] = [job_now(job, row["id"], at, ends) for job in timed]
        if spec.behaviour == "retried":
            tried = {**row["jobs"][1], "id": row["jobs"][1]["id"] + 50}
            row["jobs"][1] |= {"status": "failed", "retried": True, **_failure("failed")}
            row["jobs"].append(tried)
        if status == "success" and any(j["status"] == "failed" and j["allow_failure"] for j in row["jobs"]):
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
