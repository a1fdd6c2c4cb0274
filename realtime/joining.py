"""How a connection begins to follow discussions: at welcome, on being added, and when it resumes.

The rule that makes it safe: a room is known to the hub *before* the store is read, so that no line falls between
the reading and the listening; and whoever is not exactly at the room's head is brought there from the store, line
by line, before she becomes a member who shares the common bytes.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app import following
from app.events import Line
from realtime.bus import person_channel, room_channel
from realtime.connection import Connection
from realtime.protocol import (
    Added,
    Limits,
    PersonCard,
    Resumed,
    Welcome,
    encode,
    entry,
)
from realtime.room import UNKNOWN, Place, Room, leaver_of, why_left
from store.columns import utc_now
from store.database import StoreUnavailable
from store.participations import Seat

if TYPE_CHECKING:
    from realtime.hub import Hub

MOST_MISSING = 500
"""Entries that a resume sends; with more missing, the client loads by HTTP."""
MOST_MISSING_SIZE = 512 * 1024
"""Characters of bodies that a resume sends."""
LINES_AT_ONCE = 100
RETRY_AFTER = 1.0
"""Seconds after which an unanswered store is asked again."""


class Joining:
    """The ways into this node's rooms."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    async def welcome(self, connection: Connection, resume: Mapping[str, int]) -> None:
        """Answer `hello`: say welcome, follow what is awake, then send what was missed.

        Raises `StoreUnavailable`; then nothing was sent and the client may say hello again.
        """
        person = connection.identity.person_id
        hub = self._hub
        await hub.bus.subscribe([person_channel(person)])
        since = following.awake_since(utc_now(), hub.settings.asleep_days)
        places = await following.places(hub.database, person, since, resume)
        rooms = [self._pin(discussion) for discussion in places]
        try:
            if await self._subscribed(rooms):
                # Rooms that are new to this node: read again, now that nothing committed meanwhile is missed.
                places = await following.places(hub.database, person, since, places.keys() | resume.keys())
            unread = await following.unread_count(hub.database, person)
            if not connection.is_open:
                return
            connection.send(self._welcome(connection, unread))
            connection.welcomed = True
            for discussion, seat in places.items():
                if discussion not in resume and (room := hub.rooms.get(discussion)):
                    self._seat(connection, room, seat, seat.head_seq)
        finally:
            for room in rooms:
                self._unpin(room)
        for discussion, head in connection.early.items():
            if discussion not in places:
                self.join_soon(connection, discussion, head)
        connection.early.clear()
        await self._resume(connection, resume, places)

    def join_soon(self, connection: Connection, discussion: str, head: int) -> None:
        """The person is in a discussion that this connection may not follow yet: follow it after `head`."""
        if not connection.welcomed:
            connection.early[discussion] = head
        elif discussion not in connection.rooms and discussion not in connection.joining:
            connection.joining.add(discussion)
            self._hub.spawn(self._join(connection, discussion, head))

    async def follow(self, connection: Connection, discussion: str) -> bool:
        """Follow a discussion that has slept, from its head on; False when the person is not in it."""
        if discussion not in connection.rooms:
            await self._join(connection, discussion, None)
        return discussion in connection.rooms

    async def _join(self, connection: Connection, discussion: str, head: int | None) -> None:
        connection.joining.add(discussion)
        room = self._pin(discussion)
        try:
            await self._subscribed([room])
            seat = await self._place(connection, discussion)
            if seat is None or not connection.is_open or discussion in connection.rooms:
                return
            connection.left.pop(discussion, None)
            if head is not None:
                connection.send(Added(discussion, seat.subject, head, seat.unread))
                self._hub.counts.changed(connection.identity.person_id, discussion)
            self._seat(connection, room, seat, seat.head_seq if head is None else head)
        finally:
            connection.joining.discard(discussion)
            self._unpin(room)

    async def _resume(
        self, connection: Connection, resume: Mapping[str, int], places: dict[str, Seat]
    ) -> None:
        for discussion, seen in resume.items():
            if not connection.is_open:
                return
            seat = places.get(discussion)
            if seat is None:
                connection.send(Resumed(discussion, None, "gone"))
                continue
            room = self._pin(discussion)
            try:
                await self._resume_one(connection, room, seat, seen)
            finally:
                self._unpin(room)

    async def _resume_one(self, connection: Connection, room: Room, seat: Seat, seen: int) -> None:
        after = max(seen, seat.from_seq - 1)
        too_much = seen > seat.head_seq or seat.head_seq - after > MOST_MISSING
        if not too_much and seat.head_seq > after:
            size = await following.size(self._hub.database, room.id, after, seat.head_seq)
            too_much = size > MOST_MISSING_SIZE
        if not connection.is_open:
            return
        if too_much:
            connection.send(Resumed(room.id, seat.head_seq, "reset"))
            self._seat(connection, room, seat, seat.head_seq)
            return
        self._take_place(connection, room, seat, after)
        if await self._catch_up(connection, room):
            connection.send(Resumed(room.id, room.head, "complete"))
        elif connection.is_open:
            connection.send(Resumed(room.id, None, "gone"))

    def _seat(self, connection: Connection, room: Room, seat: Seat, after: int) -> None:
        """Let a connection follow a room after `after`, by itself from now on."""
        self._take_place(connection, room, seat, max(after, seat.from_seq - 1))
        if connection in room.behind:
            self._hub.spawn(self._catch_up(connection, room))

    def _take_place(self, connection: Connection, room: Room, seat: Seat, after: int) -> None:
        if room.head == UNKNOWN:
            room.begin(seat.head_seq)
            self._hub.receive(room, [])
        connection.rooms.add(room.id)
        if after == room.head:
            room.members[connection] = None
        else:
            room.behind[connection] = Place(after, seat.head_seq)

    async def _catch_up(self, connection: Connection, room: Room) -> bool:
        """Send what lies between a connection's place and the head; True once it is a member."""
        while (place := room.behind.get(connection)) is not None:
            if place.at == room.head:
                del room.behind[connection]
                room.members[connection] = None
                return True
            try:
                if place.at > room.head:
                    await self._hub.repairs.filled(room)
                    continue
                lines = await following.lines(self._hub.database, room.id, place.at, room.head, LINES_AT_ONCE)
            except StoreUnavailable:
                await asyncio.sleep(RETRY_AFTER)
                continue
            if room.behind.get(connection) is place:
                self._send_missed(connection, room, place, lines)
                await (connection.outlet.drained() if lines else asyncio.sleep(RETRY_AFTER))
        return connection in room.members

    def _send_missed(self, connection: Connection, room: Room, place: Place, lines: list[Line]) -> None:
        framed: list[bytes] = []
        for line in lines:
            if line.seq > place.certain and leaver_of(line) == connection.identity.person_id:
                connection.write(b"".join(framed))
                self._hub.dismiss(connection, room.id, line.seq, why_left(line))
                self.join_soon(connection, room.id, line.seq)
                return
            framed.append(encode(entry(room.id, line)))
        connection.write(b"".join(framed))
        place.at = lines[-1].seq if lines else place.at

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
