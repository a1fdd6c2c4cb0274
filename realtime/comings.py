"""Who came and who went: told to all nodes, so that whoever shows somebody can ask anew.

It is gathered for a while, so that a page that is left for the next one is neither. Of whoever hides her presence
nothing is told.
"""

import asyncio
from typing import TYPE_CHECKING

from realtime.bus import EVERYBODY, CameAndWent

if TYPE_CHECKING:
    from realtime.hub import Hub

GATHER = 2.0
"""Seconds between a connection and the word of it: longer than a browser takes from one page to the next."""
MOST_AT_ONCE = 500
"""People in one ring."""


class Comings:
    """Who is known on all nodes to be connected to this one."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._told: set[str] = set()
        self._moved: set[str] = set()

    def moved(self, person: str) -> None:
        """Somebody has connected, or is connected no more."""
        if not self._moved:
            self._hub.spawn(self._tell_soon())
        self._moved.add(person)

    async def _tell_soon(self) -> None:
        await asyncio.sleep(GATHER)
        moved, self._moved = self._moved, set()
        others = [person for person in moved if (person in self._hub.people) != (person in self._told)]
        self._told.symmetric_difference_update(others)
        shown = [person for person in others if not self._hub.discretion.hides(person)]
        for start in range(0, len(shown), MOST_AT_ONCE):
            ring = CameAndWent(shown[start : start + MOST_AT_ONCE])
            self._hub.hearing.hear([ring])
            self._hub.bus.publish(EVERYBODY, [ring])
