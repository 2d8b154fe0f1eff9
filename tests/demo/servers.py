"""Small servers and clients that the demo's tests talk to."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web


@asynccontextmanager
async def serving(app):
    """Serve `app` on a free port and yield its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class FakeSite:
    """Answers as Courseops does; `mode` is ok, away, lost (stores, then answers 503) or refused."""

    def __init__(self):
        self.mode = "ok"
        self.reason = "SPLIT"
        self.posts = 0
        self.stored = {}
        self.keys = set()

    def app(self):
        app = web.Application()
        app.router.add_post("/ofrep/v1/evaluate/flags/{key}", self.evaluate)
        app.router.add_post("/ingest/events", self.ingest)
        return app

    async def evaluate(self, request):
        self.keys.add(request.headers["Authorization"])
        unit = (await request.json())["context"]["targetingKey"]
        if self.mode == "away":
            return web.Response(status=503)
        if self.mode == "nonsense":
            return web.Response(text="<html>")
        variant = "button" if int(unit[:8], 16) % 2 else "link"
        key = request.match_info["key"]
        return web.json_response({"key": key, "value": variant, "variant": variant, "reason": self.reason})

    async def ingest(self, request):
        self.posts += 1
        body = await request.json()
        if self.mode == "away":
            return web.Response(status=503)
        if self.mode == "refused":
            return web.json_response({"detail": "no"}, status=422)
        for kind, rows in body.items():
            self.stored |= {row["event_id"]: (kind, row) for row in rows}
        return web.Response(status=503) if self.mode == "lost" else web.json_response({}, status=202)

    def rows(self, kind):
        return [row for stored_kind, row in self.stored.values() if stored_kind == kind]


@asynccontextmanager
async def session():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as opened:
        yield opened
    await asyncio.sleep(0)  # lets closed connections say so before the loop ends
