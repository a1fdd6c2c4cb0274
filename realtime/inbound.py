"""What a client sends: one use case per command, in the order in which the commands came.

Frames are only taken in where they arrive; nothing is awaited there. Replies go straight to the reply log, which
keeps their order; everything else waits its turn in a queue that is worked off beside.
"""

import asyncio
import time
from collections import deque
from functools import partial

import structlog

from app import discussions, presence
from app.errors import NotFound, ParleyError, RateLimited, Unavailable
from app.pace import Pace
from app.replies import ReplyLog
from app.site import Site
from app.verdicts import NewReply, Outcome, Posted
from realtime import protocol
from realtime.commands import Command, Hello, Open, Ping, Post, Read, Shut, Typing, Unread, Watch
from realtime.connection import Connection
from realtime.frames import Ack, Done, Error, Pong
from realtime.hub import Hub
from realtime.protocol import BadFrame, Close, NotText
from store.database import StoreUnavailable

log = structlog.get_logger(__name__)

HELLO_WITHIN = 10.0
"""Seconds in which the first frame has to come."""
BAD_FRAMES = 10
"""Bad frames in `BAD_FRAMES_WITHIN` seconds after which the connection ends."""
BAD_FRAMES_WITHIN = 60.0
MOST_QUEUED = 64
"""Commands that may wait; beyond it the client is not read from until half of them are done."""

Queued = Hello | Read | Unread | Open | Shut | Typing | Watch


class Inbound:
    """The receiving side of one connection."""

    __slots__ = (
        "_bad",
        "_connection",
        "_hello_refused",
        "_hello_timer",
        "_hub",
        "_pace",
        "_queue",
        "_replies",
        "_said_hello",
        "_site",
        "_working",
    )

    def __init__(self, connection: Connection, hub: Hub, site: Site, replies: ReplyLog, pace: Pace) -> None:
        self._connection = connection
        self._hub = hub
        self._site = site
        self._replies = replies
        self._pace = pace
        self._queue: list[Queued | Post] = []
        self._bad: deque[float] | None = None
        self._said_hello = False
        self._hello_refused = False
        self._working = False
        self._wait_for_hello(Close.NOT_SIGNED_IN)

    def _wait_for_hello(self, otherwise: int) -> None:
        self._hello_timer = asyncio.get_running_loop().call_later(
            HELLO_WITHIN, self._connection.shut, otherwise, "no hello"
        )

    def close(self) -> None:
        """The connection is lost."""
        self._hello_timer.cancel()
        self._queue.clear()

    def frame(self, data: bytes) -> None:
        """Take in one client frame. Never waits and never raises."""
        try:
            command = protocol.decode(data)
            self._pace.spend(self._connection.id)
        except NotText:
            self._connection.shut(Close.MALFORMED, "not UTF-8 text")
        except BadFrame as error:
            self._refuse_bad(error)
        except RateLimited as error:
            self._refuse(error, getattr(command, "id", None))
        else:
            self._take(command)

    def _take(self, command: Command) -> None:
        if self._said_hello and isinstance(command, Hello):
            self._refuse_bad(BadFrame("hello was said already"))
        elif not self._said_hello and not self._hello_refused and not isinstance(command, Hello):
            self._connection.shut(Close.MALFORMED, "the first frame must be hello")
        elif isinstance(command, Ping):
            self._connection.send(Pong(command.n))
        elif isinstance(command, Post) and self._connection.welcomed and not self._has_posts_queued:
            self._post(command)
        else:
            self._enqueue(command)

    @property
    def _has_posts_queued(self) -> bool:
        """Replies wait for nothing but a welcome, and for replies that came before them."""
        return bool(self._queue) and any(isinstance(command, Post) for command in self._queue)

    def _enqueue(self, command: Queued | Post) -> None:
        if isinstance(command, Hello):
            self._said_hello = True
            self._hello_timer.cancel()
        self._queue.append(command)
        if len(self._queue) >= MOST_QUEUED:
            self._connection.outlet.pause_reading()
        if not self._working:
            self._working = True
            self._hub.spawn(self._work())

    async def _work(self) -> None:
        try:
            while self._queue and self._connection.is_open:
                command = self._queue.pop(0)
                if len(self._queue) <= MOST_QUEUED // 2:
                    self._connection.outlet.resume_reading()
                if not self._connection.welcomed and not isinstance(command, Hello):
                    # Sent after a hello that the store did not answer: not yet.
                    self._refuse(Unavailable(), command.id)
                elif isinstance(command, Post):
                    self._post(command)
                else:
                    await self._do(command)
        finally:
            self._working = False

    async def _do(self, command: Queued) -> None:
        frame_id = None if isinstance(command, Hello) else command.id
        try:
            await self._run(command)
        except ParleyError as error:
            self._refuse(error, frame_id)
        except StoreUnavailable:
            self._refuse(Unavailable(), frame_id)
        except Exception:
            log.exception("command_failed", command=type(command).__name__)
            self._refuse(Unavailable(), frame_id)
        else:
            if frame_id is not None:
                self._connection.send(Done(frame_id))
        if not self._connection.welcomed and self._connection.is_open:
            # She may say hello again; if she does not, she is not taken for signed out.
            self._said_hello, self._hello_refused = False, True
            self._wait_for_hello(Close.TOO_SLOW)

    async def _run(self, command: Queued) -> None:
        connection, who = self._connection, self._connection.identity
        match command:
            case Hello():
                await self._hub.joining.welcome(connection, command.resume or {})
            case Read():
                await discussions.mark_read(self._site, who, command.discussion, command.seq)
            case Unread():
                await discussions.mark_unread(self._site, who, command.discussion, command.seq)
            case Open():
                if not await self._hub.joining.follow(connection, command.discussion):
                    raise NotFound
                self._hub.presences.open(connection, command.discussion)
            case Shut():
                self._hub.presences.shut(connection, command.discussion)
            case Typing():
                if command.discussion not in connection.rooms:
                    raise NotFound
                self._hub.presences.typed(connection, command.discussion, on=command.on)
            case Watch():
                meets = await presence.met(self._site, who, command.people)
                self._hub.watching.watch(connection, command.people, meets)

    def _post(self, post: Post) -> None:
        reply = NewReply(
            self._connection.person,
            post.discussion,
            post.client_id,
            post.body,
            post.reply_to,
            tuple(post.attachments or ()),
        )
        try:
            self._replies.submit(reply, partial(self._settled, post.id))
        except ParleyError as error:
            self._refuse(error, post.id)

    def _settled(self, frame_id: str, outcome: Outcome) -> None:
        if isinstance(outcome, Posted):
            self._connection.answer(
                Ack(
                    frame_id, outcome.discussion, outcome.client_id, outcome.seq, outcome.at, outcome.repeated
                )
            )
        else:
            self._refuse(outcome, frame_id)

    def _refuse(self, error: ParleyError, frame_id: str | None) -> None:
        retry_after = getattr(error, "retry_after", None)
        self._connection.send(Error(error.code, error.detail, frame_id, retry_after))

    def _refuse_bad(self, error: BadFrame) -> None:
        if not self._said_hello:
            self._connection.shut(Close.MALFORMED, "the first frame must be hello")
            return
        now = time.monotonic()
        if self._bad is None:
            self._bad = deque(maxlen=BAD_FRAMES)
        if len(self._bad) == BAD_FRAMES and now - self._bad[0] < BAD_FRAMES_WITHIN:
            self._connection.shut(Close.MALFORMED, "too many bad frames")
            return
        self._bad.append(now)
        self._connection.send(Error("bad_frame", error.detail, error.frame_id))
