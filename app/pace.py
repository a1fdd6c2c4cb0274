"""How fast one may go on: a token bucket per key, decided in this process at once, without waiting for anything.

Several nodes keep to about one allowance by telling each other afterwards what was spent (`realtime.allowances`).
What was spent elsewhere empties the bucket here, and may leave it owing: nobody gets more in the long run by going
through several nodes, only sooner, by at most one `burst` for each further node and what the nodes let pass until
they have told each other.
"""

import time
from collections.abc import Callable, Mapping

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
        self._sweep_at = SWEEP_AT
        self._untold: dict[str, int] | None = None

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
        self._keep(key, full_at, now)
        if self._untold is not None:
            self._untold[key] = self._untold.get(key, 0) + 1

    def share(self) -> None:
        """From now on remember what is spent, for `untold`."""
        self._untold = {}

    def untold(self) -> Mapping[str, int]:
        """What was spent here since the last call: tokens by key."""
        spent, self._untold = self._untold or {}, {}
        return spent

    def spent_elsewhere(self, spent: Mapping[str, int]) -> None:
        """Take away what another node let pass, even below nothing."""
        if not self._enabled:
            return
        now = self._clock()
        for key, tokens in spent.items():
            self._keep(key, max(now, self._full_at.get(key, now)) + tokens / self._rate, now)

    def _keep(self, key: str, full_at: float, now: float) -> None:
        self._full_at[key] = full_at
        if len(self._full_at) > self._sweep_at:
            self._full_at = {other: at for other, at in self._full_at.items() if at > now}
            # Far above what is left, so that many busy keys do not mean a sweep at each token.
            self._sweep_at = max(SWEEP_AT, 2 * len(self._full_at))
