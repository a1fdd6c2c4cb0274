"""Unread counts, pushed: absolute numbers read from the store, gathered so that they never weigh on the replies.

What somebody did herself (read, marked unread, was added) is told to all her tabs at once. What replies do to
everybody's counts is told at once too, as long as that is cheap; while replies go on, it is gathered for a while
that grows with what the telling costs, so that it stays a small part of this node's work.
"""

import asyncio
import time
from typing import TYPE_CHECKING

from app import following
from realtime.frames import UnreadCount
from realtime.protocol import encode
from realtime.room import Room
from store.database import StoreUnavailable

if TYPE_CHECKING:
    from realtime.hub import Hub

GATHER = 0.05
"""Seconds between two rounds."""
SHARE = 15
"""A round with rooms is followed by a pause for rooms of so many times the time that it took."""
MOST_GATHER = 2.0
"""Seconds that a room's counts may wait, at most."""
AT_ONCE = 100
"""Counts that are read in one go."""
BREATH_AFTER = 25
"""People who are told their counts before everything else on the event loop has its turn."""
RETRY_AFTER = 1.0


class CountNews:
    """Tells connected people their counts after something changed."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._rooms: dict[str, Room] = {}
        self._pairs: set[tuple[str, str]] = set()
        self._rooms_due = 0.0
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
        try:
            while self._pairs or self._rooms:
                if pairs := self._take():
                    await self._tell_or_keep(pairs)
                await asyncio.sleep(GATHER)
        finally:
            self._running = False

    def _take(self) -> list[tuple[str, str]]:
        pairs, self._pairs = self._pairs, set()
        if time.monotonic() >= self._rooms_due:
            for room in self._rooms.values():
                for followers in (room.members, room.behind):
                    pairs.update((connection.identity.person_id, room.id) for connection in followers)
            self._rooms = {}
        return list(pairs)

    async def _tell_or_keep(self, pairs: list[tuple[str, str]]) -> None:
        began = time.perf_counter()
        try:
            await self._tell(pairs)
        except StoreUnavailable:
            self._pairs.update(pairs)
            await asyncio.sleep(RETRY_AFTER)
        pause = SHARE * (time.perf_counter() - began)
        self._rooms_due = time.monotonic() + min(MOST_GATHER, pause)

    async def _tell(self, pairs: list[tuple[str, str]]) -> None:
        # Some at a time, so that everything else has its turn in between.
        for start in range(0, len(pairs), AT_ONCE):
            await self._tell_some(pairs[start : start + AT_ONCE])

    async def _tell_some(self, pairs: list[tuple[str, str]]) -> None:
        for number, counts in enumerate(await following.counts(self._hub.database, pairs), 1):
            told = UnreadCount(
                counts.count, counts.discussion, counts.unread, counts.read_seq, counts.folders
            )
            framed = encode(told)
            for connection in self._hub.people.get(counts.person, ()):
                if connection.welcomed:
                    connection.write(framed)
                else:
                    connection.uncounted.add(counts.discussion)
            if number % BREATH_AFTER == 0:
                await asyncio.sleep(0)
