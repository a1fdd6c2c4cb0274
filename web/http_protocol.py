"""uvicorn's HTTP protocol with a bounded request head: httptools itself has no cap and no clock."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.bounds import LARGEST_HEAD, LONGEST_TARGET
from web.ending import EndingState

LARGEST_START = LARGEST_HEAD + LONGEST_TARGET
"""Bytes that a request may have before its head is complete."""
SLOWEST_HEAD = 15.0
"""Seconds from the first byte of a request (or from connecting) to the end of its head."""
LAST_REQUEST_WITHIN = 1.0
"""Seconds in which a request may still come on a connection that is open when the server ends."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Ends connections whose request head is endless or comes drop by drop.

    When the server ends, answers are the last of their connection, and what a client sent before it could know is
    still answered.
    """

    server_state: EndingState

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._has_begun = False
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the clock of the first head."""
        super().connection_made(transport)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless the head is too large already."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > LARGEST_START and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """The first byte of a request is there."""
        self._in_head = self._has_begun = True
        self._start_clock()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete; from here on the body's bounds hold."""
        self._in_head = self._has_begun = False
        self._head_bytes = 0
        self._stop_clock()
        super().on_headers_complete()
        if self.server_state.is_ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def handle_websocket_upgrade(self) -> None:
        """The connection belongs to the socket's protocol now."""
        self._stop_clock()
        super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """The server ends: leave what is on its way a moment to come."""
        if self._is_idle:
            asyncio.get_running_loop().call_later(LAST_REQUEST_WITHIN, self._close_if_idle)
        else:
            super().shutdown()

    def _close_if_idle(self) -> None:
        if self._is_idle:
            self.transport.close()

    @property
    def _is_idle(self) -> bool:
        return not self._has_begun and (self.cycle is None or self.cycle.response_complete)

    def _start_clock(self) -> None:
        self._stop_clock()
        self._clock = asyncio.get_running_loop().call_later(
            SLOWEST_HEAD, self._refuse, b"408 Request Timeout"
        )

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _refuse(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            # An earlier answer is under way: nothing can be said any more, and its reader may have stopped.
            self.transport.abort()
            return
        if self._has_begun:
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
        self.transport.close()
