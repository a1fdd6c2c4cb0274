"""Who has a discussion on screen, who is writing, how far others have read: of the moment, never stored.

These frames go only to connections that have the discussion open, and are dropped first when a reader is behind.
Each node tells the others whom it shows; what a node said is forgotten when it has been silent for a while. Of whoever
hides her presence nobody is told, neither that she is here nor that she is writing.
"""

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from app.events import PersonRef
from realtime.bus import Here, SeenHeard, TypingHeard, WhoIsHere, room_channel
from realtime.connection import Connection
from realtime.frames import IsTyping, PersonId, Presence, Seen, ServerFrame
from realtime.protocol import encode

if TYPE_CHECKING:
    from realtime.hub import Hub

FORGET_AFTER = 65.0
"""Seconds after which a silent node's viewers are forgotten: three rounds of the watch."""


class Presences:
    """Who is here, on this node and as far as the other nodes told."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._viewers: dict[str, dict[Connection, None]] = {}
        self._elsewhere: dict[str, dict[str, tuple[list[PersonRef], float]]] = {}

    def open(self, connection: Connection, discussion: str) -> None:
        """This connection shows the discussion now."""
        viewers = self._viewers.setdefault(discussion, {})
        if not viewers:
            self._hub.bus.publish(room_channel(discussion), [WhoIsHere(discussion)])
        before = self._here(discussion)
        viewers[connection] = None
        connection.on_screen.add(discussion)
        if self._here(discussion) != before:
            self._changed(discussion)
        else:
            connection.send_if_free(Presence(discussion, before))

    def shut(self, connection: Connection, discussion: str) -> None:
        """This connection no longer shows the discussion."""
        connection.on_screen.discard(discussion)
        viewers = self._viewers.get(discussion, {})
        if connection not in viewers:
            return
        before = self._here(discussion)
        del viewers[connection]
        if not viewers:
            del self._viewers[discussion]
        if self._here(discussion) != before:
            self._changed(discussion)

    def forget(self, discussion: str) -> None:
        """This node no longer follows the discussion."""
        self._viewers.pop(discussion, None)
        self._elsewhere.pop(discussion, None)

    def hear(self, ring: TypingHeard | SeenHeard | Here | WhoIsHere) -> None:
        """Another node rang about something of the moment."""
        match ring:
            case TypingHeard():
                self.typing(ring)
            case SeenHeard():
                self.seen(ring)
            case Here():
                self._hear_here(ring)
            case WhoIsHere():
                if ring.discussion in self._viewers:
                    self._publish(ring.discussion)

    def _hear_here(self, ring: Here) -> None:
        if ring.discussion not in self._hub.rooms:
            return  # rung while this node was leaving the room
        before = self._here(ring.discussion)
        nodes = self._elsewhere.setdefault(ring.discussion, {})
        if ring.people:
            nodes[ring.node] = (ring.people, self._now() + FORGET_AFTER)
        else:
            nodes.pop(ring.node, None)
        if self._here(ring.discussion) != before:
            self._tell_presence(ring.discussion)

    def typing(self, ring: TypingHeard) -> None:
        """Somebody is writing, here or on another node."""
        self._tell(ring.discussion, IsTyping(ring.discussion, ring.person, ring.on), besides=ring.person.id)

    def typed(self, connection: Connection, discussion: str, *, on: bool) -> None:
        """Somebody on this node is writing: tell this node and the others, unless she hides that she is here."""
        if self._hub.discretion.hides(connection.identity.person_id):
            return
        ring = TypingHeard(discussion, connection.person, on)
        self.typing(ring)
        self._hub.bus.publish(room_channel(discussion), [ring])

    def seen(self, ring: SeenHeard) -> None:
        """Somebody has read up to a line."""
        self._tell(
            ring.discussion, Seen(ring.discussion, PersonId(ring.person), ring.seq), besides=ring.person
        )

    def refresh(self) -> None:
        """Remind the other nodes of whom this one shows, and forget those that are silent."""
        for discussion in self._viewers:
            self._publish(discussion)
        now = self._now()
        for discussion, nodes in list(self._elsewhere.items()):
            silent = [node for node, (_, until) in nodes.items() if until < now]
            for node in silent:
                del nodes[node]
            if not nodes:
                del self._elsewhere[discussion]
            if silent:
                self._tell_presence(discussion)

    def hidden_changed(self, people: Collection[str] | None) -> None:
        """These people (None: anybody) hide their presence now, or no longer: say anew who is here."""
        for discussion in list(self._viewers):
            if people is None or not self._known(discussion).isdisjoint(people):
                self._changed(discussion)

    def _known(self, discussion: str) -> set[str]:
        """Who has it on screen, seen or not, as far as this node knows."""
        known = {connection.identity.person_id for connection in self._viewers.get(discussion, ())}
        for people, _ in self._elsewhere.get(discussion, {}).values():
            known.update(person.id for person in people)
        return known

    def _here(self, discussion: str) -> list[PersonRef]:
        found = self._seen_here(discussion)
        for people, _ in self._elsewhere.get(discussion, {}).values():
            found |= {person.id: person for person in people}
        hides = self._hub.discretion.hides
        shown = (person for person in found.values() if not hides(person.id))
        return sorted(shown, key=lambda person: (person.name, person.id))

    def _seen_here(self, discussion: str) -> dict[str, PersonRef]:
        """Who has it on screen on this node, and lets it be seen."""
        return {
            connection.identity.person_id: connection.person
            for connection in self._viewers.get(discussion, ())
            if not self._hub.discretion.hides(connection.identity.person_id)
        }

    def _changed(self, discussion: str) -> None:
        self._tell_presence(discussion)
        self._publish(discussion)

    def _publish(self, discussion: str) -> None:
        ring = Here(discussion, self._hub.settings.node, list(self._seen_here(discussion).values()))
        self._hub.bus.publish(room_channel(discussion), [ring])

    def _tell_presence(self, discussion: str) -> None:
        self._tell(discussion, Presence(discussion, self._here(discussion)))

    def _tell(self, discussion: str, frame: ServerFrame, *, besides: str | None = None) -> None:
        viewers = self._viewers.get(discussion)
        if not viewers:
            return
        framed = encode(frame)
        for connection in viewers:
            if connection.identity.person_id != besides and not connection.outlet.clogged:
                connection.write(framed)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
