"""What does one little app answer?"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from demo import pages
from demo.characters import Character, Fault
from demo.experiment import Participation

Clock = Callable[[], float]
COOKIE = "visitor"
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
PART: web.AppKey[Participation | None] = web.AppKey("part")


@dataclass(frozen=True, slots=True)
class Spec:
    """One app. `experiment` is the flag it asks for, and the name of its key in demo-keys.json."""

    name: str
    port: int
    tagline: str
    character: Character
    experiment: str = ""
    is_tls: bool = False


def _visitor(request: web.Request) -> str:
    """Return the id in the visitor's cookie, or a new one."""
    try:
        return str(uuid.UUID(request.cookies.get(COOKIE, "")))
    except ValueError:
        return str(uuid.uuid4())


def _html(text: str, visitor: str = "") -> web.Response:
    answer = web.Response(text=text, content_type="text/html")
    if visitor:
        answer.set_cookie(COOKIE, visitor, httponly=True, samesite="Lax", max_age=90 * 86400)
    return answer


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _plain_home(spec: Spec) -> Callable:
    async def home(request: web.Request) -> web.Response:
        return _html(pages.home(spec.name, spec.tagline))

    return home


def _experiment_home(page: Callable[[str | None], str]) -> Callable:
    async def home(request: web.Request) -> web.Response:
        visitor, part = _visitor(request), request.app[PART]
        return _html(page(await part.variant(visitor) if part else None), visitor)

    return home


async def _order(request: web.Request) -> web.Response:
    """Take an order and report what it is worth."""
    visitor, form = _visitor(request), await request.post()
    prices = {str(number): price for number, (_, price) in enumerate(pages.DISHES)}
    price = prices.get(str(form.get("dish")))
    if price is None:
        raise web.HTTPBadRequest(text="There is no such dish.")
    if part := request.app[PART]:
        part.report(visitor, "order", price)
    return _html(pages.thanks("Mensa Menu"), visitor)


async def _signup(request: web.Request) -> web.Response:
    visitor = _visitor(request)
    if part := request.app[PART]:
        part.report(visitor, "signup", 1.0)
    return _html(pages.thanks("Campus Quest"), visitor)


def _behave(character: Character) -> Callable:
    """Return the middleware that makes an app as slow, and as broken, as its character says."""

    @web.middleware
    async def behave(request: web.Request, handler: Callable) -> web.StreamResponse:
        now = request.app[CLOCK]()
        fault = character.fault(now)
        if fault is Fault.BAD_GATEWAY:
            return web.Response(status=502, text="502 Bad Gateway: the app behind this proxy is away.\n")
        await asyncio.sleep(character.latency_s(now))
        if fault is Fault.SERVER_ERROR:
            return web.Response(status=500, text="500 Internal Server Error\n")
        return await handler(request)

    return behave


def make_app(spec: Spec, *, clock: Clock, part: Participation | None = None) -> web.Application:
    """Return the app, ready to serve. Every path it does not know answers 404, as /about does."""
    app = web.Application(middlewares=[_behave(spec.character)], client_max_size=16_384)
    app[CLOCK], app[PART] = clock, part

    async def news(request: web.Request) -> web.Response:
        return _html(pages.news(spec.name))

    app.router.add_get("/health", _health)
    app.router.add_get("/news", news)
    if spec.experiment == "order-button":
        app.router.add_get("/", _experiment_home(pages.menu))
        app.router.add_post("/order", _order)
    elif spec.experiment == "signup-form":
        app.router.add_get("/", _experiment_home(pages.signup))
        app.router.add_post("/signup", _signup)
    else:
        app.router.add_get("/", _plain_home(spec))
    return app
