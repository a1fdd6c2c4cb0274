"""A participant who goes on whatever happens: reconnects, resumes, posts again what she insists on.

She does what a good client does, and keeps a journal of all of it.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.site import Identity
from realtime.protocol import SUBPROTOCOL
from tests.faults.journal import Attempt, ConnectionJournal, Frame, Heard, Journal, Sent
from tests.waiting import wait_for

AWAY = (OSError, WebSocketException, TimeoutError)
RECONNECTS_AFTER = (0.05, 0.3)
"""Seconds, drawn anew each time."""
PINGS_EVERY = 0.1
"""Seconds between two tries to get an answer to a ping."""
LOOKS_EVERY = 0.1
"""Seconds between two looks for what is to be posted again."""
READ = "read-"
"""How the ids of read marks begin."""
PASSING = ("unavailable", "not_found")
"""Why a read mark may be refused."""
PATIENCE = 8.0
"""Seconds without an answer after which a reply is posted again on the same connection."""


class Chatter:
    """One person with one connection at a time, to whichever of `urls()` her dice choose.

    `rooms` are the discussions that she resumes, whether or not she is in them at the moment. What she does by
    herself is drawn from `dice` alone.
    """

    def __init__(
        self, who: Identity, token: str, rooms: Sequence[str], urls: Callable[[], Sequence[str]], dice: Random
    ) -> None:
        self.journal = Journal(who)
        self.dice = dice
        self.faults: list[str] = []
        self._token = token
        self._urls = urls
        self._seen = dict.fromkeys(rooms, 0)
        self._numbers = itertools.count(1)
        self._pings = itertools.count(1)
        self._ponged = 0
        self._answers: dict[str, Attempt] = {}
        self._retry_at: dict[str, float] = {}
        self._socket: ClientConnection | None = None
        self._lives = [asyncio.create_task(self._live()), asyncio.create_task(self._insist())]

    @property
    def who(self) -> Identity:
        """Whose journal it is."""
        return self.journal.who

    @property
    def is_live(self) -> bool:
        """Whether she has been welcomed on a connection that is still there."""
        for life in self._lives:
            if life.done():
                life.result()
        return self._socket is not None

    def is_on(self, url: str) -> bool:
        """Whether her live connection leads there."""
        return self.is_live and self.journal.connections[-1].url == url

    @property
    def is_settled(self) -> bool:
        """Whether everything that she insists on has been acknowledged or refused for good."""
        return not self.waiting

    @property
    def waiting(self) -> list[Sent]:
        """What she insists on and has no final answer to."""
        return [sent for sent in self.journal.sent.values() if sent.insists and not sent.is_final]

    def seen(self, discussion: str) -> int:
        """The last number that she has of a discussion."""
        return self._seen[discussion]

    def entries(self, discussion: str) -> list[Frame]:
        """Every entry of a discussion that came, on all connections, in the order in which they came."""
        return [
            heard.frame
            for connection in self.journal.connections
            for heard in connection.heard
            if heard.frame["type"] == "entry" and heard.frame["discussion"] == discussion
        ]

    async def say(self, discussion: str, body: str, *, insists: bool = True) -> Sent:
        """Post a reply: again and again until it is acknowledged, or (`insists=False`) once, come what may."""
        client_id = f"{self.who.login}-{next(self._numbers)}"
        sent = self.journal.sent[client_id] = Sent(client_id, discussion, body, insists)
        if self._socket is not None:
            await self._post(self._socket, sent)
        return sent

    async def read(self, discussion: str) -> None:
        """Mark as read what she has seen; whether that succeeds does not matter to her."""
        if self._socket is not None and self.seen(discussion):
            frame = {"type": "read", "id": f"{READ}{next(self._numbers)}"}
            with contextlib.suppress(*AWAY):
                await self._socket.send(
                    json.dumps({**frame, "discussion": discussion, "seq": self.seen(discussion)})
                )

    async def settled(self, timeout: float = 30) -> None:
        """Wait until all that she insists on is acknowledged, or refused for good."""
        await wait_for(lambda: self.is_settled, f"what {self.who.login} insists on has an answer", timeout)

    async def answered(self) -> None:
        """Come back when the server answers a ping from now, on whatever connection."""
        number = next(self._pings)
        while not (self.is_live and self._ponged >= number):
            if self._socket is not None:
                with contextlib.suppress(*AWAY):
                    await self._socket.send(json.dumps({"type": "ping", "n": number}))
            await asyncio.sleep(PINGS_EVERY)

    def find_out(self) -> None:
        """Ask again what became of the replies that have had no answer."""
        for sent in self.journal.replies("unknown"):
            sent.was_unknown = sent.insists = True

    async def leave(self) -> None:
        """Close the connection and stop."""
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        self._socket = None

    async def _live(self) -> None:
        while True:
            url = self.dice.choice(self._urls() or ["ws://127.0.0.1:9/nobody"])
            journal = ConnectionJournal(len(self.journal.connections), url, dict(self._seen))
            self.journal.connections.append(journal)
            try:
                await self._connected(journal)
            except AWAY as error:
                journal.ended_by = repr(error)
            finally:
                self._socket = None
                journal.ended_at = time.monotonic()
            await asyncio.sleep(self.dice.uniform(*RECONNECTS_AFTER))

    async def _connected(self, journal: ConnectionJournal) -> None:
        options: dict[str, Any] = {"compression": None, "open_timeout": 5, "close_timeout": 1}
        headers = {"Authorization": f"Bearer {self._token}"}
        async with connect(
            journal.url,
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            additional_headers=headers,
            max_size=None,
            max_queue=None,
            **options,
        ) as socket:
            await _hello(socket, journal)
            try:
                async for message in socket:
                    heard = Heard(time.monotonic(), json.loads(message))
                    journal.heard.append(heard)
                    await self._hear(socket, journal, heard)
            finally:
                journal.code = socket.close_code

    async def _hear(self, socket: ClientConnection, journal: ConnectionJournal, heard: Heard) -> None:
        frame = heard.frame
        match frame["type"]:
            case "welcome":
                journal.welcomed_at = heard.at
                self._socket = socket
            case "pong":
                self._ponged = frame["n"]
            case "entry":
                self._seen[frame["discussion"]] = frame["seq"]
            case "added":
                self._seen[frame["discussion"]] = frame["head"]
            case "resumed" if frame["how"] == "reset":
                self._seen[frame["discussion"]] = frame["head"]
            case "ack" | "error" if frame.get("id") in self._answers:
                self._note_answer(frame, heard.at)
            case "error" if journal.welcomed_at is None and "retry_after" in frame:
                # The store did not answer the hello; it may be said again.
                await asyncio.sleep(min(1.0, frame["retry_after"]))
                await _hello(socket, journal)
            case "error" if str(frame.get("id")).startswith(READ) and frame["code"] in PASSING:
                pass
            case "ack" | "error":
                self.faults.append(f"{self.who.login} was told unasked: {frame}")

    def _note_answer(self, frame: Frame, at: float) -> None:
        attempt = self._answers.pop(frame["id"])
        attempt.answer, attempt.answered_at = frame, at
        if frame["type"] == "error":
            client_id = frame["id"].partition("/")[0]
            self._retry_at[client_id] = at + min(1.0, frame.get("retry_after", 0))

    async def _insist(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            for sent in list(self.journal.sent.values()):
                if self._socket is not None and sent.insists and self._is_due(sent):
                    await self._post(self._socket, sent)

    def _is_due(self, sent: Sent) -> bool:
        if sent.is_final:
            return False
        if not sent.attempts:
            return True
        last, now = sent.attempts[-1], time.monotonic()
        if last.answer is None:
            on_this = last.connection == len(self.journal.connections) - 1
            return not on_this or now - last.sent_at > PATIENCE
        return now >= self._retry_at[sent.client_id]

    async def _post(self, socket: ClientConnection, sent: Sent) -> None:
        frame_id = f"{sent.client_id}/{len(sent.attempts)}"
        attempt = self._answers[frame_id] = Attempt(len(self.journal.connections) - 1)
        sent.attempts.append(attempt)
        frame = {"type": "post", "id": frame_id, "client_id": sent.client_id, "body": sent.body}
        with contextlib.suppress(*AWAY):
            await socket.send(json.dumps({**frame, "discussion": sent.discussion}))


async def _hello(socket: ClientConnection, journal: ConnectionJournal) -> None:
    await socket.send(json.dumps({"type": "hello", "resume": journal.resume}))
