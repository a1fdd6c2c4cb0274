"""A client of the live socket that remembers everything it was told."""

import asyncio
import itertools
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from realtime.protocol import SUBPROTOCOL
from tests.waiting import PATIENCE, wait_for

Frame = dict[str, Any]


class LiveClient:
    """One connection. `frames` is all that came, in order; `closed` the close code once there is one."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.closed: int | None = None
        self._taken = 0
        self._ids = itertools.count(1)
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url: str, token: str | None, **options: Any) -> "LiveClient":
        """Open a socket with a token; nothing is said yet."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        socket = await connect(
            url,
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            additional_headers=headers | options.pop("headers", {}),
            compression=None,
            max_size=None,
            **options,
        )
        return cls(socket)

    @classmethod
    async def welcomed(cls, url: str, token: str, resume: dict[str, int] | None = None) -> "LiveClient":
        """Open a socket, say hello, and wait for the welcome."""
        client = await cls.connect(url, token)
        await client.send(type="hello", **({"resume": resume} if resume is not None else {}))
        await client.expect("welcome")
        return client

    async def send(self, **frame: Any) -> None:
        """Send one frame."""
        await self.socket.send(json.dumps(frame))

    async def ask(self, **frame: Any) -> Frame:
        """Send a frame with an id of its own and give back the answer to it."""
        frame_id = f"ask-{next(self._ids)}"
        await self.send(id=frame_id, **frame)
        found: Frame = await wait_for(
            lambda: next((told for told in self.frames if told.get("id") == frame_id), None),
            f"an answer to {frame}",
        )
        return found

    async def post(self, discussion: str, body: str, client_id: str | None = None, **fields: Any) -> Frame:
        """Post a reply and give back the ack or the error."""
        client_id = client_id or f"{id(self)}-{next(self._ids)}"
        return await self.ask(type="post", discussion=discussion, client_id=client_id, body=body, **fields)

    async def expect(self, kind: str, /, timeout: float = PATIENCE, **fields: Any) -> Frame:
        """The next frame of this type with these fields that was not expected before."""

        def matching() -> Frame | None:
            for place in range(self._taken, len(self.frames)):
                frame = self.frames[place]
                if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                    self._taken = place + 1
                    return frame
            if self.closed is not None:
                raise AssertionError(
                    f"closed with {self.closed} while waiting for {kind}: {self.frames[-5:]}"
                )
            return None

        found: Frame = await wait_for(
            matching, lambda: f"a frame {kind} {fields} among {self.frames[self._taken :][-20:]}", timeout
        )
        return found

    async def expect_close(self, code: int, timeout: float = PATIENCE) -> None:
        """Wait for the end and check its code."""
        await wait_for(lambda: self.closed is not None, f"a close with {code}", timeout)
        assert self.closed == code

    def entries(self, discussion: str) -> list[Frame]:
        """Every `entry` of a discussion so far."""
        return [f for f in self.frames if f["type"] == "entry" and f["discussion"] == discussion]

    def seqs(self, discussion: str) -> list[int]:
        """The numbers of the entries of a discussion so far."""
        return [frame["seq"] for frame in self.entries(discussion)]

    async def quiet(self) -> None:
        """Come back when everything that was on its way has arrived: a ping and its pong."""
        number = next(self._ids)
        await self.send(type="ping", n=number)
        await self.expect("pong", n=number)

    async def close(self) -> None:
        """Leave."""
        await self.socket.close()
        await self._reading

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                self.frames.append(json.loads(message))
        except ConnectionClosed:
            pass
        self.closed = self.socket.close_code
