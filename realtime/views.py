"""Changes of one's own view (folders, trash, mute), told to all of one's tabs with the counts as they are by then."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import following
from app.events import ViewChanged
from realtime.frames import OwnView
from store.database import StoreUnavailable

if TYPE_CHECKING:
    from realtime.hub import Hub

GATHER = 0.05
"""Seconds in which changes of one person go into one frame."""
RETRY_AFTER = 1.0


@dataclass
class _Changes:
    discussions: dict[str, None] = field(default_factory=dict)
    tree: bool = False


class ViewNews:
    """Tells connected people what they changed, here or elsewhere."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._changes: dict[str, _Changes] = {}

    def changed(self, ring: ViewChanged) -> None:
        """A person's view is another."""
        if ring.person not in self._hub.people:
            return
        if ring.person not in self._changes:
            self._changes[ring.person] = _Changes()
            self._hub.spawn(self._tell_soon(ring.person))
        changes = self._changes[ring.person]
        changes.discussions |= dict.fromkeys(ring.discussions)
        changes.tree = changes.tree or ring.folders

    async def _tell_soon(self, person: str) -> None:
        await asyncio.sleep(GATHER)
        # What comes from now on is told by itself: the counts may be older than that.
        changes = self._changes.pop(person)
        badge = await self._badge(person)
        self._hub.tell(person, OwnView(badge.count, badge.folders, list(changes.discussions), changes.tree))
        for connection in self._hub.people.get(person, ()):
            if not connection.welcomed:
                connection.uncounted.update(changes.discussions)

    async def _badge(self, person: str) -> following.Badge:
        while True:
            try:
                return await following.badge(self._hub.database, person)
            except StoreUnavailable:
                await asyncio.sleep(RETRY_AFTER)
