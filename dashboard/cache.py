"""What happens to shared memory while the broker is away? Each process uses its own.

The cache holds the throttles of the sign-in page. When Redis does not answer, people must still
get in and guessing must still be slow, so a process counts by itself until Redis is back.
"""

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

AWAY_FOR_S = 5.0  # how long Redis is left alone after it did not answer


class OneClient(RedisCacheClient):
    """Django's makes a client for each question, which takes as long as the answer. Here one serves all."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self.client = super().get_client(write=True)  # of several servers the one that takes writes

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self.client


class FallbackClient:
    """Asks Redis, and this process's own memory while Redis does not answer."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        self.shared = OneClient(servers, **options)
        self.own = LocMemCache("fallback", {})
        self.away_until = 0.0

    def _ask(self, method: str, *arguments: Any) -> Any:
        if time.monotonic() >= self.away_until:
            try:
                return getattr(self.shared, method)(*arguments)
            except (RedisError, OSError) as error:
                self.away_until = time.monotonic() + AWAY_FOR_S
                logger.warning("The cache does not answer (%s): this process counts by itself.", error)
        return getattr(self.own, method)(*arguments)

    def add(self, key: str, value: Any, timeout: int | None) -> bool:
        return bool(self._ask("add", key, value, timeout))

    def get(self, key: str, default: Any) -> Any:
        return self._ask("get", key, default)

    def set(self, key: str, value: Any, timeout: int | None) -> None:
        self._ask("set", key, value, timeout)

    def touch(self, key: str, timeout: int | None) -> bool:
        return bool(self._ask("touch", key, timeout))

    def delete(self, key: str) -> bool:
        return bool(self._ask("delete", key))

    def has_key(self, key: str) -> bool:
        return bool(self._ask("has_key", key))

    def incr(self, key: str, delta: int) -> int:
        return int(self._ask("incr", key, delta))

    def clear(self) -> bool:
        self.own.clear()
        return bool(self._ask("clear"))


class SharedCache(RedisCache):
    """Django's Redis cache that outlives Redis."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = FallbackClient
