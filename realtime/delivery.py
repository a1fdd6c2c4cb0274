"""Handing lines to everybody here who follows a room: in the order of the log, revocation before any later line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.events import Line
from realtime.connection import Connection
from realtime.frames import Gone
from realtime.protocol import encode, entry
from realtime.room import Room, Why, leaver_of

if TYPE_CHECKING:
    from realtime.hub import Hub


class Delivery:
    """What one node delivers. A line is framed once, and nobody waits for anyone."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    def receive(self, room: Room, lines: list[Line]) -> None:
        """Lines of a room, in any order: deliver those whose turn it is, keep the rest and fill the hole."""
        room.hold(lines)
        if due := room.due():
            self._deliver(room, due)
        if room.has_hole:
            self._hub.repairs.fill_soon(room)

    def _deliver(self, room: Room, lines: Sequence[Line]) -> None:
        together: list[Line] = []
        for line in lines:
            leaver = leaver_of(line)
            if leaver in self._hub.people:
                why = room.why_left(line)
                self._fan_out(room, together)
                together = []
                for connection in list(self._hub.people[leaver]):
                    # Who is behind meets this line on her way, or came after it.
                    if connection not in room.behind:
                        self.dismiss(connection, room.id, line.seq, why)
            together.append(line)
        self._fan_out(room, together)
        for line in lines:
            if line.kind == "added" and line.about and line.about.id in self._hub.people:
                for connection in self._hub.people[line.about.id]:
                    self._hub.joining.join_soon(connection, room.id, line.seq)
        self._hub.counts.room_changed(room)

    def _fan_out(self, room: Room, lines: Sequence[Line]) -> None:
        if not lines:
            return
        room.head = lines[-1].seq
        self._hub.meters.delivered += len(lines) * len(room.members)
        framed = b"".join([encode(entry(room.id, line)) for line in lines])
        for connection in room.members:
            connection.write(framed)

    def dismiss(self, connection: Connection, discussion: str, seq: int, why: Why) -> None:
        """This person's sight of the discussion ended with entry `seq`: out of the room, and told so once."""
        if not connection.welcomed:
            # What she follows is being read at this moment, and this end will be found in it.
            return
        room = self._hub.rooms.get(discussion)
        was_in = room is not None and room.drop(connection)
        was_told = not was_in and discussion in connection.left
        connection.rooms.discard(discussion)
        connection.left[discussion] = max(seq, connection.left.get(discussion, 0))
        if was_told:
            return
        connection.send(Gone(discussion, why))
        self._hub.presences.shut(connection, discussion)
        self._hub.counts.changed(connection.identity.person_id, discussion)
        if room is not None:
            self._hub.discard_if_empty(room)
