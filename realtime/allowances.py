"""One allowance on all nodes: each tells the others, a few times a second, what it let pass.

Nothing waits for this. A word that is lost, or a bus that is away, leaves each node counting for itself.
"""

import asyncio
from typing import TYPE_CHECKING

from app.pace import Pace
from realtime.bus import EVERYBODY, Spent

if TYPE_CHECKING:
    from realtime.hub import Hub

TELL_EVERY = 0.25
"""Seconds; what somebody spends through two nodes within them may be twice her allowance, and is owed then."""


class Allowances:
    """The paces of this node that hold for all nodes together, by name."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._paces: dict[str, Pace] = {}

    def share(self, name: str, pace: Pace) -> None:
        """Keep `pace` on all nodes that share one of this name."""
        pace.share()
        self._paces[name] = pace

    def hear(self, ring: Spent) -> None:
        """Another node let something pass."""
        if pace := self._paces.get(ring.pace):
            pace.spent_elsewhere(ring.tokens)

    async def tell(self) -> None:
        """Tell the other nodes again and again, until cancelled."""
        while True:
            await asyncio.sleep(TELL_EVERY)
            for name, pace in self._paces.items():
                if (spent := pace.untold()) and self._hub.bus.healthy:
                    self._hub.bus.publish(EVERYBODY, [Spent(name, dict(spent))])
