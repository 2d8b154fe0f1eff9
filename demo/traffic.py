"""Who visits the little apps, and what do they do there?

Visitors arrive at random, a few a second in all, and read real pages. What a visitor does next
depends on the page alone, never on the variant's name: the experiments measure behaviour.
"""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field

import aiohttp

from demo import ports
from demo.process import until_stopped

AT_ONCE = 25  # visits in progress; whoever comes when it is full goes elsewhere
RETURNING = 0.15  # the share of visitors who have been here before
COOKIE = "visitor"
TIMEOUT_S = 6.0


@dataclass
class Place:
    """An app as its visitors know it. `per_s`: arrivals a second."""

    url: str
    per_s: float
    regulars: deque[str] = field(default_factory=lambda: deque(maxlen=200))


PLACES = [
    Place(f"http://127.0.0.1:{ports.APPS[0]}", 0.8),
    Place(f"http://127.0.0.1:{ports.APPS[1]}", 0.2),
    Place(f"http://127.0.0.1:{ports.APPS[2]}", 0.2),
    Place(f"http://127.0.0.1:{ports.APPS[3]}", 0.1),
    Place(f"https://127.0.0.1:{ports.APPS[4]}", 0.1),
    Place(f"http://127.0.0.1:{ports.APPS[5]}", 0.8),
]


def temptation(page: str) -> tuple[str, float]:
    """Return where this page invites to go next, and how likely a visitor follows."""
    if 'action="/order"' in page:
        return "/order", 0.22 if 'class="order prominent"' in page else 0.12
    if 'action="/signup"' in page:
        return "/signup", max(0.0, 0.30 - 0.02 * page.count("<input"))
    return "", 0.0


class Town:
    """The visitors. `dice` decides for all of them; `hurry` shortens their pauses, for tests."""

    def __init__(self, session: aiohttp.ClientSession, *, dice: random.Random, hurry: float = 1.0) -> None:
        self.session = session
        self.dice = dice
        self.hurry = hurry
        self.visits: set[asyncio.Task[None]] = set()

    async def _ask(self, method: str, url: str, visitor: str, form: dict | None = None) -> tuple[str, str]:
        """Return the page's text and the visitor's cookie, as a browser would keep it."""
        async with self.session.request(
            method,
            url,
            data=form,
            cookies={COOKIE: visitor} if visitor else {},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            ssl=False,  # people click the warning away
        ) as response:
            text = await response.text(errors="replace")
            given = response.cookies.get(COOKIE)
            return text, given.value if given else visitor

    async def visit(self, place: Place) -> None:
        """Come, read, perhaps do what the page invites to, perhaps look around."""
        is_regular = bool(place.regulars) and self.dice.random() < RETURNING
        visitor = self.dice.choice(place.regulars) if is_regular else ""
        try:
            page, visitor = await self._ask("GET", place.url + "/", visitor)
            if visitor and not is_regular:
                place.regulars.append(visitor)
            await asyncio.sleep(self.dice.uniform(1, 5) * self.hurry)
            path, likely = temptation(page)
            if self.dice.random() < likely:
                await self._ask("POST", place.url + path, visitor, {"dish": str(self.dice.randrange(3))})
            elif self.dice.random() < 0.2:
                await self._ask("GET", place.url + self.dice.choice(["/news", "/news", "/about"]), visitor)
        except (aiohttp.ClientError, TimeoutError):
            pass  # the app is away: this visitor leaves, and a check will tell

    def arrive(self, place: Place) -> bool:
        """Let one visitor in. Return False when the town is full."""
        if len(self.visits) >= AT_ONCE:
            return False
        task = asyncio.create_task(self.visit(place))
        self.visits.add(task)
        task.add_done_callback(self.visits.discard)
        return True

    async def live(self, places: list[Place]) -> None:
        """Let visitors arrive for ever."""
        rates = [place.per_s for place in places]
        while True:
            await asyncio.sleep(self.dice.expovariate(sum(rates)) * self.hurry)
            self.arrive(self.dice.choices(places, rates)[0])


async def main() -> None:
    jar = aiohttp.DummyCookieJar()  # cookies belong to visitors, not to the session
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as session:
        town = Town(session, dice=random.Random())
        living = asyncio.create_task(town.live(PLACES))
        await until_stopped()
        for task in (living, *town.visits):
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
