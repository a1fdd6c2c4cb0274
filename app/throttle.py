"""Limits on how often something may be tried: moving windows, shared through Redis where there is one.

When the shared counters cannot be reached, each process counts for itself for a while, without trying them again:
limits neither take the site down nor make everybody wait for Redis at every try.

The shared windows are measured by Redis' own clock alone: the nodes' clocks may differ, and a moving window of theirs
would hold the tries of one against whoever comes to another for longer, or not at all.
"""

import math
import time

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter, RateLimiter, SlidingWindowCounterRateLimiter

from app.errors import RateLimited

log = structlog.get_logger(__name__)

APART_FOR = 5.0
"""Seconds for which a process counts for itself after the shared counters did not answer."""


class Throttle:
    """Counts tries per key. `enabled=False` lets everything pass (benchmarks)."""

    def __init__(self, storage: Storage | None = None, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._storage = storage
        self._local = MovingWindowRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(storage) if storage else None
        self._apart_until = 0.0

    async def spend(self, limit: RateLimitItem, *key: str) -> None:
        """Count one try of `key`; raise `RateLimited` when there were too many."""
        await self._ask(limit, key, count=True)

    async def check(self, limit: RateLimitItem, *key: str) -> None:
        """Raise `RateLimited` when `key` has no try left, without counting one."""
        await self._ask(limit, key, count=False)

    async def forgive(self, limit: RateLimitItem, *key: str) -> None:
        """Forget the tries of `key`."""
        await self._local.clear(limit, *key)
        if shared := self._reachable():
            try:
                await shared.clear(limit, *key)
            except Exception as error:
                self._count_apart(error)

    async def close(self) -> None:
        """Close the connections to the shared counters, which the library leaves open."""
        bridge = getattr(self._storage, "bridge", None)
        if bridge is not None:
            await bridge.storage.aclose()

    async def _ask(self, limit: RateLimitItem, key: tuple[str, ...], *, count: bool) -> None:
        if not self._enabled:
            return
        if shared := self._reachable():
            try:
                await _try(shared, limit, key, count=count)
                return
            except RateLimited:
                raise
            except Exception as error:
                # Any failure of the shared counters has the same remedy.
                self._count_apart(error)
        await _try(self._local, limit, key, count=count)

    def _reachable(self) -> RateLimiter | None:
        return self._shared if time.monotonic() >= self._apart_until else None

    def _count_apart(self, error: Exception) -> None:
        self._apart_until = time.monotonic() + APART_FOR
        log.warning("limits_not_shared", error=type(error).__name__)


async def _try(limiter: RateLimiter, limit: RateLimitItem, key: tuple[str, ...], *, count: bool) -> None:
    if not await (limiter.hit if count else limiter.test)(limit, *key):
        window = await limiter.get_window_stats(limit, *key)
        raise RateLimited(max(1, math.ceil(window.reset_time - time.time())))
