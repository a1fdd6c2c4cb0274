"""Very many live clients in one test: raw sockets that resume, note what they get, and come back as browsers do."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

from tests.faults.raw_peer import upgrade

FIRST, LONGEST = 1.0, 20.0
"""Seconds: the windows of `web/static/js/backoff.js` for pages that are on screen."""
WELCOME_WITHIN = 15.0
"""Seconds after which a browser gives an attempt up."""


@dataclass(eq=False)
class Member:
    """One client of one person. It holds on to its discussion until it leaves.

    `seen` is the last number it has; `faults` what came in another order. `resumed` is when its stream was complete
    the last time (of the loop's clock), None while it is not.
    """

    port: int
    token: str
    discussion: str
    dice: Random
    seen: int = 1
    attempts: int = 0
    resumed: float | None = None
    faults: list[str] = field(default_factory=list)
    _failed: int = 0
    _wire: "_Wire | None" = None
    _life: "asyncio.Task[None] | None" = None

    def come(self) -> None:
        """Begin, and come back whenever the connection is lost."""
        self._life = asyncio.create_task(self._live())

    def cut(self) -> None:
        """The connection is reset."""
        if self._wire is not None:
            self._wire.transport.abort()

    async def leave(self) -> None:
        """Stop."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)

    def hear(self, frame: dict[str, Any]) -> None:
        """Take in a frame of the server."""
        match frame["type"]:
            case "entry" if frame["discussion"] == self.discussion:
                if frame["seq"] != self.seen + 1:
                    self.faults.append(f"{frame['seq']} after {self.seen}")
                self.seen = frame["seq"]
            case "resumed":
                if frame["how"] != "complete":
                    self.faults.append(f"resumed {frame['how']}")
                self._failed = 0
                self.resumed = asyncio.get_running_loop().time()
            case "error":
                self.faults.append(f"refused: {frame}")

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self.attempts += 1
            try:
                _, wire = await loop.create_connection(lambda: _Wire(self), "127.0.0.1", self.port)
            except OSError:
                wire = None
            if wire is not None:
                self._wire = wire
                late = loop.call_later(WELCOME_WITHIN, self._give_up, wire)
                try:
                    await wire.lost
                finally:
                    late.cancel()
                    wire.transport.abort()
            self.resumed = None
            # Full jitter: any moment of a window that doubles.
            await asyncio.sleep(self.dice.random() * min(LONGEST, FIRST * 2**self._failed))
            self._failed += 1

    def _give_up(self, wire: "_Wire") -> None:
        if self.resumed is None:
            wire.transport.abort()


class _Wire(asyncio.Protocol):
    """One connection: the handshake, `hello`, and the frames that come."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._data = bytearray()
        self._open = False
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(upgrade(self._member.token))

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._open:
            head, end, rest = self._data.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.transport.abort()
                return
            self._open, self._data = True, bytearray(rest)
            hello = {"type": "hello", "resume": {self._member.discussion: self._member.seen}}
            self._send(Opcode.TEXT, json.dumps(hello).encode())
        for opcode, payload in self._frames():
            if opcode == Opcode.TEXT:
                self._member.hear(json.loads(payload))
            elif opcode == Opcode.PING:
                self._send(Opcode.PONG, payload)
            elif opcode == Opcode.CLOSE:
                self._send(Opcode.CLOSE, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    def _send(self, opcode: Opcode, payload: bytes) -> None:
        self.transport.write(WireFrame(opcode, payload).serialize(mask=True))

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        """The whole frames so far; a server's are neither masked nor, here, in parts."""
        data, at = self._data, 0
        while len(data) >= at + 2:
            length, start = data[at + 1], at + 2
            if length >= 126:
                start += 2 if length == 126 else 8
                length = int.from_bytes(data[at + 2 : start], "big")
            if len(data) < max(start, start + length):
                break
            yield data[at] & 0x0F, bytes(data[start : start + length])
            at = start + length
        del data[:at]
