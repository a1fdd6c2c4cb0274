"""What this node hears, from itself after its commits and from other nodes over the bus, and who is told of it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import structlog

from app.events import (
    AboutPerson,
    EntryStored,
    Joined,
    Left,
    Line,
    MessageMoved,
    PersonChanged,
    ReadMoved,
    SignInEnded,
    ViewChanged,
)
from realtime.bus import CameAndWent, Here, LookAgain, Ring, SeenHeard, Spent, TypingHeard, WhoIsHere
from realtime.frames import OwnMessage
from realtime.protocol import Close

if TYPE_CHECKING:
    from realtime.hub import Hub

log = structlog.get_logger(__name__)


class Hearing:
    """Hands each ring to the part of this node that it concerns."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    def hear(self, rings: Sequence[Ring]) -> None:
        """Take in what happened here or on another node. Never waits and never raises."""
        try:
            self._note_deletions(ring for ring in rings if isinstance(ring, Left))
            self._hear_lines([ring for ring in rings if isinstance(ring, EntryStored)])
            for ring in rings:
                if not isinstance(ring, EntryStored):
                    self._hear_other(ring)
        except Exception:
            # What could not be delivered is still in the store, and the watch finds it.
            log.exception("ring_failed")
            self._hub.repairs.look_again()

    def _note_deletions(self, rings: Iterable[Left]) -> None:
        # The line by which somebody leaves is the same for everybody, and does not say why she did.
        for left in rings:
            if (
                left.why == "deleted"
                and (room := self._hub.rooms.get(left.discussion))
                and room.head < left.seq
            ):
                room.deletions |= {left.seq}

    def _hear_lines(self, stored: Sequence[EntryStored]) -> None:
        by_room: dict[str, list[Line]] = {}
        for event in stored:
            by_room.setdefault(event.discussion, []).append(event.line)
        for discussion, lines in by_room.items():
            if room := self._hub.rooms.get(discussion):
                self._hub.delivery.receive(room, lines)

    def _hear_other(self, ring: Ring) -> None:
        match ring:
            case Joined() | Left() | ReadMoved() | ViewChanged() | MessageMoved() | SignInEnded():
                self._hear_of_person(ring)
            case PersonChanged():
                self._hub.discretion.look_soon()
                self._hub.watching.changed(ring.person)
            case CameAndWent():
                self._hub.watching.moved(ring.people)
            case TypingHeard() | SeenHeard() | Here() | WhoIsHere():
                self._hub.presences.hear(ring)
            case LookAgain():
                self._hub.repairs.look_again()
            case Spent():
                self._hub.allowances.hear(ring)
            case EntryStored():
                pass

    def _hear_of_person(self, ring: AboutPerson) -> None:
        match ring:
            case Joined():
                for connection in self._hub.people.get(ring.person, ()):
                    self._hub.joining.join_soon(connection, ring.discussion, ring.head)
            case Left():
                self._hear_left(ring)
            case ReadMoved():
                self._hub.counts.changed(ring.person, ring.discussion)
            case ViewChanged():
                self._hub.views.changed(ring)
            case MessageMoved():
                self._hub.tell(ring.person, OwnMessage(ring.message, ring.state))
            case SignInEnded():
                self._hear_ended(ring)
            case PersonChanged():
                pass  # heard by everybody who shows her

    def _hear_ended(self, ended: SignInEnded) -> None:
        for connection in list(self._hub.people.get(ended.person, ())):
            if not ended.sessions or connection.identity.session_id in ended.sessions:
                connection.shut(Close.SESSION_ENDED, "session ended")

    def _hear_left(self, left: Left) -> None:
        room = self._hub.rooms.get(left.discussion)
        for connection in list(self._hub.people.get(left.person, ())):
            if room is None or not room.has(connection):
                self._hub.delivery.dismiss(connection, left.discussion, left.seq, left.why)
            elif room.head < left.seq:
                # Lines before the end are still to come, and the end itself with them, in order.
                self._hub.repairs.fill(room)
            # Else she has come back since: whoever is in a room leaves it by its log alone.
