"""The WebSocket protocol, reading from each peer no faster than is good for the others.

Whatever one peer sends, commands or control frames or fragments, the event loop gets its turn again after a few
milliseconds; and who makes it work for more than a small part of its time is not read from for a while, which TCP
tells her. Time is what is counted, because it is what she takes from the others, and it holds for frames of any kind.
"""

import asyncio
import select
import time
from typing import Any

from websockets.frames import Frame

from realtime.uvicorn_protocol import ParleyWebSocketProtocol

PIECE = 4096
"""Bytes that are parsed at a time; the smallest frames, some 700 of them, take about 10 ms."""
TURN = 0.005
"""Seconds of parsing after which it is the others' turn."""
SHARE = 0.01
"""Part of the event loop's time that one connection's frames may take in the long run. The commands that
`realtime.socket` lets pass, 30 a second, take a tenth of it."""
AT_ONCE = 0.1
"""Seconds of parsing that may be taken at once: some thousands of frames."""
LONGEST_REST = 5.0
"""Seconds; a third of what a pong may take, so that a peer in a hurry is not taken for dead."""
MOST_FRAGMENTS = 256
"""Fragments of a message that are kept apart: small ones take many times the memory of what they hold."""


class PacedWebSocketProtocol(ParleyWebSocketProtocol):
    """One WebSocket connection. `is_paced=False` reads as fast as it can (benchmarks)."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.is_paced = True
        self._unread = b""
        self._owes = 0.0
        self._owed_at = 0.0
        self._rest_timer: asyncio.TimerHandle | None = None
        self._lets_wait = False

    # What the realtime floor calls

    def pause_reading(self) -> None:
        """Let the client wait: more was sent than can be worked off."""
        self.read_paused = True
        self._let_wait()

    def resume_reading(self) -> None:
        """Take frames again."""
        if self.read_paused:
            self.read_paused = False
            if self._rest_timer is None:
                self._read_on()

    # What uvicorn and the transport call

    def data_received(self, data: bytes) -> None:
        """Parse what came, as far as it is this peer's turn."""
        if not self.is_paced:
            super().data_received(data)
            return
        self._unread = self._unread + data if self._unread else data
        if self._rest_timer is None:
            self._read_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was not read."""
        self._unread = b""
        if self._rest_timer is not None:
            self._rest_timer.cancel()
        super().connection_lost(exc)

    def handle_cont(self, event: Frame) -> None:
        """Take in one fragment."""
        if len(self.frames) >= MOST_FRAGMENTS:
            self.frames = [b"".join(self.frames)]
        super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer pings, as far as the answers are read."""
        if pongs := b"".join(self.conn.data_to_send()):
            self.write(pongs)

    def _read_on(self) -> None:
        began = now = time.thread_time()
        while self._unread and not self.read_paused and now - began < TURN:
            piece, self._unread = self._unread[:PIECE], self._unread[PIECE:]
            super().data_received(piece)
            now = time.thread_time()
        over = self._owed_after(now - began) - AT_ONCE
        if over > 0 or (self._unread and not self.read_paused):
            self._rest_timer = self.loop.call_later(max(0.0, over / SHARE), self._rested)
            self._let_wait()
        elif self._lets_wait and not self.read_paused and not self.transport.is_closing():
            self._lets_wait = False
            self.transport.resume_reading()

    def _owed_after(self, took: float) -> float:
        """Seconds that this peer took and that her share has not made good yet."""
        now = self.loop.time()
        owes = max(0.0, self._owes - (now - self._owed_at) * SHARE) + took
        self._owes, self._owed_at = min(owes, AT_ONCE + LONGEST_REST * SHARE), now
        return self._owes

    def _rested(self) -> None:
        self._rest_timer = None
        if self._has_gone():
            # Nobody is there any more for whom the rest of it would be worth reading.
            self.transport.abort()
        else:
            self._read_on()

    def _has_gone(self) -> bool:
        """Whether the connection is cut, which the transport does not notice while it does not read."""
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket").fileno(), 0)
        return bool(poll.poll(0))

    def _let_wait(self) -> None:
        if not self._lets_wait and not self.transport.is_closing():
            self._lets_wait = True
            self.transport.pause_reading()
