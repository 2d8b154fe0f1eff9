"""How does the stand-in GitLab answer, and what goes wrong when its switches say so?"""

import asyncio
import hmac
import time
from collections import deque
from typing import Any

from aiohttp import web

from demo.gitlab import queries
from demo.gitlab.world import Spec, World, projects_of

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
REMEMBERED = 1000  # of what was asked


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
        self.asked = {"graphql": 0, "rest": 0}
        self.used = (0, 0)  # the minute, and what was asked in it
        self.paths: deque[str] = deque(maxlen=REMEMBERED)
        self.scores: deque[int] = deque(maxlen=REMEMBERED)

    @web.middleware
    async def guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Answer the API as the switches say, else check the token and pass on."""
        if not request.path.startswith("/api/"):
            return await handler(request)
        kind = "graphql" if request.path == "/api/graphql" else "rest"
        self.asked[kind] += 1
        self.paths.append(request.rel_url.raw_path)
        response = await self._failure(request) or await handler(request)
        response.headers.update(self._rate_headers())
        if self.switches["mode"] == "truncated":
            return web.Response(
                body=response.body[: len(response.body) // 2], content_type="application/json"
            )
        return response

    def _rate_headers(self) -> dict[str, str]:
        minute = int(time.time() // 60)
        used = self.used[1] + 1 if self.used[0] == minute else 1
        self.used = (minute, used)
        reset = (minute + 1) * 60
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

    async def graphql(self, request: web.Request) -> web.Response:
        if self.switches["mode"] == "nographql":
            return web.json_response({"error": "404 Not Found"}, status=404)
        body = await request.json()
        if isinstance(body, list):
            return web.json_response([self._answer(part)[0] for part in body])
        if len(body.get("query", "")) > queries.MAX_CHARACTERS:
            return web.json_response({"errors": [{"message": "Query too large"}]}, status=422)
        paths = (body.get("variables") or {}).get("paths") or ()
        if self.switches["mode"] == "timeout" and len(paths) > self.switches["fits"]:
            return web.json_response({"errors": [{"message": TIMED_OUT}]}, status=503)
        answer, score = self._answer(body)
        self.scores.append(score)
        return web.json_response(answer)

    def _answer(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        return queries.execute(
            self.world,
            body.get("query", ""),
            body.get("variables") or {},
            limit=self.switches["limit"],
            is_old=self.switches["mode"] == "old",
        )

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
        latest = {"paths": list(self.paths), "scores": list(self.scores)}
        return web.json_response({**self.asked, **latest, **self.switches})

    async def page(self, request: web.Request) -> web.Response:
        return web.Response(text=f"This is the stand-in GitLab. A real one shows {request.path} here.\n")
