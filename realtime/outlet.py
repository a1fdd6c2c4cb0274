"""What a live connection writes, and when it ends: the lower half of its transport.

* Frames that are already encoded are written to the transport as they are, without an `await` per recipient.
* Who reads too slowly is closed with 4408; and no close waits for ever on somebody who stopped reading:
  `transport.close()` would, so every close is followed by `abort()`.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode

from realtime.protocol import Close

MOST_BUFFERED = 768 * 1024
"""Bytes that may wait for one reader; beyond it she is closed and resumes later."""
SLOW_AFTER = 25.0
"""Seconds that a reader may leave something unread before she is closed."""
ABORT_AFTER = 3.0
"""Seconds that a closing connection has to take its last bytes."""


class WebSocketOutlet(WebSocketsSansIOProtocol):
    """One WebSocket connection as the realtime floor drives it: an *outlet*."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.on_lost: Callable[[], None] | None = None
        self.clogged = False
        """Whether the reader is behind: what is only of the moment should not be written now."""
        self._held: list[bytes] = []
        self._slow_timer: asyncio.TimerHandle | None = None
        self._abort_timer: asyncio.TimerHandle | None = None

    @property
    def ended_with(self) -> int:
        """The close code: ours if we said one first, else the peer's; 1006 when nobody said any."""
        close = self.conn.close_sent or self.conn.close_rcvd
        return close.code if close is not None else CloseCode.ABNORMAL_CLOSURE

    def write(self, framed: bytes) -> None:
        """Write complete frames; close with 4408 when too much waits for this reader already."""
        if self._held:
            framed = self._take_held() + framed
        if self.close_sent or self.disconnected:
            return
        if self.clogged and self.transport.get_write_buffer_size() + len(framed) > MOST_BUFFERED:
            self.shut(Close.TOO_SLOW, "reading too slowly")
            return
        self.transport.write(framed)

    def write_soon(self, framed: bytes) -> None:
        """Write frames together with all others of this turn of the event loop, or with what is written before its end.

        The transport hands every write to the kernel at once; a client that posts many replies gets many answers.
        """
        if not self._held:
            self.loop.call_soon(self._write_held)
        self._held.append(framed)

    def _write_held(self) -> None:
        if self._held:
            self.write(self._take_held())

    def _take_held(self) -> bytes:
        held, self._held = self._held, []
        return b"".join(held)

    async def drained(self) -> None:
        """Come back when the reader has kept up (or is gone)."""
        await self.writable.wait()

    def shut(self, code: int, reason: str = "") -> None:
        """Close with `code`; abort if the other side does not take it in time."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        try:
            self.conn.send_close(code, reason)
        except InvalidState:
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        self._abort_soon()

    def live_on(self, on_lost: Callable[[], None]) -> None:
        """Let the endpoint return without ending the connection; `on_lost` is called once, at its end.

        A task with all the layers of the application in it would wait for that, for each connection.
        """
        self.on_lost = on_lost
        if self.disconnected:
            on_lost()

    def pause_reading(self) -> None:
        """Let the client wait: more was sent than can be worked off."""
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Take frames again."""
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    # What the transport calls

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the endpoint and drop every timer."""
        super().connection_lost(exc)
        self._stop_timer("_slow_timer")
        self._stop_timer("_abort_timer")
        if self.on_lost is not None:
            self.on_lost()

    def pause_writing(self) -> None:
        """The reader is behind: give her some time."""
        super().pause_writing()
        self.clogged = True
        if self._slow_timer is None:
            self._slow_timer = self.loop.call_later(SLOW_AFTER, self._too_slow)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        super().resume_writing()
        self.clogged = False
        self._stop_timer("_slow_timer")

    def _too_slow(self) -> None:
        self._slow_timer = None
        self.shut(Close.TOO_SLOW, "reading too slowly")

    def _abort_soon(self) -> None:
        if self._abort_timer is None and not self.disconnected:
            self._abort_timer = self.loop.call_later(ABORT_AFTER, self.transport.abort)

    def _stop_timer(self, name: str) -> None:
        timer: asyncio.TimerHandle | None = getattr(self, name)
        if timer is not None:
            timer.cancel()
            setattr(self, name, None)
