"""How fast one may go on, counted in this process: a token bucket per key, without waiting for anything."""

import time
from collections.abc import Callable

from app.errors import RateLimited

SWEEP_AT = 4096


class Pace:
    """`rate` per second in the long run, `burst` at once. `enabled=False` lets everything pass (benchmarks)."""

    def __init__(
        self, rate: float, burst: int, *, enabled: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._enabled = enabled
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def spend(self, key: str) -> None:
        """Take one token of `key`; raise `RateLimited` when there is none."""
        if not self._enabled:
            return
        now = self._clock()
        # The bucket is kept as the moment at which it would be full again: one number, no refill.
        full_at = max(now, self._full_at.get(key, now)) + 1 / self._rate
        over = full_at - now - self._burst / self._rate
        if over > 1e-9:
            raise RateLimited(round(over, 3))
        self._full_at[key] = full_at
        if len(self._full_at) > SWEEP_AT:
            self._full_at = {other: at for other, at in self._full_at.items() if at > now}
