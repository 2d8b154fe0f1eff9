"""Where do the pipelines of `make demo` come from? A stand-in GitLab that speaks its protocol.

    python -m demo.gitlab --port 8929 --token glpat-demo --projects generated:12

GraphQL and REST v4 answer as GitLab documents them, errors and limits included. What goes
wrong is switched at `/-/control`: POST {"mode": "expired"}; GET tells what was asked so far.
Modes: ok expired scope throttled old nographql error html truncated slow timeout.
"""

import argparse
import asyncio
import contextlib
import hmac
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from demo import gitlab_schema
from demo.gitlab_world import Spec, World, generated, spec_of

VERSION = {"version": "18.5.1-ee", "revision": "stand-in"}
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in · GitLab</title></head><body>Sign in</body></html>"
EXPIRED = {
    "error": "invalid_token",
    "error_description": "Token is expired. You can either do re-authorization or token refresh.",
}
SMALL_SCOPE = {
    "error": "insufficient_scope",
    "error_description": "The request requires higher privileges than provided by the access token.",
    "scope": "api read_api",
}
TIMED_OUT = "Request timed out. Please try a less complex query or a smaller set of records."
PER_MINUTE = 2000


class GitLab:
    """One running stand-in: its world, its switches, what it was asked."""

    def __init__(self, token: str, specs: list[Spec], expires_at: str | None) -> None:
        self.token = token
        self.specs = specs
        self.expires_at = expires_at
        self.reset()

    def reset(self) -> None:
        self.world = World(self.specs)
        self.switches: dict[str, Any] = {
            "mode": "ok",
            "retry_after": 30,
            "limit": 250,
            "delay_s": 5,
            "fits": 10,
        }
        self.asked: dict[str, Any] = {"graphql": 0, "rest": 0, "scores": [], "paths": []}

    @web.middleware
    async def guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Answer the API as the switches say, else check the token and pass on."""
        if not request.path.startswith("/api/"):
            return await handler(request)
        kind = "graphql" if request.path == "/api/graphql" else "rest"
        self.asked[kind] += 1
        self.asked["paths"].append(request.rel_url.raw_path)
        response = await self._failure(request) or await handler(request)
        response.headers.update(self._rate_headers())
        if self.switches["mode"] == "truncated":
            return web.Response(
                body=response.body[: len(response.body) // 2], content_type="application/json"
            )
        return response

    def _rate_headers(self) -> dict[str, str]:
        used = self.asked["graphql"] + self.asked["rest"]
        reset = int(time.time() // 60 + 1) * 60
        left = 0 if self.switches["mode"] == "throttled" else max(0, PER_MINUTE - used)
        fields = {"Limit": PER_MINUTE, "Observed": used, "Remaining": left, "Reset": reset}
        return {f"RateLimit-{name}": str(value) for name, value in fields.items()} | {
            "RateLimit-Name": "throttle_authenticated_api"
        }

    async def _failure(self, request: web.Request) -> web.Response | None:
        mode = self.switches["mode"]
        if mode == "slow":
            await asyncio.sleep(self.switches["delay_s"])
        if mode == "error":
            return web.json_response({"message": "500 Internal Server Error"}, status=500)
        if mode == "html":
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if mode == "throttled":
            headers = {"Retry-After": str(self.switches["retry_after"])}
            return web.Response(text="Retry later\n", status=429, headers=headers)
        return self._refusal(request, mode)

    def _refusal(self, request: web.Request, mode: str) -> web.Response | None:
        is_graphql = request.path == "/api/graphql"
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = request.headers.get("PRIVATE-TOKEN") or bearer
        is_known = hmac.compare_digest(token.encode(), self.token.encode())
        if is_known and mode == "scope" and not request.path.endswith(("/self", "/version")):
            return web.json_response(SMALL_SCOPE, status=403)
        if is_known and mode != "expired":
            return None
        if is_graphql:
            return web.json_response({"errors": [{"message": "Invalid token"}]}, status=401)
        return web.json_response(EXPIRED if is_known else {"message": "401 Unauthorized"}, status=401)

    # GraphQL ---------------------------------------------------------------------------------
    async def graphql(self, request: web.Request) -> web.Response:
        if self.switches["mode"] == "nographql":
            return web.json_response({"error": "404 Not Found"}, status=404)
        body = await request.json()
        if isinstance(body, list):
            return web.json_response([self._answer(part)[0] for part in body])
        if len(body.get("query", "")) > gitlab_schema.MAX_CHARACTERS:
            return web.json_response({"errors": [{"message": "Query too large"}]}, status=422)
        paths = (body.get("variables") or {}).get("paths") or ()
        if self.switches["mode"] == "timeout" and len(paths) > self.switches["fits"]:
            return web.json_response({"errors": [{"message": TIMED_OUT}]}, status=503)
        answer, score = self._answer(body)
        self.asked["scores"].append(score)
        return web.json_response(answer)

    def _answer(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        return gitlab_schema.execute(
            self.world,
            body.get("query", ""),
            body.get("variables") or {},
            limit=self.switches["limit"],
            is_old=self.switches["mode"] == "old",
        )

    # REST v4 ---------------------------------------------------------------------------------
    def _spec(self, request: web.Request) -> Spec:
        name = unquote(request.match_info["project"])
        by_id = (spec for spec in self.world.projects.values() if str(spec.remote_id) == name)
        spec = self.world.projects.get(name) or next(by_id, None)
        if spec is None:
            raise web.HTTPNotFound(
                text=json.dumps({"message": "404 Project Not Found"}), content_type="application/json"
            )
        return spec

    def _pipeline(self, request: web.Request) -> dict[str, Any]:
        for row in self.world.pipelines(self._spec(request)):
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
        ref = request.query.get("ref")
        rows = [
            {
                key: row[key]
                for key in ("id", "iid", "sha", "ref", "source", "status", "created_at", "updated_at")
            }
            for row in self.world.pipelines(self._spec(request))
            if ref in (None, row["ref"]) and row["source"] != "parent_pipeline"
        ]
        return self._paged(request, rows)

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

    async def version(self, _request: web.Request) -> web.Response:
        return web.json_response(VERSION)

    async def token_self(self, _request: web.Request) -> web.Response:
        scopes = ["read_user"] if self.switches["mode"] == "scope" else ["read_api"]
        shown = {"id": 7, "name": "courseops", "scopes": scopes, "active": True, "revoked": False}
        return web.json_response({**shown, "expires_at": self.expires_at})

    # Switches and links ------------------------------------------------------------------------
    async def control(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            wanted = await request.json()
            if "projects" in wanted:
                self.specs = projects_of(wanted.pop("projects"))
                self.world = World(self.specs, self.world.started, self.world.ahead_s)
            if wanted.pop("reset", False):
                self.reset()
            self.world.ahead_s += wanted.pop("advance_s", 0)
            self.switches.update(wanted)
        return web.json_response({**self.asked, **self.switches})

    async def page(self, request: web.Request) -> web.Response:
        return web.Response(text=f"This is the stand-in GitLab. A real one shows {request.path} here.\n")


def projects_of(wanted: str | list[dict[str, Any]]) -> list[Spec]:
    """Return the projects of `generated:N`, `generated:N:seconds`, a JSON file or its contents."""
    if isinstance(wanted, list):
        return [spec_of(entry) for entry in wanted]
    name, _, rest = wanted.partition(":")
    if name == "generated":
        count, _, every_s = rest.partition(":")
        return generated(int(count or 12), float(every_s or 150))
    return projects_of(json.loads(Path(wanted).read_text()))


def application(gitlab: GitLab) -> web.Application:
    """Return the routes of `gitlab`."""
    app = web.Application(middlewares=[gitlab.guard])
    api = "/api/v4/projects/{project}"
    app.add_routes(
        [
            web.post("/api/graphql", gitlab.graphql),
            web.get("/api/v4/version", gitlab.version),
            web.get("/api/v4/personal_access_tokens/self", gitlab.token_self),
            web.get(api, gitlab.project),
            web.get(f"{api}/pipelines", gitlab.pipelines),
            web.get(f"{api}/pipelines/{{pipeline}}", gitlab.pipeline),
            web.get(f"{api}/pipelines/{{pipeline}}/jobs", gitlab.jobs),
            web.get("/-/control", gitlab.control),
            web.post("/-/control", gitlab.control),
            web.get("/{path:(?!api/).*}", gitlab.page),
        ]
    )
    return app


async def serve(gitlab: GitLab, port: int) -> None:
    """Serve until the process is ended; tell the address first."""
    runner = web.AppRunner(application(gitlab), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = site._server.sockets[0].getsockname()
    print(f"Stand-in GitLab at http://127.0.0.1:{address[1]}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=8929, help="0 takes any free port")
    parser.add_argument("--token", default="glpat-demo")
    parser.add_argument("--projects", default="generated:12", help="generated:N[:seconds] or a JSON file")
    parser.add_argument("--expires-at", default=None, help="last day of the token, such as 2027-03-01")
    given = parser.parse_args()
    gitlab = GitLab(given.token, projects_of(given.projects), given.expires_at)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(gitlab, given.port))


if __name__ == "__main__":
    main()
