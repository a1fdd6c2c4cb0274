"""Limits on how often something may be tried: moving windows, shared through Redis where there is one.

When the shared counters cannot be reached, each process counts for itself: limits never take the site down.
"""

import math
import time

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from app.errors import RateLimited

log = structlog.get_logger(__name__)


class Throttle:
    """Counts tries per key. `enabled=False` lets everything pass (benchmarks)."""

    def __init__(self, storage: Storage | None = None, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._local = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(storage) if storage else self._local

    async def spend(self, limit: RateLimitItem, *key: str) -> None:
        """Count one try of `key`; raise `RateLimited` when there were too many."""
        await self._ask(limit, key, count=True)

    async def check(self, limit: RateLimitItem, *key: str) -> None:
        """Raise `RateLimited` when `key` has no try left, without counting one."""
        await self._ask(limit, key, count=False)

    async def forgive(self, limit: RateLimitItem, *key: str) -> None:
        """Forget the tries of `key`."""
        for limiter in {self._shared, self._local}:
            try:
                await limiter.clear(limit, *key)
            except Exception as error:
                log.warning("limits_not_shared", error=type(error).__name__)

    async def _ask(self, limit: RateLimitItem, key: tuple[str, ...], *, count: bool) -> None:
        if not self._enabled:
            return
        limiter = self._shared
        try:
            allowed = await (limiter.hit if count else limiter.test)(limit, *key)
        except Exception as error:
            # Any failure of the shared counters has the same remedy.
            log.warning("limits_not_shared", error=type(error).__name__)
            limiter = self._local
            allowed = await (limiter.hit if count else limiter.test)(limit, *key)
        if not allowed:
            window = await limiter.get_window_stats(limit, *key)
            raise RateLimited(max(1, math.ceil(window.reset_time - time.time())))
