"""Running the server: uvicorn's configuration, one process or several on one listening socket, and their end."""

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from app.settings import Settings
from web.ending import EndingState
from web.loading import loading
from web.logs import configure_logs
from web.siblings import Siblings

BACKLOG = 2048
LAST_ANSWERS_WITHIN = 11
"""Seconds after SIGTERM in which what was taken in is answered; what then still runs is cancelled."""
LAST_MOMENT = 14.0
"""Seconds after SIGTERM at which a process ends whatever still holds it."""
PING_EVERY = 15
"""Seconds between the server's pings, and seconds that a pong may take."""
LARGEST_FRAME = 256 * 1024


def configuration(app: ASGIApp) -> uvicorn.Config:
    """How uvicorn serves Parley; see `realtime.paced_protocol` and `web.http_protocol` for its protocols."""
    # Here, so that commands that serve nothing start quickly.
    from realtime.paced_protocol import PacedWebSocketProtocol
    from web.http_protocol import BoundedHttpProtocol

    return uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedHttpProtocol,
        ws=PacedWebSocketProtocol,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PING_EVERY,
        lifespan="on",
        backlog=BACKLOG,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=LAST_ANSWERS_WITHIN,
        # Nobody may pretend another address or https, except the proxies that are named.
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
        server_header=False,
        access_log=False,
        log_config=None,
    )


class Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready and ends within `LAST_MOMENT` once it was asked to."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None], drain: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self.server_state = self._state = EndingState()
        self._on_ready = on_ready
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let everybody go elsewhere while requests are still answered, then stop.

        From now on every answer is the last one of its connection, so that the next request is made elsewhere.
        """
        began = time.monotonic()
        self._state.is_ending = True
        await self._drain()
        await self._stop_listening(sockets or [])
        remaining = LAST_ANSWERS_WITHIN - (time.monotonic() - began)
        self.config.timeout_graceful_shutdown = max(1, round(remaining))
        await super().shutdown(sockets)

    async def _stop_listening(self, listeners: list[socket.socket]) -> None:
        """Take in whoever has connected up to this moment; the system would cut them off with the port."""
        waiting = [connected for listener in listeners for connected in _connected(listener)]
        for server in self.servers:
            server.close()
        for listener in listeners:
            listener.close()
        loop = asyncio.get_running_loop()
        for connected in waiting:
            await loop.connect_accepted_socket(self._protocol, connected)

    def _protocol(self) -> asyncio.Protocol:
        from web.http_protocol import BoundedHttpProtocol

        return BoundedHttpProtocol(self.config, self.server_state, self.lifespan.state)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; a second signal changes nothing, since the end comes soon in any case."""
        if not self.should_exit:
            last = threading.Timer(LAST_MOMENT, os._exit, [1])
            last.daemon = True
            last.start()
        self.should_exit = True


def _connected(listener: socket.socket) -> Iterator[socket.socket]:
    with contextlib.suppress(OSError):
        while True:
            connected, _ = listener.accept()
            connected.setblocking(False)
            yield connected


def serve(settings: Settings, announce_ready: Callable[[str], None]) -> int:
    """Serve until SIGTERM or SIGINT. `announce_ready` gets the address once all processes are ready.

    Returns the exit status. Raises `OSError` when the address cannot be listened on.
    """
    with contextlib.closing(_bound_socket(settings)) as listener:
        address = _address(settings.host, listener)
        if settings.processes > 1:
            # Here, because its children import this module.
            from web.workers import Workers

            return Workers(settings, listener, lambda: announce_ready(address)).run()
        return run_one(settings, listener, lambda: announce_ready(address))


def run_one(
    settings: Settings,
    listener: socket.socket,
    on_ready: Callable[[], None],
    siblings: Siblings | None = None,
) -> int:
    """Serve in this process until it is told to end; returns the exit status."""
    load()
    from web.server import create_server

    configure_logs()
    app = create_server(settings, siblings)
    server = Server(configuration(app), on_ready, app.state.node.drain)
    server.run([listener])
    return 0 if server.started else 1


def load() -> None:
    """Load all that serving needs, which is nearly all of the time of a start."""
    with loading():
        from realtime import paced_protocol  # noqa: F401
        from web import http_protocol, server  # noqa: F401


def _bound_socket(settings: Settings) -> socket.socket:
    """A socket that is bound but does not listen yet: nobody connects before there is somebody to answer."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def _address(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
