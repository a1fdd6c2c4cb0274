"""The reply log: many replies, one commit.

Replies that arrive while a commit is under way go together into the next one. With nothing under way a reply is
committed at once: there is no timer. Nobody is told, and nobody's reply is acknowledged, before the commit.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog
from sqlalchemy.exc import IntegrityError

from app.bodies import check_body
from app.doubts import Doubts
from app.errors import ParleyError, Unavailable
from app.events import Announce, Event, Joined
from app.meters import Meters
from app.pace import Pace
from app.rules.files import FileLimits
from app.telling import told
from app.verdicts import NO_FILES, Files, NewReply, Outcome, Posted, Verdict
from app.waking import woken
from store.attachments import seen
from store.database import Database, OutcomeUnknown, StoreUnavailable
from store.log import append, find_replies, lock_rooms
from store.mentions import call
from store.participations import MemberState, active_members
from store.prepared import Link
from store.room import Room, StoredLine

log = structlog.get_logger(__name__)

MOST_IN_COMMIT = 512
"""Replies in one commit."""
MOST_CHARACTERS_IN_COMMIT = 200_000
"""Characters in one commit, so that what it makes of one write stays far below a connection's bound."""
MOST_WAITING = 20_000
"""Replies that may wait for a commit before new ones are refused."""


Settle = Callable[[Outcome], None]
"""Is told what became of a reply, on the event loop. It must not raise."""
Waiting = tuple[NewReply, Settle]
Stored = tuple[Verdict, list[StoredLine], list[Joined]]
"""What a transaction did: its verdict, the lines that it accepted, and whom to ring because a room awoke."""


