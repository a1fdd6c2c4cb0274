"""uvicorn's WebSocket protocol, plus what a live door needs of it.

* Frames that are already encoded are written to the transport as they are, without an `await` per recipient.
* Client frames are handed over where they arrive, instead of through a queue that pauses the reading: a slow
  command must not starve the pongs.
* Who reads too slowly is closed with 4408; and no close waits for ever on somebody who stopped reading:
  `transport.close()` would, so every close is followed by `abort()`.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from realtime.frames import MOST_FRAME
from realtime.framing import Cutter, unmasked
from realtime.protocol import Close

MOST_BUFFERED = 768 * 1024
"""Bytes that may wait for one reader; beyond it she is closed and resumes later."""
SLOW_AFTER = 25.0
"""Seconds that a reader may leave something unread before she is closed."""
ABORT_AFTER = 3.0
"""Seconds that a closing connection has to take its last bytes."""
EXTENSION = "parley.outlet"
"""Where the ASGI scope carries the protocol itself."""

_FAILURES: dict[int, int] = {
    CloseCode.MESSAGE_TOO_BIG: Close.TOO_LARGE,
    CloseCode.INVALID_DATA: Close.MALFORMED,
}


class _NobodyReceives(asyncio.Queue[Any]):
    """In the place of the queue of an endpoint that has returned."""

    def put_nowait(self, item: Any) -> None:
        """Drop it."""


NOBODY_RECEIVES = _NobodyReceives()


class ParleyServerProtocol(ServerProtocol):
    """The sans-I/O protocol with the close codes of `parley.v1`."""

    def fail(self, code: CloseCode | int, reason: str = "") -> None:
        """Fail the connection with our own code where we have one."""
        super().fail(_FAILURES.get(code, code), reason)


class ParleyWebSocketProtocol(WebSocketsSansIOProtocol):
    """One WebSocket connection as the realtime floor drives it: an *outlet*."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = ParleyServerProtocol(max_size=MOST_FRAME, logger=logging.getLogger("uvicorn.error"))
        self.on_lost: Callable[[], None] | None = None
        self.on_frame: Callable[[bytes], None] | None = None
        self._cutter = Cutter()
        self.clogged = False
        """Whether the reader is behind: what is only of the moment should not be written now."""
        self._held: list[bytes] = []
        self._slow_timer: asyncio.TimerHandle | None = None
        self._abort_timer: asyncio.TimerHandle | None = None

    # What the realtime floor calls

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

    # What uvicorn and the transport call

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

    def handle_connect(self, event: Request) -> None:
        """Let the endpoint find this protocol in its scope."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions[EXTENSION] = self

    def data_received(self, data: bytes) -> None:
        """Take whole text messages straight off the wire; leave every other frame to the library."""
        if self.on_frame is None:
            super().data_received(data)
            return
        for frame, start in self._cutter.feed(data):
            # `frames` holds the pieces of a message that comes in several.
            if start and not self.frames and self.on_frame is not None and not self.close_sent:
                self.on_frame(unmasked(frame, start))
            else:
                super().data_received(frame)

    def send_receive_event_to_app(self) -> None:
        """Hand a complete message to the connection at once."""
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.on_frame is not None and not self.close_sent:
            self.on_frame(data if self.curr_msg_data_type == "text" else b"")

    def keepalive_timeout(self) -> None:
        """Close a silent peer, and do not wait for it."""
        super().keepalive_timeout()
        self._abort_soon()

    def handle_close(self, event: Any) -> None:
        """Answer a close, or finish ours."""
        super().handle_close(event)
        self.transport.close()
        self._abort_soon()

    def handle_parser_exception(self) -> None:
        """Say why the connection ends and read on into the void.

        Closing at once, with bytes unread, would reset the connection, and the peer would never see the code.
        """
        if self.close_sent:
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._abort_soon()

    def shutdown(self) -> None:
        """The server stops: close with 1012, in order where the other side takes part.

        Who is still being let in finds the door draining, and is closed there.
        """
        if self.handshake_complete:
            self.shut(Close.RESTARTING, "restarting")

    async def send(self, message: Any) -> None:
        """Pass the endpoint's messages on; a refusal as a plain HTTP answer is a complete handshake too."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # uvicorn forgets it, and would report every refusal as an error of the endpoint.
            self.handshake_complete = True

    async def run_asgi(self) -> None:
        """Run the endpoint; afterwards the connection lives on by callbacks, or ends in bounded time."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            self.logger.exception("Exception in ASGI application\n")
        if self.on_lost is not None:
            self._forget_handshake()
            return
        if not self.handshake_complete:
            self.send_500_response()
        if self.close_timer is None:
            self.transport.close()
        self._abort_soon()

    def _forget_handshake(self) -> None:
        """Headers, scope and queue are the larger part of what an idle connection would hold on to."""
        self.request = self.response = None  # type: ignore[assignment]
        self.scope = {}  # type: ignore[typeddict-item]
        self.queue = NOBODY_RECEIVES

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
