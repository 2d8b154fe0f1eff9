"""Does an app report each exposure and each event once, whatever the site does?"""

import asyncio
import uuid

import pytest

from demo import experiment
from demo.experiment import Participation
from tests.demo.servers import FakeSite, serving, session

NOW = 1_790_000_000.0


def participation(http, url, clock=lambda: NOW):
    return Participation(http, site_url=url, experiment="order-button", key=lambda: "co_key", clock=clock)


def with_site(body):
    """Run `body(site, part)` against a fake site."""

    async def run():
        site = FakeSite()
        async with serving(site.app()) as url, session() as http:
            await body(site, participation(http, url))

    asyncio.run(run())


def unit(number):
    return str(uuid.UUID(int=number << 96))


def test_a_unit_is_exposed_once_however_often_it_returns():
    async def body(site, part):
        assert [await part.variant(unit(1)) for _ in range(3)] == ["button"] * 3
        assert await part.variant(unit(2)) == "link"
        assert await part.flush()
        rows = site.rows("exposures")
        assert [(row["unit"], row["variant"]) for row in rows] == [(unit(1), "button"), (unit(2), "link")]
        assert rows[0]["experiment"] == "order-button"
        assert rows[0]["at"] == "2026-09-21T14:13:20+00:00"
        assert site.keys == {"Bearer co_key"}

    with_site(body)


@pytest.mark.parametrize("outage", ["away", "lost"])
def test_an_outage_delays_and_neither_loses_nor_doubles(outage):
    async def body(site, part):
        await part.variant(unit(1))
        part.report(unit(1), "order", 3.2)
        site.mode = outage
        assert not await part.flush()
        part.report(unit(2), "order", 2.9)
        assert not await part.flush()
        site.mode = "ok"
        assert await part.flush()
        assert await part.flush()
        assert len(site.rows("exposures")) == 1
        assert sorted(row["value"] for row in site.rows("events")) == [2.9, 3.2]
        assert site.posts == 3

    with_site(body)


@pytest.mark.parametrize("mode", ["away", "nonsense"])
def test_a_site_in_trouble_puts_nobody_into_the_experiment(mode):
    async def body(site, part):
        site.mode = mode
        assert await part.variant(unit(1)) is None
        assert not part.queue

    with_site(body)


def test_a_stopped_experiment_exposes_nobody():
    async def body(site, part):
        site.reason = "DISABLED"
        assert await part.variant(unit(1)) is None
        assert not part.queue

    with_site(body)


def test_no_site_at_all():
    async def run():
        async with session() as http:
            part = participation(http, "http://127.0.0.1:9")
            assert await part.variant(unit(1)) is None
            part.report(unit(1), "order", 1.0)
            assert not await part.flush()
            assert len(part.batch) == 1

    asyncio.run(run())


def test_what_the_site_will_never_take_is_said_once_and_dropped(capsys):
    async def body(site, part):
        site.mode = "refused"
        part.report(unit(1), "order", 1.0)
        assert await part.flush()
        assert await part.flush()
        assert site.posts == 1
        assert capsys.readouterr().out.startswith("order-button: 1 events refused")

    with_site(body)


def test_the_queue_is_bounded_and_drops_the_oldest(monkeypatch):
    async def run():
        async with session() as http:
            part = participation(http, "http://127.0.0.1:9")
            for number in range(experiment.QUEUED + 5):
                part.report(unit(number), "order", float(number))
            assert len(part.queue) == experiment.QUEUED
            assert part.queue[0][1]["value"] == 5.0

    asyncio.run(run())


def test_memory_of_who_was_exposed_is_bounded(monkeypatch):
    monkeypatch.setattr(experiment, "REMEMBERED", 2)

    async def body(site, part):
        for number in (1, 2, 3):
            await part.variant(unit(number))
        assert len(part.exposed) == 2

    with_site(body)


def test_sending_goes_on_by_itself(monkeypatch):
    async def body(site, part):
        pauses = []
        real_sleep = asyncio.sleep

        async def sleep(pause_s):
            pauses.append(pause_s)
            await real_sleep(0)
            if len(pauses) == 3:
                site.mode = "ok"
            if len(pauses) == 6:
                raise asyncio.CancelledError

        monkeypatch.setattr(experiment.asyncio, "sleep", sleep)
        site.mode = "away"
        part.report(unit(1), "order", 1.0)
        with pytest.raises(asyncio.CancelledError):
            await part.run()
        assert pauses == [1.0, 2.0, 4.0, 1.0, 1.0, 1.0]
        assert len(site.rows("events")) == 1

    with_site(body)