class ReplyLog:
    """Stores the replies of one node, in the order in which they were submitted."""

    def __init__(
        self,
        database: Database,
        announce: Announce,
        now: Callable[[], datetime],
        *,
        pace: Pace,
        asleep_after: timedelta,
        meters: Meters | None = None,
        files: FileLimits | None = None,
    ) -> None:
        self._database = database
        self._announce = announce
        self._now = now
        self._pace = pace
        self._asleep_after = asleep_after
        self._meters = meters or Meters()
        self._file_limits = files or FileLimits()
        self._durable_at = 0.0
        self._waiting: list[Waiting] = []
        self._committing: asyncio.Task[None] | None = None
        self._doubts = Doubts(database, self._commit, self._answer)

    async def post(self, reply: NewReply) -> Posted:
        """Store a reply and come back when it is durable.

        Raises `InvalidBody`, `RateLimited`, `NotFound` (no such discussion, or not in it), `Forbidden` (no replies
        wanted), `ClientIdReused`, `Unavailable`. A caller that is cancelled does not cancel the commit.
        """
        posted: asyncio.Future[Posted] = asyncio.get_running_loop().create_future()
        self.submit(reply, partial(_resolve, posted))
        return await posted

    def submit(self, reply: NewReply, settle: Settle) -> None:
        """Queue a reply for the next commit; `settle` hears what became of it.

        Raises `InvalidBody`, `RateLimited` or `Unavailable` for what is refused before it is queued.
        """
        try:
            body = check_body(reply.body)
            self._pace.spend(reply.author.id)
            if len(self._waiting) >= MOST_WAITING:
                raise Unavailable
        except ParleyError as refusal:
            self._meters.replies[refusal.code] += 1
            raise
        if body is not reply.body:
            reply = msgspec.structs.replace(reply, body=body)
        self._waiting.append((reply, settle))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_waiting())

    @property
    def waiting(self) -> int:
        """Replies that wait for a commit."""
        return len(self._waiting)

    async def close(self) -> None:
        """Come back when everything that was submitted is settled, save what only an absent store could tell."""
        while self._committing is not None:
            await asyncio.shield(self._committing)
        self._doubts.give_up()

    async def _commit_waiting(self) -> None:
        try:
            while self._waiting:
                batch = self._next_batch()
                self._meters.batches.observe(len(batch))
                await self._settle(batch)
        finally:
            self._committing = None

    def _next_batch(self) -> list[Waiting]:
        taken = characters = 0
        for reply, _ in self._waiting[:MOST_IN_COMMIT]:
            characters += len(reply.body)
            if taken and characters > MOST_CHARACTERS_IN_COMMIT:
                break
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return batch

    async def _settle(self, batch: list[Waiting]) -> None:
        replies = [reply for reply, _ in batch]
        try:
            outcomes, events = await self._commit(replies)
        except StoreUnavailable as error:
            if isinstance(error, OutcomeUnknown):
                self._doubts.find_out(batch)
                batch = []
            # Who has waited for this commit has waited long enough, and the next would fare no better.
            batch, self._waiting = [*batch, *self._waiting], []
            outcomes, events = [Unavailable() for _ in batch], []
        except Exception as error:
            if len(batch) > 1:
                # One bad reply must not take the others down with it.
                for waiting in batch:
                    await self._settle([waiting])
                return
            log.exception("reply_not_stored", error=type(error).__name__)
            outcomes, events = [Unavailable()], []
        self._answer(batch, outcomes, events)

    def _answer(self, batch: list[Waiting], outcomes: Sequence[Outcome], events: Sequence[Event]) -> None:
        if events:
            self._tell(events)
            self._meters.lags.observe(time.perf_counter() - self._durable_at)
        for (_, settle), outcome in zip(batch, outcomes, strict=True):
            self._meters.replies[_outcome_name(outcome)] += 1
            settle(outcome)

    def _tell(self, events: Sequence[Event]) -> None:
        try:
            self._announce(events)
        except Exception:
            # The replies are durable and will be acknowledged; the live door finds them in the store.
            log.exception("replies_not_announced")

    async def _commit(self, replies: Sequence[NewReply]) -> tuple[list[Outcome], list[Event]]:
        try:
            return await self._commit_once(replies, self._store)
        except IntegrityError:
            # One of them is known already, which the index on (author, client_id) has found.
            return await self._commit_once(replies, self._look_and_store)

    async def _commit_once(
        self, replies: Sequence[NewReply], store: Callable[[Sequence[NewReply], Link], Stored]
    ) -> tuple[list[Outcome], list[Event]]:
        began = time.perf_counter()
        verdict, stored, woken = await self._database.transact(partial(store, replies))
        self._durable_at = time.perf_counter()
        self._meters.commits.observe(self._durable_at - began)
        return verdict.outcomes(stored), [*woken, *await told(verdict, stored)]

    # The transaction. On SQLite it runs in another thread: nothing of it may touch the event loop.

    def _store(self, replies: Sequence[NewReply], link: Link) -> Stored:
        """Nearly always all replies are new and accepted; only then it can be done without looking for known ones."""
        rooms = lock_rooms(link, {reply.discussion for reply in replies})
        verdict = Verdict(rooms, self._members(replies, link), {}, replies, self._files(replies, link))
        if verdict.refuses:
            return self._look_and_store(replies, link)
        return self._append(verdict, rooms, link)

    def _look_and_store(self, replies: Sequence[NewReply], link: Link) -> Stored:
        """A reply that is known already has its number, whatever her rights are by now."""
        rooms = lock_rooms(link, {reply.discussion for reply in replies})
        known = find_replies(link, {(reply.author.id, reply.client_id) for reply in replies})
        verdict = Verdict(rooms, self._members(replies, link), known, replies, self._files(replies, link))
        return self._append(verdict, rooms, link)

    def _members(self, replies: Sequence[NewReply], link: Link) -> dict[tuple[str, str], MemberState]:
        return active_members(link, {(reply.discussion, reply.author.id) for reply in replies})

    def _files(self, replies: Sequence[NewReply], link: Link) -> Files:
        if not any(reply.attachments for reply in replies):
            return NO_FILES
        most = self._file_limits.files
        wanted = {(file, reply.author.id) for reply in replies for file in reply.attachments[:most]}
        return Files(seen(link, wanted), self._file_limits)

    def _append(self, verdict: Verdict, rooms: dict[str, Room], link: Link) -> Stored:
        stored = append(link, rooms, verdict.lines, self._now())
        verdict.calls = call(link, stored)
        return verdict, stored, woken(link, rooms, stored, self._asleep_after)


def _resolve(posted: "asyncio.Future[Posted]", outcome: Outcome) -> None:
    if posted.done():
        return
    if isinstance(outcome, Posted):
        posted.set_result(outcome)
    else:
        posted.set_exception(outcome)


def _outcome_name(outcome: Outcome) -> str:
    if isinstance(outcome, Posted):
        return "repeated" if outcome.repeated else "stored"
    return outcome.code
