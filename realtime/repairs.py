"""Holes are filled from the store, and quiet rooms are compared with it by and by.

A lost ring is noticed by the next line of the room, by the watch within `WATCH_EVERY`, or at once after the bus
was away.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from app import following
from realtime.protocol import Close
from realtime.room import UNKNOWN, Room
from store.database import StoreUnavailable

if TYPE_CHECKING:
    from realtime.hub import Hub

log = structlog.get_logger(__name__)

WATCH_EVERY = 20.0
"""Seconds between two comparisons of everything with the store."""
WATCH_SIGN_INS_EVERY = 0.7
"""Seconds between two looks for ended sign-ins, where a command in another process has no bus to ring on."""
MARGIN = timedelta(minutes=1)
"""How far before the last comparison the next one looks for discussions that came to somebody."""
MARGIN_AFTER_LOSS = timedelta(hours=2)
"""The same when rings were lost: nodes' clocks may differ by an hour."""
GRACE = 0.02
"""Seconds that a ring may be late before its line is read from the store."""
RETRY_AFTER = 1.0
LINES_AT_ONCE = 200
ANY = 2**31 - 1


class Repairs:
    """Keeps this node's rooms whole."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._look = asyncio.Event()
        self._compared_at = hub.now()

    def fill_soon(self, room: Room) -> None:
        """Lines are missing: read them unless they come in a moment."""
        if room.repair is None:
            room.repair = self._hub.spawn(self._fill(room))

    def fill(self, room: Room) -> "asyncio.Task[None]":
        """Read what the store has after the room's head, also if a read is under way: that may be too old."""
        room.lacking = True
        if room.repair is None:
            room.repair = self._hub.spawn(self._fill(room))
        return room.repair

    async def filled(self, room: Room) -> None:
        """Come back when the room is at least where the store was on the call."""
        await asyncio.shield(self.fill(room))

    def look_again(self) -> None:
        """Rings may have been lost: compare everything now."""
        self._look.set()

    async def watch(self) -> None:
        """Compare everything every so often, and whenever asked to."""
        self._compared_at = self._hub.now()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), WATCH_EVERY)
            lost = self._look.is_set()
            self._look.clear()
            try:
                await self._compare(MARGIN_AFTER_LOSS if lost else MARGIN)
                self._hub.presences.refresh()
                self._hub.discretion.look_soon()
            except StoreUnavailable:
                await asyncio.sleep(RETRY_AFTER)
                self._look.set()
            except Exception:
                log.exception("watch_failed")

    async def watch_sign_ins(self) -> None:
        """Close within a second what a command of another process has ended, where there is no bus to hear it."""
        while True:
            await asyncio.sleep(WATCH_SIGN_INS_EVERY)
            # The store being away is for the other watch to mend.
            with contextlib.suppress(StoreUnavailable):
                await self._close_ended(self._hub.now())

    async def _fill(self, room: Room) -> None:
        try:
            if not room.lacking:
                await asyncio.sleep(GRACE)
                if room.has_hole:
                    self._hub.meters.repairs["hole"] += 1
            while room.has_hole and not room.is_empty:
                brought = await self._read_after(room)
                if room.early:
                    # Came during the read, with a new hole before it.
                    await asyncio.sleep(GRACE if brought else RETRY_AFTER)
        finally:
            room.repair = None

    async def _read_after(self, room: Room) -> int:
        """Take in some of what the store has after the head; how many lines."""
        room.lacking = False
        try:
            lines = await following.lines(self._hub.database, room.id, room.head, ANY, LINES_AT_ONCE)
        except StoreUnavailable:
            room.lacking = True
            await asyncio.sleep(RETRY_AFTER)
            return 0
        if len(lines) == LINES_AT_ONCE:
            room.lacking = True
        self._hub.delivery.receive(room, lines)
        return len(lines)

    async def _compare(self, margin: timedelta) -> None:
        hub, now = self._hub, self._hub.now()
        await self._compare_heads([room for room in hub.rooms.values() if room.head != UNKNOWN])
        people = {
            person: set.intersection(*(connection.rooms for connection in mine))
            for person, mine in hub.people.items()
            if mine
        }
        known = {(person, discussion) for person, rooms in people.items() for discussion in rooms}
        since = self._compared_at - margin
        for missed in await following.missed_since(hub.database, list(people), since, known):
            self._hub.meters.repairs["joined"] += 1
            for connection in hub.people.get(missed.person, ()):
                hub.joining.join_soon(connection, missed.discussion, missed.head)
        await self._close_ended(now)
        self._compared_at = now

    async def _close_ended(self, now: datetime) -> None:
        sign_ins = {connection.identity.session_id for connection in self._hub.connections()}
        if not sign_ins:
            return
        ended = await following.ended(self._hub.database, sorted(sign_ins), now)
        for connection in self._hub.connections():
            expired = ended.get(connection.identity.session_id)
            if expired is not None:
                connection.shut(Close.SESSION_ENDED, "session expired" if expired else "session ended")

    async def _compare_heads(self, rooms: list[Room]) -> None:
        heads = await following.heads_of(self._hub.database, [room.id for room in rooms])
        for room in rooms:
            if heads.get(room.id, 0) > room.head:
                self._hub.meters.repairs["watch"] += 1
                self.fill(room)
