"""How a connection begins to follow discussions: at welcome, on being added, and when it resumes.

The rule that makes it safe: a room is known to the hub *before* the store is read, so that no line falls between
the reading and the listening; and whoever is not exactly at the room's head is brought there from the store, line
by line, before she becomes a member who shares the common bytes.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from app import following
from realtime.bus import person_channel, room_channel
from realtime.connection import Connection
from realtime.frames import Added, Limits, PersonCard, Resumed, Welcome
from realtime.protocol import Close
from realtime.room import UNKNOWN, Room
from store.database import StoreUnavailable
from store.participations import Seat

if TYPE_CHECKING:
    from realtime.hub import Hub

RETRY_AFTER = 1.0
"""Seconds after which an unanswered store is asked again."""
BREATH_AFTER = 25
"""Connections that come into rooms before everything else on the event loop has its turn."""

Join = tuple[Connection, str]
"""A connection that is to follow a discussion."""


class Joining:
    """The ways into this node's rooms."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._gathered: list[Join] = []

    async def welcome(self, connection: Connection, resume: Mapping[str, int]) -> None:
        """Answer `hello`: say welcome and follow what is awake; what was missed is sent beside.

        Raises `StoreUnavailable`; then nothing was sent and the client may say hello again.
        """
        await self._hub.bus.subscribe([person_channel(connection.identity.person_id)])
        hello = await self._hello(connection, resume)
        rooms = [self._pin(discussion) for discussion in hello.places]
        try:
            if await self._subscribed(rooms):
                # Rooms that are new to this node: read again, now that nothing committed meanwhile is missed.
                hello = await self._hello(connection, hello.places.keys() | resume.keys())
            if hello.is_over:
                # It ended before this node listened to her channel.
                connection.shut(Close.SESSION_ENDED, "session ended")
            elif connection.is_open:
                self._begin(connection, resume, hello.places, hello.unread)
        finally:
            for room in rooms:
                self._unpin(room)

    async def _hello(self, connection: Connection, also: Collection[str]) -> following.Hello:
        who, now = connection.identity, self._hub.now()
        since = following.awake_since(now, self._hub.settings.asleep_days)
        database = self._hub.database
        return await following.hello(database, who.person_id, who.session_id, now=now, since=since, also=also)

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
                self._hub.catching_up.tell(connection, Resumed(discussion, None, "gone"))
            else:
                self._hub.catching_up.take_place(connection, room, seat, max(seen, seat.from_seq - 1))
                resuming.append(room)
        for discussion in places.keys() - resume.keys():
            # None: it came in this very moment, was rung, and is among the early ones.
            if room := self._hub.rooms.get(discussion):
                self._seat(connection, room, places[discussion], places[discussion].head_seq)
        for discussion, head in connection.early.items():
            self.join_soon(connection, discussion, head)
        connection.early.clear()
        for discussion in connection.uncounted:
            # The count in the welcome may be older than that.
            self._hub.counts.changed(connection.identity.person_id, discussion)
        connection.uncounted.clear()
        if resuming:
            self._hub.catching_up.beside(connection, self._hub.catching_up.resume(connection, resuming))

    def join_soon(self, connection: Connection, discussion: str, head: int) -> None:
        """The person is in a discussion that this connection may not follow yet: follow it after `head`."""
        if not connection.welcomed:
            connection.early[discussion] = head
        elif discussion not in connection.rooms:
            is_joining = discussion in connection.joining
            connection.joining[discussion] = head
            if not is_joining:
                self._gathered.append((connection, discussion))
                if len(self._gathered) == 1:
                    self._hub.spawn(self._join_gathered())

    async def follow(self, connection: Connection, discussion: str) -> bool:
        """Follow a discussion that has slept, from its head on; False when the person is not in it.

        Raises `StoreUnavailable`.
        """
        if discussion not in connection.rooms:
            room = self._pin(discussion)
            try:
                await self._subscribed([room])
                person = connection.identity.person_id
                seat = await following.place(self._hub.database, person, discussion)
                while _is_outdated(connection, seat):
                    seat = await following.place(self._hub.database, person, discussion)
                if seat is not None and connection.is_open and discussion not in connection.rooms:
                    if discussion in connection.left:
                        # She was told that it is over, and hears that she is back before anything of it.
                        self._come_in(
                            connection, room, seat, connection.joining.get(discussion, seat.head_seq)
                        )
                    else:
                        self._seat(connection, room, seat, seat.head_seq)
            finally:
                self._unpin(room)
        return discussion in connection.rooms

    async def _join_gathered(self) -> None:
        """Whatever was rung in one go joins in one go: one question to the store, however many they are."""
        joins, self._gathered = self._gathered, []
        rooms = {discussion: self._pin(discussion) for discussion in {discussion for _, discussion in joins}}
        try:
            await self._subscribed(list(rooms.values()))
            while joins:
                joins = await self._join(rooms, joins)
        finally:
            for connection, discussion in joins:
                connection.joining.pop(discussion, None)
            for room in rooms.values():
                self._unpin(room)

    async def _join(self, rooms: Mapping[str, Room], joins: Sequence[Join]) -> list[Join]:
        """Let these come in where they are to be; those for whom the store has to be asked again."""
        heads = [connection.joining[discussion] for connection, discussion in joins]
        pairs = [(discussion, connection.identity.person_id) for connection, discussion in joins]
        try:
            places = await following.places(self._hub.database, pairs)
        except StoreUnavailable:
            await asyncio.sleep(RETRY_AFTER)
            return list(joins)
        again: list[Join] = []
        for number, ((connection, discussion), pair, head) in enumerate(
            zip(joins, pairs, heads, strict=True), 1
        ):
            seat, rung = places.get(pair), connection.joining[discussion]
            if connection.is_open and ((seat is None and head != rung) or _is_outdated(connection, seat)):
                # It was rung meanwhile, or she was told of an end that the answer does not know.
                again.append((connection, discussion))
                continue
            del connection.joining[discussion]
            if seat is not None and connection.is_open:
                self._come_in(connection, rooms[discussion], seat, head)
            if number % BREATH_AFTER == 0:
                await asyncio.sleep(0)
        return again

    def _come_in(self, connection: Connection, room: Room, seat: Seat, head: int) -> None:
        if room.id in connection.rooms:
            return
        # Not before her bounds, and nothing that this connection had before it left the last time.
        head = max(head, seat.from_seq - 1, connection.left.pop(room.id, 0))
        connection.send(Added(room.id, seat.subject, head, seat.unread))
        self._hub.counts.changed(connection.identity.person_id, room.id)
        self._seat(connection, room, seat, head)

    def _seat(self, connection: Connection, room: Room, seat: Seat, after: int) -> None:
        """Let a connection follow a room after `after`, by itself from now on."""
        place = self._hub.catching_up.take_place(connection, room, seat, max(after, seat.from_seq - 1))
        if not self._hub.catching_up.has_arrived(connection, room, place):
            self._hub.catching_up.beside(connection, self._hub.catching_up.catch_up(connection, room))

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

    def _welcome(self, connection: Connection, unread: int) -> Welcome:
        who = connection.identity
        return Welcome(
            person=PersonCard(who.person_id, who.name, who.login, who.role, who.language),
            connection=connection.id,
            node=self._hub.settings.node,
            time=self._hub.now(),
            unread=unread,
            limits=Limits(attachments=self._hub.settings.attachments),
            status=self._hub.condition.told,
        )


def _is_outdated(connection: Connection, seat: Seat | None) -> bool:
    """Whether this person was told of an end in a discussion that was written after `seat` was read."""
    return seat is not None and connection.left.get(seat.discussion, 0) > seat.head_seq
