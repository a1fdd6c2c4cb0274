"""uvicorn's WebSocket protocol, plus what a live door needs of it; how it writes and closes is in `realtime.outlet`.

Client frames are handed over where they arrive, instead of through a queue that pauses the reading: a slow command
must not starve the pongs.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.server import ServerState
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from realtime.frames import MOST_FRAME
from realtime.framing import Cutter, unmasked
from realtime.outlet import WebSocketOutlet
from realtime.protocol import Close

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


class ParleyWebSocketProtocol(WebSocketOutlet):
    """An outlet that hands frames of the client over where they arrive, and ends like nobody waits for it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = ParleyServerProtocol(max_size=MOST_FRAME, logger=logging.getLogger("uvicorn.error"))
        self.on_frame: Callable[[bytes], None] | None = None
        self._cutter = Cutter()

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
