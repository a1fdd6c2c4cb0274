"""uvicorn's HTTP protocol with bounds: httptools itself has no cap and no clock, and a stopped reader has no end."""

import asyncio
import logging
import resource
import socket
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from web.bounds import LARGEST_HEAD, LONGEST_TARGET
from web.ending import EndingState
from web.logs import PEERS

LARGEST_START = LARGEST_HEAD + LONGEST_TARGET
"""Bytes that a request may have before its head is complete."""
SLOWEST_HEAD = 15.0
"""Seconds from the first byte of a request (or from connecting) to the end of its head."""
LAST_REQUEST_WITHIN = 1.0
"""Seconds in which a request may still come on a connection that is open when the server ends."""

MOST_PIPELINED = 16
"""Requests that may wait on one connection for the answer to an earlier one."""
USER_TIMEOUT = 30_000
"""Milliseconds after which a connection ends whose other side has vanished, or takes nothing of what waits for it
(Linux `TCP_USER_TIMEOUT`); also one that we have closed, which without it would wait for ever."""
MOST_UNSENT = 128 * 1024
"""Bytes that the kernel keeps for a reader who is behind; by itself it would take megabytes for each, and nobody
would notice that she is (Linux `TCP_NOTSENT_LOWAT`)."""
RESERVED_DESCRIPTORS = 64
"""Descriptors that connections leave to the store, to Redis and to files (of few, a quarter)."""
FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class TooManyAtOnce(Exception):
    """More requests than may wait on one connection."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Ends connections that ask for too much, too slowly, or without reading; refuses those that are too many.

    When the server ends, answers are the last of their connection, and what a client sent before it could know is
    still answered.
    """

    server_state: EndingState

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What a peer does wrong is told to the peer: nobody fills our log by it.
        self.logger = logging.getLogger(PEERS)
        self._head_bytes = 0
        self._in_head = True
        self._has_begun = False
        self._clock: asyncio.TimerHandle | None = None
        self._answered: RequestResponseCycle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start the clock of the first head; refuse a connection for which there is no descriptor to spare."""
        super().connection_made(transport)
        _bound_kernel(transport.get_extra_info("socket"))
        if len(self.connections) > _most_connections():
            transport.write(FULL)
            transport.close()
        else:
            self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock, and tell whoever is answering."""
        self._stop_clock()
        super().connection_lost(exc)
        if self._answered is not None:
            # uvicorn tells only the request that came last, and the answer to an earlier one would fail at writing.
            self._answered.disconnected = True
            self._answered.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless the head is too large already."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > LARGEST_START and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """The first byte of a request is there."""
        if len(self.pipeline) >= MOST_PIPELINED:
            raise TooManyAtOnce
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

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

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


def _bound_kernel(raw: socket.socket | None) -> None:
    if raw is not None and raw.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, MOST_UNSENT)


def _most_connections() -> int:
    soft: int = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return soft - min(RESERVED_DESCRIPTORS, soft // 4)
