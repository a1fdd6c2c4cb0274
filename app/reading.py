"""How far people have read: marks that are moved while a commit is under way go together into the next one.

When a reply comes, everybody who looks at it reports so at the same time. One commit for each of them would keep the
next reply waiting.
"""

import asyncio
from collections.abc import Sequence

import structlog

from app.events import Announce, ReadMoved
from store.database import Database, StoreUnavailable
from store.marks import Move, discreet, move_marks
from store.prepared import Link

log = structlog.get_logger(__name__)

MOST_IN_COMMIT = 100
"""Marks in one commit: fewer than replies, because the log of each room stands still for them."""
MOST_WAITING = 20_000
"""Marks that may wait for a commit before new ones are refused."""

Waiting = tuple[Move, "asyncio.Future[None]"]


class ReadMarks:
    """Moves the marks of one node."""

    def __init__(self, database: Database, announce: Announce) -> None:
        self._database = database
        self._announce = announce
        self._waiting: list[Waiting] = []
        self._moving: asyncio.Task[None] | None = None

    async def move(self, move: Move) -> None:
        """Move a mark and come back when it is durable. Raises `StoreUnavailable`.

        A caller that is cancelled does not cancel the move.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise StoreUnavailable
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((move, done))
        if self._moving is None:
            self._moving = asyncio.create_task(self._move_waiting())
        await done

    @property
    def is_moving(self) -> bool:
        """Whether a commit is under way."""
        return self._moving is not None

    async def close(self) -> None:
        """Come back when nothing waits any more."""
        while self._moving is not None:
            await asyncio.shield(self._moving)

    async def _move_waiting(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_IN_COMMIT], self._waiting[MOST_IN_COMMIT:]
                await self._settle(batch)
        finally:
            self._moving = None

    async def _settle(self, batch: list[Waiting]) -> None:
        moves = [move for move, _ in batch]
        try:
            events = await self._database.transact(lambda link: moved(link, moves))
        except StoreUnavailable:
            # Who has waited for this commit has waited long enough, and the next would fare no better.
            _refuse([*batch, *self._waiting])
            self._waiting = []
            return
        except Exception:
            log.exception("marks_not_moved")
            _refuse(batch)
            return
        for _, waiting in batch:
            if not waiting.done():
                waiting.set_result(None)
        if events:
            self._tell(events)

    def _tell(self, events: Sequence[ReadMoved]) -> None:
        try:
            self._announce(events)
        except Exception:
            # The marks are durable, and those who wait for theirs must not wait for this.
            log.exception("marks_not_announced")


def moved(link: Link, moves: Sequence[Move]) -> list[ReadMoved]:
    """Move these marks; what is to be told of those that moved."""
    marks = move_marks(link, moves)
    hers = discreet(link, (move.person for move in moves))
    return [
        ReadMoved(move.person, move.discussion, to, told=move.person not in hers)
        for move, to in zip(moves, marks, strict=True)
        if to is not None
    ]


def _refuse(batch: Sequence[Waiting]) -> None:
    for _, waiting in batch:
        if not waiting.done():
            waiting.set_exception(StoreUnavailable())
