"""A participant who goes on whatever happens: reconnects, resumes, posts again what was not acknowledged.

She keeps a journal of what she posted and of every entry that she got; `check` compares it with the store.
"""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.following import lines
from realtime.protocol import SUBPROTOCOL
from store.database import Database
from tests.waiting import wait_for

RETRY = 0.1
AWAY = (OSError, WebSocketException, TimeoutError)


class Chatter:
    """One person with one connection at a time, to whichever of `urls()` answers."""

    def __init__(
        self, name: str, token: str, discussion: str, urls: Callable[[], Sequence[str]], seen: int
    ) -> None:
        self.name = name
        self.discussion = discussion
        self.entries: list[dict[str, Any]] = []
        self.acked: dict[str, int] = {}
        self.faults: list[str] = []
        self.welcomes = 0
        self._token = token
        self._urls = urls
        self._seen = self._first_seen = seen
        self._waiting: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._socket: ClientConnection | None = None
        self._life = asyncio.create_task(self._live())

    async def say(self, body: str) -> None:
        """Post a reply; it is sent again until it is acknowledged."""
        client_id = f"{self.name}-{next(self._numbers)}"
        self._waiting[client_id] = body
        if self._socket is not None:
            with contextlib.suppress(*AWAY):
                await self._post(self._socket, client_id)

    async def settled(self, head: int, timeout: float = 30) -> None:
        """Wait until everything is acknowledged and everything up to `head` has come."""
        await wait_for(lambda: not self._waiting, f"all replies of {self.name} are acknowledged", timeout)
        await wait_for(lambda: self._seen >= head, f"{self.name} has everything up to {head}", timeout)

    async def leave(self) -> None:
        """Stop."""
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)

    async def check(self, database: Database, first: int = 1) -> None:
        """Compare the journal with the store: every line from `first` on, once, in order; every ack true."""
        stored = await lines(database, self.discussion, self._first_seen, 2**31 - 1, 100_000)
        assert not self.faults, self.faults
        assert [line.seq for line in stored] == list(
            range(self._first_seen + 1, self._first_seen + 1 + len(stored))
        )
        assert [(e["seq"], e["body"]) for e in self.entries] == [(line.seq, line.body) for line in stored]
        by_client_id = {line.client_id: line for line in stored if line.client_id}
        assert len(by_client_id) == len([line for line in stored if line.client_id])
        for client_id, seq in self.acked.items():
            assert by_client_id[client_id].seq == seq

    async def _live(self) -> None:
        while True:
            url = random.choice(self._urls())  # noqa: S311 - not a secret
            with contextlib.suppress(*AWAY):
                await self._connected(url)
            self._socket = None
            await asyncio.sleep(RETRY)

    async def _connected(self, url: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        options: dict[str, Any] = {"additional_headers": headers, "compression": None, "open_timeout": 5}
        async with connect(url, subprotocols=[SUBPROTOCOL], close_timeout=1, **options) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps({"type": "hello", "resume": {self.discussion: self._seen}}))
            async for message in socket:
                await self._hear(socket, json.loads(message))

    async def _hear(self, socket: ClientConnection, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "resumed":
                self.welcomes += 1
                if frame["how"] != "complete":
                    self.faults.append(f"resumed {frame['how']}")
                self._socket = socket
                for client_id in list(self._waiting):
                    await self._post(socket, client_id)
            case "entry":
                if frame["seq"] != self._seen + 1:
                    self.faults.append(f"{frame['seq']} after {self._seen}")
                self._seen = frame["seq"]
                self.entries.append(frame)
            case "ack":
                if self._waiting.pop(frame["client_id"], None) is None and not frame["repeated"]:
                    self.faults.append(f"stored twice: {frame}")
                self.acked[frame["client_id"]] = frame["seq"]
            case "error" if "retry_after" in frame:
                client_id = frame["id"]
                asyncio.get_running_loop().call_later(
                    min(1.0, frame["retry_after"]), lambda: asyncio.ensure_future(self._again(client_id))
                )
            case "error":
                self.faults.append(f"refused: {frame}")
            case _:
                pass

    async def _again(self, client_id: str) -> None:
        if client_id in self._waiting and self._socket is not None:
            with contextlib.suppress(*AWAY):
                await self._post(self._socket, client_id)

    async def _post(self, socket: ClientConnection, client_id: str) -> None:
        frame = {"type": "post", "id": client_id, "discussion": self.discussion, "client_id": client_id}
        await socket.send(json.dumps({**frame, "body": self._waiting[client_id]}))
