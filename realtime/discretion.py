"""Who hides her presence: known to every node, as the store has it.

It is read anew when somebody changes, and with every comparison of the watch, so that even a lost ring heals. Until it
has been read, everybody is taken to hide.
"""

import asyncio
from typing import TYPE_CHECKING

from app import presence
from store.database import StoreUnavailable

if TYPE_CHECKING:
    from realtime.hub import Hub

GATHER = 0.1
"""Seconds in which changes are read in one go."""
RETRY_AFTER = 1.0


class Discretion:
    """Whose presence is nobody's business."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._hidden: frozenset[str] | None = None
        self._looking = False
        self._again = False

    def hides(self, person: str) -> bool:
        """Whether nobody is to be told that she is here."""
        return self._hidden is None or person in self._hidden

    def look_soon(self) -> None:
        """Somebody may have changed her mind."""
        self._again = True
        if not self._looking:
            self._looking = True
            self._hub.spawn(self._look())

    async def _look(self) -> None:
        try:
            while self._again:
                await asyncio.sleep(0 if self._hidden is None else GATHER)
                self._again = False
                await self._read()
        finally:
            self._looking = False

    async def _read(self) -> None:
        try:
            found = await presence.hidden(self._hub.database)
        except StoreUnavailable:
            self._again = True
            await asyncio.sleep(RETRY_AFTER)
            return
        before, self._hidden = self._hidden, found
        if before != found:
            self._hub.presences.hidden_changed(None if before is None else before ^ found)
