"""Replies in doubt: the store did not answer their commit, so that nobody knows whether they are stored.

Their writers are told nothing until the store says what became of them: neither that they are stored, nor that they
are not. A writer who asks again meanwhile, under the same `client_id`, gets the same answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from app import following
from app.events import EntryStored, Event
from app.verdicts import NewReply, Outcome, Posted
from store.database import Database, StoreUnavailable

log = structlog.get_logger(__name__)

LOOKS_AGAIN_AFTER = 0.5
"""Seconds between two looks."""

Batch = list[tuple[NewReply, Callable[[Outcome], None]]]
Commit = Callable[[Sequence[NewReply]], Awaitable[tuple[list[Outcome], list[Event]]]]
Answer = Callable[[Batch, Sequence[Outcome], Sequence[Event]], None]


class Doubts:
    """The batches of one node that are in doubt. `commit` stores a batch, `answer` tells what became of it."""

    def __init__(self, database: Database, commit: Commit, answer: Answer) -> None:
        self._database = database
        self._commit = commit
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()

    def find_out(self, batch: Batch) -> None:
        """Look what became of these replies as soon as the store is there, and answer them then."""
        task = asyncio.create_task(self._find_out(batch))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def give_up(self) -> None:
        """This node ends: whoever wants to know asks another one."""
        for task in self._tasks:
            task.cancel()

    async def _find_out(self, batch: Batch) -> None:
        """To store a batch again is to look: what is there is found under its `client_id`.

        The rooms' locks see to it that a commit which is still on its way comes first.
        """
        replies = [reply for reply, _ in batch]
        while True:
            await asyncio.sleep(LOOKS_AGAIN_AFTER)
            try:
                outcomes, events = await self._commit(replies)
                # Nobody was told of those that were stored by the commit without an answer.
                untold = [event for outcome in outcomes for event in await self._untold(outcome)]
            except StoreUnavailable:
                continue
            self._answer(batch, outcomes, [*untold, *events])
            return

    async def _untold(self, outcome: Outcome) -> list[EntryStored]:
        if not isinstance(outcome, Posted) or not outcome.repeated:
            return []
        room, seq = outcome.discussion, outcome.seq
        return [
            EntryStored(room, line) for line in await following.lines(self._database, room, seq - 1, seq, 1)
        ]

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("replies_left_in_doubt", error=type(error).__name__, exc_info=error)
