"""One live connection: whose it is, what it follows, and how it is written to and closed."""

from typing import Protocol

from app.events import PersonRef
from app.site import Identity
from realtime.frames import ServerFrame
from realtime.protocol import encode
from store.columns import new_id


class Outlet(Protocol):
    """What a connection needs of the transport below it (see `realtime.outlet`)."""

    @property
    def clogged(self) -> bool:
        """Whether the reader is behind."""

    def write(self, framed: bytes) -> None:
        """Write complete frames without waiting."""

    def write_soon(self, framed: bytes) -> None:
        """Write complete frames together with the others of this turn of the event loop."""

    async def drained(self) -> None:
        """Come back when the reader has kept up."""

    def shut(self, code: int, reason: str = "") -> None:
        """Close with `code`."""

    def pause_reading(self) -> None:
        """Let the client wait."""

    def resume_reading(self) -> None:
        """Take frames again."""


class Connection:
    """A signed-in person's connection. Rooms write to it directly; nothing is awaited per recipient."""

    __slots__ = (
        "early",
        "id",
        "identity",
        "is_open",
        "joining",
        "left",
        "on_screen",
        "outlet",
        "person",
        "rooms",
        "uncounted",
        "watched",
        "welcomed",
        "write",
    )

    def __init__(self, identity: Identity, outlet: Outlet) -> None:
        self.id = new_id()
        self.identity = identity
        self.person: PersonRef = identity.ref
        self.outlet = outlet
        self.write = outlet.write
        self.is_open = True
        self.welcomed = False
        self.early: dict[str, int] = {}
        """Discussions that came to this person before her welcome was sent, with the head to go on after."""
        self.uncounted: set[str] = set()
        """Discussions whose counts changed before this person's welcome was sent."""
        self.rooms: set[str] = set()
        self.joining: dict[str, int] = {}
        """Discussions that this connection is about to follow, with the head that was rung last."""
        self.on_screen: set[str] = set()
        self.watched: frozenset[str] = frozenset()
        """People whom this connection shows (see `realtime.watching`)."""
        self.left: dict[str, int] = {}
        """The entry with which this person lost a discussion, where she has been told."""

    def send(self, frame: ServerFrame) -> None:
        """Write one frame."""
        self.write(encode(frame))

    def answer(self, frame: ServerFrame) -> None:
        """Write one frame together with the other answers of this moment."""
        self.outlet.write_soon(encode(frame))

    def send_if_free(self, frame: ServerFrame) -> None:
        """Write a frame that is only of the moment, unless the reader is behind."""
        if not self.outlet.clogged:
            self.write(encode(frame))

    def shut(self, code: int, reason: str = "") -> None:
        """Close with `code`."""
        self.outlet.shut(code, reason)
