"""Do the little apps serve as their characters say?"""

import asyncio
import json
import ssl

import aiohttp
import pytest

from demo import apps
from demo.apps import APPS, Listener, key_in
from demo.characters import PERIOD_S, Character
from demo.experiment import Participation
from demo.webapp import Spec, make_app
from tests.demo.servers import FakeSite, serving, session

FAST = Character(0.1, 0.0)
BROKEN = Character(0.1, 0.0, outages=apps.OUTAGES)
MENU = Spec("Mensa Menu", 0, "Lunch", FAST, experiment="order-button")


class Clock:
    now = 10 * PERIOD_S

    def __call__(self):
        return self.now


def test_apps_have_names_and_ports_of_their_own():
    assert len(APPS) == len({spec.port for spec in APPS}) == len({spec.name for spec in APPS}) == 6
    assert sum(spec.is_tls for spec in APPS) == 1


@pytest.mark.parametrize("spec", APPS, ids=lambda spec: spec.name)
def test_pages_that_exist_and_one_that_does_not(spec):
    async def run():
        quick = Spec(spec.name, 0, spec.tagline, FAST, experiment=spec.experiment)
        async with serving(make_app(quick, clock=Clock())) as url, session() as http:
            for path, status in (("/", 200), ("/health", 200), ("/news", 200), ("/about", 404)):
                async with http.get(url + path) as answer:
                    assert answer.status == status
                    if path == "/":
                        assert spec.name in await answer.text()

    asyncio.run(run())


def test_a_failing_app_follows_the_clock_and_recovers():
    async def run():
        clock = Clock()
        spec = Spec("Room Finder", 0, "Rooms", BROKEN)
        listener = Listener(spec, lambda: make_app(spec, clock=clock), clock, 0)
        seen = []
        async with session() as http:
            url = ""
            for into_s in (0, 310, 370, 430):
                clock.now = 10 * PERIOD_S + into_s
                await listener.keep()
                if listener.runner:
                    url = f"http://127.0.0.1:{listener.runner.addresses[0][1]}/"
                try:
                    async with http.get(url) as answer:
                        seen.append(answer.status)
                except aiohttp.ClientError:
                    seen.append("refused")
        await listener.close()
        await listener.close()
        assert seen == [200, 502, "refused", 200]

    asyncio.run(run())


def test_an_app_with_a_hiccup_answers_500():
    async def run():
        clock = Clock()
        clock.now += apps.HICCUP[0].from_s
        spec = Spec("Book Swap", 0, "Books", Character(0.1, 0.0, outages=apps.HICCUP))
        async with serving(make_app(spec, clock=clock)) as url, session() as http, http.get(url) as answer:
            assert answer.status == 500

    asyncio.run(run())


def test_a_taken_port_is_said_once_and_tried_again(capsys):
    async def run():
        first = Listener(MENU, lambda: make_app(MENU, clock=Clock()), Clock(), 0)
        await first.keep()
        taken = first.runner.addresses[0][1]
        second = Listener(MENU, lambda: make_app(MENU, clock=Clock()), Clock(), taken)
        await second.keep()
        await second.keep()
        assert second.runner is None
        await first.close()
        await second.keep()
        assert second.runner is not None
        await second.close()

    asyncio.run(run())
    assert capsys.readouterr().out.count("cannot listen on port") == 1


def test_the_certificate_is_vouched_for_by_nobody():
    async def run():
        spec = Spec("Study Timer", 0, "Time", FAST, is_tls=True)
        listener = Listener(spec, lambda: make_app(spec, clock=Clock()), Clock(), 0)
        await listener.keep()
        url = f"https://127.0.0.1:{listener.runner.addresses[0][1]}/"
        async with session() as http:
            with pytest.raises(aiohttp.ClientConnectorCertificateError) as caught:
                await http.get(url)
            assert isinstance(caught.value.certificate_error, ssl.SSLCertVerificationError)
            async with http.get(url, ssl=False) as answer:
                assert answer.status == 200
        await listener.close()

    asyncio.run(run())


def test_a_visitor_keeps_the_variant_and_conversions_carry_the_same_unit():
    async def run():
        site = FakeSite()
        async with session() as http, serving(site.app()) as site_url:
            part = Participation(
                http, site_url=site_url, experiment="order-button", key=lambda: "k", clock=Clock()
            )
            async with serving(make_app(MENU, clock=Clock(), part=part)) as url:
                async with http.get(url) as answer:
                    visitor, first = answer.cookies["visitor"].value, await answer.text()
                async with http.get(url, cookies={"visitor": visitor}) as answer:
                    assert await answer.text() == first
                form = {"dish": "0"}
                async with http.post(url + "/order", data=form, cookies={"visitor": visitor}) as answer:
                    assert answer.status == 200
                async with http.post(url + "/order", data={"dish": "99"}) as answer:
                    assert answer.status == 400
                assert await part.flush()
        assert [row["unit"] for row in site.rows("exposures")] == [visitor]
        assert [(row["unit"], row["value"]) for row in site.rows("events")] == [(visitor, 3.2)]
        assert ("prominent" in first.partition("</style>")[2]) == (int(visitor[:8], 16) % 2 == 1)

    asyncio.run(run())


def test_keys_are_read_when_they_appear(tmp_path):
    path = tmp_path / "demo-keys.json"
    assert key_in(path, "order-button") == ""
    path.write_text("{half")
    assert key_in(path, "order-button") == ""
    path.write_text(json.dumps({"order-button": "co_x"}))
    assert key_in(path, "order-button") == "co_x"
    assert key_in(path, "other") == ""
