"""Unread counts, pushed: absolute numbers read from the store, gathered so that they never weigh on the replies.

The first change is told at once. While changes go on, they are gathered for a while that grows with what telling
them costs, so that it stays a small part of this node's work.
"""

import asyncio
from typing import TYPE_CHECKING

from app import following
from realtime.frames import UnreadCount
from realtime.protocol import encode
from realtime.room import Room
from store.database import StoreUnavailable

if TYPE_CHECKING:
    from realtime.hub import Hub

GATHER = 0.1
"""Seconds between two rounds, at least."""
SHARE = 15
"""A round is followed by a pause of so many times its length."""
MOST_GATHER = 5.0
RETRY_AFTER = 1.0


class CountNews:
    """Tells connected people their counts after something changed."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._rooms: dict[str, Room] = {}
        self._pairs: set[tuple[str, str]] = set()
        self._running = False

    def room_changed(self, room: Room) -> None:
        """Everybody who follows this room may have other counts."""
        self._rooms[room.id] = room
        self._run()

    def changed(self, person: str, discussion: str) -> None:
        """One person's counts may be others after something in this discussion."""
        if person in self._hub.people:
            self._pairs.add((person, discussion))
            self._run()

    def _run(self) -> None:
        if not self._running:
            self._running = True
            self._hub.spawn(self._tell_all())

    async def _tell_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while pairs := self._take():
                began = loop.time()
                try:
                    await self._tell(pairs)
                except StoreUnavailable:
                    self._pairs.update(pairs)
                    await asyncio.sleep(RETRY_AFTER)
                await asyncio.sleep(min(MOST_GATHER, max(GATHER, SHARE * (loop.time() - began))))
        finally:
            self._running = False

    def _take(self) -> list[tuple[str, str]]:
        pairs = self._pairs
        for room in self._rooms.values():
            for followers in (room.members, room.behind):
                pairs.update((connection.identity.person_id, room.id) for connection in followers)
        self._rooms, self._pairs = {}, set()
        return list(pairs)

    async def _tell(self, pairs: list[tuple[str, str]]) -> None:
        for counts in await following.counts(self._hub.database, pairs):
            framed = encode(UnreadCount(counts.count, counts.discussion, counts.unread, counts.read_seq))
            for connection in self._hub.people.get(counts.person, ()):
                if connection.welcomed:
                    connection.write(framed)
