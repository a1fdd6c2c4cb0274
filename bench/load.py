"""The load: many raw WebSocket connections in one event loop, which check what they receive.

Every frame is looked at: the entries of a discussion have to come complete, in order and once. What a batch of
replies costs a server is one write to each socket, so most sockets receive the same bytes; bytes equal to those just
checked on another socket are not taken apart again. That keeps this side cheaper than the server it measures.
"""

import asyncio
import base64
import json
import os
import re
import struct
from collections.abc import Callable, Sequence
from typing import Any, cast

SEQ = re.compile(rb'"seq":(\d+)')
ENTRY = b'{"type":"entry"'
SHORT, MEDIUM = 126, 127
TEXT, PING, CLOSE = 0x81, 0x89, 0x88
PONG = b"\x8a"
NO_MASK = b"\0\0\0\0"
"""A mask of zeros is a mask; it only saves this side the work."""


class Faulty(Exception):
    """The server did what it promises not to do."""


def masked(frame: dict[str, Any]) -> bytes:
    """A client frame, ready to be written."""
    body = json.dumps(frame, separators=(",", ":")).encode()
    if len(body) < SHORT:
        return struct.pack("!BB", TEXT, 0x80 | len(body)) + NO_MASK + body
    return struct.pack("!BBH", TEXT, 0x80 | SHORT, len(body)) + NO_MASK + body


def handshake(path: str, token: str) -> bytes:
    """The request of a client that is no browser."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: parley.v1\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()


class Checked:
    """What was read last on some socket and found in order: these bytes hold the entries `first`..`last`."""

    __slots__ = ("data", "first", "last")

    def __init__(self) -> None:
        self.data = b""
        self.first = self.last = 0


class Client(asyncio.Protocol):
    """One connection; `on_seen(first, last)` hears of its discussion's entries, `on_frame` of all other frames."""

    def __init__(self, request: bytes, checked: Checked) -> None:
        self._request = request
        self.checked = checked
        self._left = b""
        self._shaken = False
        self.opened = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()
        self.seen = 0
        self.fault: Faulty | None = None
        self.discussion = b""
        self.on_seen: Callable[[int, int], None] | None = None
        self.on_frame: Callable[[bytes], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that it is over; who waits for the handshake need not wait any longer."""
        self.lost.set_result(None)
        if not self.opened.done():
            self.opened.set_exception(self.fault or Faulty("lost before the handshake"))

    def send(self, frames: Sequence[dict[str, Any]]) -> None:
        """Write frames, all at once."""
        self.transport.write(b"".join([masked(frame) for frame in frames]))

    def data_received(self, data: bytes) -> None:
        """Count and check what came."""
        if self._left:
            data = self._left + data
        if not self._shaken:
            head, end, data = data.partition(b"\r\n\r\n")
            self._left = b"" if end else head
            if end:
                self._shake(head)
            if not data:
                return
        checked = self.checked
        if data == checked.data and checked.first == self.seen + 1:
            self._left = b""
            self.seen = checked.last
            if self.on_seen:
                self.on_seen(checked.first, checked.last)
        else:
            self._take_apart(data)

    def _shake(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 101"):
            self._fail(head.decode())
            return
        self._shaken = True
        self.opened.set_result(None)

    def _take_apart(self, data: bytes) -> None:
        first, at, size, pure = self.seen + 1, 0, len(data), True
        while size - at >= 2:
            length, head = data[at + 1], 2
            if length == SHORT:
                length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif length == MEDIUM:
                length, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if size - at < head + length:
                break
            pure &= self._frame(data[at], data[at + head : at + head + length])
            at += head + length
        self._left = data[at:]
        if at == size and pure and self.seen >= first:
            self.checked.data, self.checked.first, self.checked.last = data, first, self.seen
        if self.seen >= first and self.on_seen:
            self.on_seen(first, self.seen)

    def _frame(self, opcode: int, frame: bytes) -> bool:
        """Look at one frame; whether it was an entry of the discussion that is counted."""
        if opcode == TEXT and frame.startswith(ENTRY):
            found = SEQ.search(frame)
            if found and self.discussion in frame:
                seq = int(found.group(1))
                if self.seen and seq != self.seen + 1:
                    self._fail(f"entry {seq} came after {self.seen}")
                self.seen = seq
                return True
        elif opcode == PING:
            self.transport.write(PONG + bytes([0x80 | len(frame)]) + NO_MASK + frame)
        elif opcode == CLOSE:
            self._fail(f"closed by the server: {int.from_bytes(frame[:2], 'big')} {frame[2:]!r}")
        if self.on_frame:
            self.on_frame(frame)
        return False

    def _fail(self, what: str) -> None:
        self.fault = self.fault or Faulty(what)
        self.transport.abort()
