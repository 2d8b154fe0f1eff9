"""Are the visitors few, and moved by the page alone?"""

import asyncio
import random

import pytest

from demo import pages
from demo.apps import APPS
from demo.characters import Character
from demo.traffic import AT_ONCE, PLACES, Place, Town, temptation
from demo.webapp import Spec, make_app
from tests.demo.servers import serving, session


def test_a_page_tempts_by_what_it_shows():
    assert temptation(pages.menu("button")) == ("/order", 0.22)
    assert temptation(pages.menu("link")) == temptation(pages.menu(None)) == ("/order", 0.12)
    assert temptation(pages.signup("short"))[1] > temptation(pages.signup("long"))[1] > 0
    assert temptation(pages.home("Room Finder", "Which room is free now?")) == ("", 0.0)


def test_traffic_is_a_few_requests_a_second_and_reaches_every_app():
    assert sum(place.per_s for place in PLACES) * 2 < 5
    assert {int(place.url.rpartition(":")[2]) for place in PLACES} == {spec.port for spec in APPS}


def test_visitors_browse_and_some_return():
    async def run():
        spec = Spec("Mensa Menu", 0, "Lunch", Character(0.1, 0.0), experiment="order-button")
        async with serving(make_app(spec, clock=lambda: 0.0)) as url, session() as http:
            town, place = Town(http, dice=random.Random(7), hurry=0.0), Place(url, 1.0)
            for _ in range(60):
                await town.visit(place)
            assert 40 <= len(set(place.regulars)) == len(place.regulars) < 60

    asyncio.run(run())


def test_a_full_town_turns_visitors_away_and_forgets_who_left():
    async def run():
        async with session() as http:
            town, place = Town(http, dice=random.Random(7), hurry=0.0), Place("http://127.0.0.1:9", 1.0)
            assert sum(town.arrive(place) for _ in range(AT_ONCE + 10)) == AT_ONCE
            await asyncio.gather(*town.visits)
            await asyncio.sleep(0)
            assert not town.visits
            assert town.arrive(place)
            await asyncio.gather(*town.visits)

    asyncio.run(run())


def test_life_goes_on_while_the_apps_are_away():
    async def run():
        async with session() as http:
            town = Town(http, dice=random.Random(7), hurry=0.001)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(town.live([Place("http://127.0.0.1:9", 5.0)]), 0.2)
            assert len(town.visits) <= AT_ONCE
            await asyncio.gather(*town.visits)

    asyncio.run(run())
