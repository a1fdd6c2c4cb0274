"""How a connection begins to follow discussions: at welcome, on being added, and when it resumes.

The rule that makes it safe: a room is known to the hub *before* the store is read, so that no line falls between
the reading and the listening; and whoever is not exactly at the room's head is brought there from the store, line
by line, before she becomes a member who shares the common bytes.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app import following
from app.events import Line
from realtime.bus import person_channel, room_channel
from realtime.connection import Connection
from realtime.frames import Added, Limits, PersonCard, Resumed, Welcome
from realtime.protocol import Close, encode, entry
from realtime.room import UNKNOWN, Place, Room, leaver_of, why_left
from store.columns import utc_now
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


class Joining:
    """The ways into this node's rooms."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    async def welcome(self, connection: Connection, resume: Mapping[str, int]) -> None:
        """Answer `hello`: say welcome and follow what is awake; what was missed is sent beside.

        Raises `StoreUnavailable`; then nothing was sent and the client may say hello again.
        """
        who, hub = connection.identity, self._hub
        await hub.bus.subscribe([person_channel(who.person_id)])
        since = following.awake_since(utc_now(), hub.settings.asleep_days)
        places = await following.places(hub.database, who.person_id, since, resume)
        rooms = [self._pin(discussion) for discussion in places]
        try:
            if await self._subscribed(rooms):
                # Rooms that are new to this node: read again, now that nothing committed meanwhile is missed.
                also = places.keys() | resume.keys()
                places = await following.places(hub.database, who.person_id, since, also)
            standing = await following.standing(hub.database, who.person_id, who.session_id, utc_now())
            if standing.is_over:
                # It ended before this node listened to her channel.
                connection.shut(Close.SESSION_ENDED, "session ended")
            elif connection.is_open:
                self._begin(connection, resume, places, standing.unread)
        finally:
            for room in rooms:
                self._unpin(room)

    def _begin(
        self, connection: Connection, resume: Mapping[str, int], places: Mapping[str, Seat], unread: int
    ) -> None:
        """All in one go, so that from the welcome on nothing that is rung passes a discussion by."""
        connection.send(self._welcome(connection, unread))
        connection.welcomed = True
        resuming: list[Room] = []
        for discussion, seen in resume.items():
            seat, room = places.get(discussion), self._hub.rooms.get(discussion)
            if seat is None or room is None:
                connection.send(Resumed(discussion, None, "gone"))
            else:
                self._take_place(connection, room, seat, max(seen, seat.from_seq - 1))
                resuming.append(room)
        for discussion in places.keys() - resume.keys():
            # None: it came in this very moment, was rung, and is among the early ones.
            if room := self._hub.rooms.get(discussion):
                self._seat(connection, room, places[discussion], places[discussion].head_seq)
        for discussion, head in connection.early.items():
            self.join_soon(connection, discussion, head)
        connection.early.clear()
        if resuming:
            self._beside(connection, self._resume(connection, resuming))

    def join_soon(self, connection: Connection, discussion: str, head: int) -> None:
        """The person is in a discussion that this connection may not follow yet: follow it after `head`."""
        if not connection.welcomed:
            connection.early[discussion] = head
        elif discussion not in connection.rooms:
            is_joining = discussion in connection.joining
            connection.joining[discussion] = head
            if not is_joining:
                self._hub.spawn(self._join(connection, discussion))

    async def follow(self, connection: Connection, discussion: str) -> bool:
        """Follow a discussion that has slept, from its head on; False when the person is not in it.

        Raises `StoreUnavailable`.
        """
        if discussion not in connection.rooms:
            room = self._pin(discussion)
            try:
                await self._subscribed([room])
                seat = await following.place(self._hub.database, connection.identity.person_id, discussion)
                if seat is not None and connection.is_open and discussion not in connection.rooms:
                    connection.left.pop(discussion, None)
                    self._seat(connection, room, seat, seat.head_seq)
            finally:
                self._unpin(room)
        return discussion in connection.rooms

    async def _join(self, connection: Connection, discussion: str) -> None:
        room = self._pin(discussion)
        try:
            await self._subscribed([room])
            seat, head = None, None
            while seat is None and head != connection.joining[discussion]:
                # Once more if it was rung again meanwhile: the answer may be older than that.
                head = connection.joining[discussion]
                seat = await self._place(connection, discussion)
            if seat is not None and head is not None and connection.is_open:
                self._come_in(connection, room, seat, head)
        finally:
            del connection.joining[discussion]
            self._unpin(room)

    def _come_in(self, connection: Connection, room: Room, seat: Seat, head: int) -> None:
        if room.id in connection.rooms:
            return
        # Not before her bounds, and nothing that this connection had before it left the last time.
        head = max(head, seat.from_seq - 1, connection.left.pop(room.id, 0))
        connection.send(Added(room.id, seat.subject, head, seat.unread))
        self._hub.counts.changed(connection.identity.person_id, room.id)
        self._seat(connection, room, seat, head)

    async def _resume(self, connection: Connection, resuming: Sequence[Room]) -> None:
        for room in resuming:
            place = room.behind.get(connection)
            too_much = place is not None and await self._is_too_much(connection, room, place)
            if place is None or not connection.is_open:
                return
            if too_much:
                connection.send(Resumed(room.id, place.certain, "reset"))
                place.at = place.certain
                await self._catch_up(connection, room)
            elif await self._catch_up(connection, room):
                connection.send(Resumed(room.id, room.head, "complete"))
            else:
                connection.send(Resumed(room.id, None, "gone"))

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

    def _seat(self, connection: Connection, room: Room, seat: Seat, after: int) -> None:
        """Let a connection follow a room after `after`, by itself from now on."""
        place = self._take_place(connection, room, seat, max(after, seat.from_seq - 1))
        if not self._has_arrived(connection, room, place):
            self._beside(connection, self._catch_up(connection, room))

    def _take_place(self, connection: Connection, room: Room, seat: Seat, after: int) -> Place:
        place = room.behind[connection] = Place(after, seat.head_seq)
        connection.rooms.add(room.id)
        if room.head == UNKNOWN:
            room.begin(seat.head_seq)
            self._hub.receive(room, [])
        return place

    def _has_arrived(self, connection: Connection, room: Room, place: Place) -> bool:
        """Make a connection that is exactly at the head a member."""
        if place.at != room.head or room.head < place.certain:
            return False
        del room.behind[connection]
        room.members[connection] = None
        if room.head > place.certain:
            # What she was told to be unread is older than what came since.
            self._hub.counts.changed(connection.identity.person_id, room.id)
        return True

    async def _catch_up(self, connection: Connection, room: Room) -> bool:
        """Send what lies between a connection's place and the head; True once it is a member."""
        while (place := room.behind.get(connection)) is not None:
            if self._has_arrived(connection, room, place):
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
                    self._hub.dismiss(connection, room.id, line.seq, why_left(line))
                    self.join_soon(connection, room.id, line.seq)
                    return
                framed += encode(entry(room.id, line))
                place.at = line.seq
            connection.write(bytes(framed))

    def _beside(self, connection: Connection, work: Coroutine[Any, Any, object]) -> None:
        """Run what a connection's stream hangs on: if it fails, the client has to resume."""

        def finished(task: "asyncio.Task[object]") -> None:
            if not task.cancelled() and task.exception():
                connection.shut(Close.TOO_SLOW, "resume")

        self._hub.spawn(work).add_done_callback(finished)

    def _pin(self, discussion: str) -> Room:
        room = self._hub.rooms.get(discussion)
        if room is None:
            room = self._hub.rooms[discussion] = Room(discussion)
        room.pins += 1
        return room

    def _unpin(self, room: Room) -> None:
        room.pins -= 1
        self._hub.discard_if_empty(room)

    async def _subscribed(self, rooms: list[Room]) -> bool:
        """Wait until these rooms are heard of over the bus; whether any of them is new to this node."""
        new = [room for room in rooms if room.subscribed is None]
        if new:
            task = self._hub.spawn(self._hub.bus.subscribe([room_channel(room.id) for room in new]))
            for room in new:
                room.subscribed = task
        for task in {room.subscribed for room in rooms if room.subscribed}:
            await asyncio.shield(task)
        return any(room.head == UNKNOWN for room in rooms)

    async def _place(self, connection: Connection, discussion: str) -> Seat | None:
        while connection.is_open:
            try:
                return await following.place(self._hub.database, connection.identity.person_id, discussion)
            except StoreUnavailable:
                await asyncio.sleep(RETRY_AFTER)
        return None

    def _welcome(self, connection: Connection, unread: int) -> Welcome:
        who = connection.identity
        return Welcome(
            person=PersonCard(who.person_id, who.name, who.login, who.role, who.language),
            connection=connection.id,
            node=self._hub.settings.node,
            time=utc_now(),
            unread=unread,
            limits=Limits(),
        )
