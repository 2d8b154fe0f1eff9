"""How does the stand-in GitLab answer REST v4? As GitLab documents it, page by page."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from demo.gitlab.deployments import deployments_of
from demo.gitlab.server import GitLab
from demo.gitlab.world import Spec

BRIEF = ("id", "iid", "sha", "ref", "source", "status", "created_at", "updated_at")
VERSION = {"version": "18.5.1-ee", "revision": "stand-in"}


def _is_within(row: dict[str, Any], asked: Mapping[str, str]) -> bool:
    """Whether `updated_after`, `created_before` and the like let a pipeline through."""
    for name in ("created", "updated"):
        at = datetime.fromisoformat(row[f"{name}_at"])
        after, before = asked.get(f"{name}_after"), asked.get(f"{name}_before")
        if (after and at <= datetime.fromisoformat(after)) or (
            before and at >= datetime.fromisoformat(before)
        ):
            return False
    return True


class Rest:
    """The paths under `/api/v4` of one stand-in."""

    def __init__(self, gitlab: GitLab) -> None:
        self.gitlab = gitlab

    def _spec(self, request: web.Request) -> Spec:
        name = unquote(request.match_info["project"])
        by_id = (spec for spec in self.gitlab.world.projects.values() if str(spec.remote_id) == name)
        spec = self.gitlab.world.projects.get(name) or next(by_id, None)
        if spec is None:
            raise web.HTTPNotFound(
                text=json.dumps({"message": "404 Project Not Found"}), content_type="application/json"
            )
        return spec

    def _pipeline(self, request: web.Request) -> dict[str, Any]:
        for row in self.gitlab.world.pipelines(self._spec(request)):
            if str(row["id"]) == request.match_info["pipeline"]:
                return row
        raise web.HTTPNotFound(text=json.dumps({"message": "404 Not found"}), content_type="application/json")

    def _paged(self, request: web.Request, rows: list[Any]) -> web.Response:
        size = min(int(request.query.get("per_page", 20)), 100)
        page = int(request.query.get("page", 1))
        pages = max(1, -(-len(rows) // size))
        url = request.url.with_path(request.rel_url.raw_path, encoded=True).with_query(request.query)
        fields = {"X-Total": len(rows), "X-Total-Pages": pages, "X-Page": page, "X-Per-Page": size}
        fields |= {"X-Next-Page": page + 1 if page < pages else "", "X-Prev-Page": page - 1 or ""}
        headers = {name: str(value) for name, value in fields.items()}
        if page < pages:
            headers["Link"] = f'<{url.update_query(page=page + 1)}>; rel="next"'
        return web.json_response(rows[(page - 1) * size : page * size], headers=headers)

    async def project(self, request: web.Request) -> web.Response:
        spec = self._spec(request)
        return web.json_response(
            {
                "id": spec.remote_id,
                "path_with_namespace": spec.path,
                "default_branch": spec.branch,
                "empty_repo": spec.branch is None,
                "archived": spec.behaviour == "archived",
            }
        )

    async def pipelines(self, request: web.Request) -> web.Response:
        asked, ref = request.query, request.query.get("ref")
        order = asked.get("order_by", "id")
        if order not in ("id", "status", "ref", "updated_at", "user_id"):
            words = {"error": "order_by does not have a valid value"}
            return web.json_response(words, status=400)
        rows = [
            {key: row[key] for key in BRIEF}
            for row in self.gitlab.world.pipelines(self._spec(request))
            if ref in (None, row["ref"]) and row["source"] != "parent_pipeline" and _is_within(row, asked)
        ]
        is_descending = asked.get("sort", "desc") == "desc"
        return self._paged(
            request, sorted(rows, key=lambda row: (row.get(order), row["id"]), reverse=is_descending)
        )

    async def pipeline(self, request: web.Request) -> web.Response:
        row = self._pipeline(request)
        hidden = ("jobs", "group")
        status = {"group": row["group"], "text": row["status"]}
        return web.json_response(
            {k: v for k, v in row.items() if k not in hidden} | {"detailed_status": status}
        )

    async def jobs(self, request: web.Request) -> web.Response:
        with_retried = request.query.get("include_retried") == "true"
        jobs = [job for job in self._pipeline(request)["jobs"] if with_retried or not job["retried"]]
        shown = [{k: v for k, v in job.items() if k not in ("failure_message", "retried")} for job in jobs]
        return self._paged(request, sorted(shown, key=lambda job: -job["id"]))

    async def deployments(self, request: web.Request) -> web.Response:
        asked = request.query
        if "updated_after" in asked and asked.get("order_by") != "updated_at":
            words = "`updated_at` filter and `updated_at` sorting must be paired"
            return web.json_response({"message": f"400 Bad request - {words}"}, status=400)
        rows = deployments_of(self.gitlab.world, self._spec(request))
        if "updated_after" in asked:
            after = datetime.fromisoformat(asked["updated_after"])
            rows = [row for row in rows if datetime.fromisoformat(row["updated_at"]) > after]
        return self._paged(request, rows if asked.get("sort") == "desc" else rows[::-1])

    async def version(self, _request: web.Request) -> web.Response:
        return web.json_response(VERSION)

    async def token_self(self, _request: web.Request) -> web.Response:
        scopes = ["read_user"] if self.gitlab.switches["mode"] == "scope" else ["read_api"]
        shown = {"id": 7, "name": "courseops", "scopes": scopes, "active": True, "revoked": False}
        return web.json_response({**shown, "expires_at": self.gitlab.expires_at})
