"""A peer that speaks to the live socket byte by byte, so that it can break every rule of the protocol."""

import asyncio
import base64
import json
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from tests.nodes import ServerProcess

TEXT, BINARY, CONTINUED, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA
MASK = b"\x00\x00\x00\x00"
"""A mask like any other; it leaves the payload readable."""

HELLO: dict[str, Any] = {"type": "hello"}


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True, wide: int = 0
) -> bytes:
    """The bytes of one frame. `wide` 2 or 8 writes the length in more bytes than it needs."""
    first, size, mask = (fin << 7) | (rsv << 4) | opcode, len(payload), (0x80 if masked else 0)
    if wide == 8 or size > 0xFFFF:
        head = struct.pack("!BBQ", first, mask | 127, size)
    elif wide == 2 or size > 125:
        head = struct.pack("!BBH", first, mask | 126, size)
    else:
        head = struct.pack("!BB", first, mask | size)
    return head + (MASK if masked else b"") + payload


def command(**fields: Any) -> bytes:
    """A text frame with a command."""
    return frame(TEXT, json.dumps(fields).encode())


class RawPeer:
    """One TCP connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.vanish()

    @classmethod
    async def reach(cls, node: ServerProcess, *, receive_buffer: int | None = None) -> "RawPeer":
        """Connect; nothing is said yet. A small `receive_buffer` (bytes) lets the server notice who does not read."""
        raw = socket.socket()
        if receive_buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        return await cls.over(raw, ("127.0.0.1", node.port))

    @classmethod
    async def over(cls, raw: socket.socket, address: tuple[str, int]) -> "RawPeer":
        """Connect by a socket of one's own."""
        raw.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(raw, address)
            # A small limit, so that a peer that does not read does not take it in on the quiet either.
            return cls(*await asyncio.open_connection(sock=raw, limit=4096))
        except BaseException:
            raw.close()
            raise

    @classmethod
    async def connected(
        cls, node: ServerProcess, token: str | None, *, receive_buffer: int | None = None
    ) -> "RawPeer":
        """Connect and open the live socket."""
        peer = await cls.reach(node, receive_buffer=receive_buffer)
        await peer.open(token)
        return peer

    @classmethod
    async def welcomed(
        cls, node: ServerProcess, token: str, *, receive_buffer: int | None = None
    ) -> "RawPeer":
        """Connect, say hello and read the welcome."""
        peer = await cls.connected(node, token, receive_buffer=receive_buffer)
        await peer.greet()
        return peer

    async def open(self, token: str | None) -> None:
        """Open the live socket."""
        with self._vanishing_on_failure():
            self.send(upgrade(token))
            head = await self.reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101 "), head

    async def greet(self) -> None:
        """Say hello and read the welcome."""
        with self._vanishing_on_failure():
            self.send(command(**HELLO))
            opcode, payload = await self.next_frame()
            assert opcode == TEXT, (opcode, payload)
            assert json.loads(payload)["type"] == "welcome", payload

    def send(self, *data: bytes) -> None:
        """Write bytes without waiting."""
        self.writer.write(b"".join(data))

    async def flood(self, chunks: Iterable[bytes]) -> bool:
        """Write as fast as it is taken; whether the connection still stands afterwards."""
        try:
            for chunk in chunks:
                self.writer.write(chunk)
                await self.writer.drain()
        except ConnectionError:
            return False
        return not self.writer.is_closing()

    async def next_frame(self) -> tuple[int, bytes]:
        """The next frame of the server: opcode and payload. Raises `EOFError` or `OSError` when there is none."""
        first, size = await self.reader.readexactly(2)
        if size == 126:
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(size)

    async def told(self, kind: str, timeout: float = 10) -> dict[str, Any]:
        """The next text frame of this type."""
        async with asyncio.timeout(timeout):
            while True:
                opcode, payload = await self.next_frame()
                assert opcode != CLOSE, f"closed with {payload!r} while waiting for {kind}"
                if opcode == TEXT and (found := json.loads(payload))["type"] == kind:
                    told: dict[str, Any] = found
                    return told

    async def close_code(self, timeout: float = 10) -> int | None:
        """The code with which the server closes; None if the connection ends without one."""
        async with asyncio.timeout(timeout):
            try:
                while True:
                    opcode, payload = await self.next_frame()
                    if opcode == CLOSE:
                        return struct.unpack("!H", payload[:2])[0] if payload else 1005
            except (EOFError, ConnectionError):
                return None

    async def ended(self, timeout: float = 10) -> bytes:
        """Everything that still comes until the server ends the connection."""
        got = b""
        async with asyncio.timeout(timeout):
            try:
                while data := await self.reader.read(65536):
                    got += data
            except ConnectionError:
                pass
        return got

    def vanish(self) -> None:
        """End without a word: a reset, whatever is still on its way in either direction."""
        raw = self.writer.get_extra_info("socket")
        if raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    @contextmanager
    def _vanishing_on_failure(self) -> Iterator[None]:
        """Leave no connection behind when the block fails or is cancelled."""
        try:
            yield
        except BaseException:
            self.vanish()
            raise


def upgrade(token: str | None, **headers: str) -> bytes:
    """The request that opens the live socket."""
    fields = {
        "Host": "127.0.0.1",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "parley.v1",
    } | ({"Authorization": f"Bearer {token}"} if token else {})
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in (fields | headers).items()]
    return "\r\n".join(["GET /live HTTP/1.1", *lines, "", ""]).encode()
