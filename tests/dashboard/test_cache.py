import time

import pytest

from dashboard import tuning
from dashboard.cache import SharedCache
from tests import servers


@pytest.fixture
def redis(require_server):
    with require_server(servers.redis_server) as url:
        yield url


def cache_at(url):
    return SharedCache(url, {"OPTIONS": tuning.CACHE})


def use(cache):
    """Do what the throttles do, and return what they see."""
    cache.clear()
    first, second = cache.add("lock", 1, 10), cache.add("lock", 1, 10)
    cache.set("count", 1, 10)
    cache.incr("count")
    cache.touch("count", 20)
    seen = (
        first,
        second,
        cache.get("count"),
        cache.has_key("count"),
        cache.delete("count"),
        cache.get("count", "gone"),
    )
    cache.clear()
    return seen


AS_A_CACHE = (True, False, 2, True, True, "gone")


def test_with_redis_every_process_sees_the_same(redis):
    one, other = cache_at(redis), cache_at(redis)
    assert use(one) == AS_A_CACHE
    one.set("k", "v")
    assert other.get("k") == "v"


def test_of_several_servers_the_one_that_takes_writes_is_asked(redis, caplog):
    cache = SharedCache([redis, f"redis://127.0.0.1:{servers.free_port()}/0"], {"OPTIONS": tuning.CACHE})
    assert use(cache) == AS_A_CACHE
    assert "does not answer" not in caplog.text


def test_without_redis_a_process_counts_by_itself(caplog):
    cache = cache_at(f"redis://127.0.0.1:{servers.free_port()}/0")
    assert use(cache) == AS_A_CACHE
    assert caplog.text.count("does not answer") == 1


def test_a_cache_that_came_back_is_used_again(redis, monkeypatch):
    cache = cache_at(redis)
    client = cache._cache
    client.away_until = time.monotonic() + 60
    cache.set("k", "own")
    client.away_until = 0.0
    assert cache.get("k") is None
