"""A discussion as this node follows it: how far it is delivered here, and to whom."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app.events import Line

if TYPE_CHECKING:
    from realtime.connection import Connection

Why = Literal["removed", "stopped", "deleted"]

UNKNOWN = -1
"""The head of a room whose place in the log is still being read."""
MOST_EARLY = 1_000
"""Lines that may wait for a hole to be filled; what is more is read from the store again."""


@dataclass(slots=True)
class Place:
    """A connection that is being brought up to its room's head.

    It has everything up to `at`; that it may follow was read from the store when the head was `certain`. If its
    sight ends after that, it finds the end among the lines that it is sent, in their order.
    """

    at: int
    certain: int


@dataclass(slots=True, eq=False)
class Room:
    """One discussion on one node.

    Everybody in `members` has exactly the lines up to `head`, so that what comes next is the same bytes for all
    of them. `behind` are being caught up from the store. `early` holds lines that came before their turn;
    `lacking`: the store is known or thought to have lines after the head that did not come.
    """

    id: str
    head: int = UNKNOWN
    members: dict["Connection", None] = field(default_factory=dict)
    behind: dict["Connection", Place] = field(default_factory=dict)
    early: dict[int, Line] = field(default_factory=dict)
    lacking: bool = False
    deletions: frozenset[int] = frozenset()
    """Lines by which somebody left who deleted the discussion, as far as they are rung before their turn."""
    pins: int = 0
    """How many joins are under way: a pinned room is kept although nobody is in it yet."""
    subscribed: "asyncio.Task[None] | None" = None
    repair: "asyncio.Task[None] | None" = None

    def hold(self, lines: list[Line]) -> None:
        """Keep lines until their turn comes; those delivered already are dropped."""
        for line in lines:
            if line.seq <= self.head:
                continue
            if len(self.early) < MOST_EARLY:
                self.early[line.seq] = line
            else:
                self.lacking = True

    def due(self) -> list[Line]:
        """Take out the lines whose turn has come."""
        if self.head == UNKNOWN:
            return []
        ready: list[Line] = []
        while (line := self.early.pop(self.head + 1 + len(ready), None)) is not None:
            ready.append(line)
        return ready

    def begin(self, head: int) -> None:
        """The place in the log is known now: forget what lies before it."""
        self.head = head
        self.early = {seq: line for seq, line in self.early.items() if seq > head}

    def why_left(self, line: Line) -> Why:
        """How the end of somebody's sight is named to her."""
        if line.seq in self.deletions:
            self.deletions -= {line.seq}
            return "deleted"
        return why_left(line)

    def has(self, connection: "Connection") -> bool:
        """Whether this connection follows the room."""
        return connection in self.members or connection in self.behind

    def drop(self, connection: "Connection") -> bool:
        """Take a connection out; whether it was in."""
        was_behind = self.behind.pop(connection, None) is not None
        if connection in self.members:
            del self.members[connection]
            return True
        return was_behind

    @property
    def has_hole(self) -> bool:
        """Whether lines are missing that the store has."""
        return self.head != UNKNOWN and (self.lacking or bool(self.early))

    @property
    def is_empty(self) -> bool:
        """Whether nobody here needs the room any more."""
        return not (self.members or self.behind or self.pins)


def leaver_of(line: Line) -> str | None:
    """The person whose sight of the discussion ends before this line, if it is such a line."""
    if line.kind == "removed" and line.about:
        return line.about.id
    return line.author.id if line.kind == "stopped" else None


def why_left(line: Line) -> Why:
    """How the end of somebody's sight is named to her."""
    return "stopped" if line.kind == "stopped" else "removed"
