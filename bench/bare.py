"""The yardstick: a bare uvloop server that writes each message to each socket of its room at once.

No HTTP framework, no JSON, no rights, no storage. A connection's room is the path it asks for; every frame it sends
goes unread, with the mask taken off, to everybody who is connected there. The write buffer's limit of zero makes
uvloop hand each message to the kernel when it is written instead of gathering it, which is what a broadcaster of this
kind does: one `send` per message and socket. `python -m bench.bare` prints its address and serves until it is killed.
"""

import asyncio
import base64
import hashlib
import struct
from typing import cast

import uvloop
from websockets.speedups import apply_mask

ACCEPT_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455 §1.3."""
SHORT, MEDIUM = 126, 127
"""Length bytes that announce a longer length (RFC 6455 §5.2)."""


class Bare(asyncio.Protocol):
    """One socket: a handshake without ceremony, then frames in and out."""

    def __init__(self, rooms: dict[bytes, set[asyncio.Transport]]) -> None:
        self._rooms = rooms
        self._left = b""
        self._room: set[asyncio.Transport] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Write at once from now on."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Out of the room."""
        if self._room is not None:
            self._room.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Shake hands, or hand on every complete frame."""
        data = self._left + data if self._left else data
        if self._room is None:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._left = head
                return
            self._shake_hands(head)
        self._left = data[self._broadcast(data) :]

    def _shake_hands(self, head: bytes) -> None:
        lines = head.split(b"\r\n")
        key = next(line.split(b": ")[1] for line in lines if line.lower().startswith(b"sec-websocket-key"))
        accept = base64.b64encode(hashlib.sha1(key + ACCEPT_KEY, usedforsecurity=False).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._room = self._rooms.setdefault(lines[0].split(b" ")[1], set())
        self._room.add(self._transport)

    def _broadcast(self, data: bytes) -> int:
        assert self._room is not None
        at = 0
        while len(data) - at >= 2:
            length, head = data[at + 1] & 0x7F, 2
            if length == SHORT:
                length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            if len(data) - at < head + 4 + length:
                break
            mask, body = data[at + head : at + head + 4], data[at + head + 4 : at + head + 4 + length]
            framed = _frame(apply_mask(body, mask))
            for transport in self._room:
                transport.write(framed)
            at += head + 4 + length
        return at


def _frame(body: bytes) -> bytes:
    if len(body) < SHORT:
        return struct.pack("!BB", 0x81, len(body)) + body
    return struct.pack("!BBH", 0x81, SHORT, len(body)) + body


async def serve() -> None:
    """Serve on a free port of the loopback until killed."""
    rooms: dict[bytes, set[asyncio.Transport]] = {}
    server = await asyncio.get_running_loop().create_server(lambda: Bare(rooms), "127.0.0.1", 0, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
