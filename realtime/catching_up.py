"""Bringing a connection up to its room's head from the store, line by line, before it shares the common bytes."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from app import following
from app.events import Line
from realtime.connection import Connection
from realtime.frames import Resumed
from realtime.protocol import Close, encode, entry
from realtime.room import UNKNOWN, Place, Room, leaver_of, why_left
from store.database import StoreUnavailable
from store.participations import Seat

if TYPE_CHECKING:
    from realtime.hub import Hub

MOST_MISSING = 500
"""Entries that a resume sends; with more missing, the client loads by HTTP."""
MOST_MISSING_SIZE = 512 * 1024
"""Bytes of bodies that a resume sends; with more missing, likewise."""
LINES_AT_ONCE = 100
PIECE = 32 * 1024
"""Bytes that are written at once of what was missed, so that it never fills a reader's buffer."""
RETRY_AFTER = 1.0
"""Seconds after which an unanswered store is asked again."""


class CatchingUp:
    """What happens between taking a place in a room and being a member of it."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    def take_place(self, connection: Connection, room: Room, seat: Seat, after: int) -> Place:
        """Put a connection that has everything up to `after` into the room, still behind."""
        place = room.behind[connection] = Place(after, seat.head_seq)
        connection.rooms.add(room.id)
        if room.head == UNKNOWN:
            room.begin(seat.head_seq)
            self._hub.delivery.receive(room, [])
        return place

    def beside(self, connection: Connection, work: Coroutine[Any, Any, object]) -> None:
        """Run what a connection's stream hangs on: if it fails, the client has to resume."""

        def finished(task: "asyncio.Task[object]") -> None:
            if not task.cancelled() and task.exception():
                connection.shut(Close.TOO_SLOW, "resume")

        self._hub.spawn(work).add_done_callback(finished)

    async def resume(self, connection: Connection, resuming: Sequence[Room]) -> None:
        """Send what was missed of these rooms, one after the other, each closed by `resumed`."""
        for room in resuming:
            place = room.behind.get(connection)
            too_much = place is not None and await self._is_too_much(connection, room, place)
            if place is None or not connection.is_open:
                return
            if too_much:
                self.tell(connection, Resumed(room.id, place.certain, "reset"))
                place.at = place.certain
                await self.catch_up(connection, room)
            elif await self.catch_up(connection, room):
                self.tell(connection, Resumed(room.id, room.head, "complete"))
            else:
                self.tell(connection, Resumed(room.id, None, "gone"))

    def tell(self, connection: Connection, answer: Resumed) -> None:
        """Say, and count, what became of a discussion that was to be resumed."""
        self._hub.meters.resumes[answer.how] += 1
        connection.send(answer)

    async def catch_up(self, connection: Connection, room: Room) -> bool:
        """Send what lies between a connection's place and the head; True once it is a member."""
        while (place := room.behind.get(connection)) is not None:
            if self.has_arrived(connection, room, place):
                break
            if place.at >= room.head:
                await self._hub.repairs.filled(room)
                continue
            try:
                lines = await following.lines(self._hub.database, room.id, place.at, room.head, LINES_AT_ONCE)
            except StoreUnavailable:
                lines = []
            if lines:
                await self._send_missed(connection, room, place, lines)
            else:
                await asyncio.sleep(RETRY_AFTER)
        return connection in room.members

    def has_arrived(self, connection: Connection, room: Room, place: Place) -> bool:
        """Make a connection that is exactly at the head a member."""
        if place.at != room.head or room.head < place.certain:
            return False
        del room.behind[connection]
        room.members[connection] = None
        if room.head > place.certain:
            # What she was told to be unread is older than what came since.
            self._hub.counts.changed(connection.identity.person_id, room.id)
        return True

    async def _is_too_much(self, connection: Connection, room: Room, place: Place) -> bool:
        if not 0 < place.certain - place.at <= MOST_MISSING:
            return place.certain != place.at
        while connection.is_open:
            try:
                size = await following.size(self._hub.database, room.id, place.at, place.certain)
            except StoreUnavailable:
                await asyncio.sleep(RETRY_AFTER)
            else:
                return size > MOST_MISSING_SIZE
        return False

    async def _send_missed(
        self, connection: Connection, room: Room, place: Place, lines: Sequence[Line]
    ) -> None:
        """Send lines in pieces, each when the reader has taken the one before."""
        left = list(reversed(lines))
        while left:
            await connection.outlet.drained()
            if room.behind.get(connection) is not place:
                return
            framed = bytearray()
            while left and len(framed) < PIECE:
                line = left.pop()
                if line.seq > place.certain and leaver_of(line) == connection.identity.person_id:
                    connection.write(bytes(framed))
                    self._hub.delivery.dismiss(connection, room.id, line.seq, why_left(line))
                    self._hub.joining.join_soon(connection, room.id, line.seq)
                    return
                framed += encode(entry(room.id, line))
                place.at = line.seq
                self._hub.meters.caught_up += 1
            connection.write(bytes(framed))
