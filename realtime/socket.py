"""The door `GET /live`: who may connect, and the life of a connection from accept to loss."""

from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from app.pace import Pace
from app.replies import ReplyLog
from app.site import Identity, Site
from realtime.connection import Connection
from realtime.hub import Hub
from realtime.inbound import Inbound
from realtime.protocol import SUBPROTOCOL, Close
from realtime.uvicorn_protocol import EXTENSION, ParleyWebSocketProtocol
from store.database import StoreUnavailable

FRAMES_PER_SECOND = 30.0
FRAMES_AT_ONCE = 150


class LiveDoor:
    """The ASGI application behind `/live`. Who is asking is found out by the floor that knows HTTP."""

    def __init__(
        self,
        site: Site,
        hub: Hub,
        replies: ReplyLog,
        *,
        origin_allowed: Callable[[Scope], bool],
        identify: Callable[[Scope], Awaitable[Identity | None]],
    ) -> None:
        self._site = site
        self._hub = hub
        self._replies = replies
        self._origin_allowed = origin_allowed
        self._identify = identify
        self._pace = Pace(FRAMES_PER_SECOND, FRAMES_AT_ONCE, enabled=site.settings.limits_rates)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse before the upgrade, or accept and stay until the connection is lost."""
        await receive()
        if not self._origin_allowed(scope):
            # Closing before accepting is answered with 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            identity = await self._identify(scope)
        except StoreUnavailable:
            await _unavailable(send)
            return
        subprotocol = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
        outlet: ParleyWebSocketProtocol = scope["extensions"][EXTENSION]
        if code := self._refusal(identity):
            outlet.shut(code)
        elif identity is not None:
            await self._serve(Connection(identity, outlet), outlet)
        # A browser learns why only from a close that it takes; the outlet sees to it that this ends.
        await outlet.lost
        self._hub.meters.closes[outlet.ended_with] += 1

    def _refusal(self, identity: Identity | None) -> int | None:
        if self._hub.draining:
            return Close.RESTARTING
        return Close.NOT_SIGNED_IN if identity is None else None

    async def _serve(self, connection: Connection, outlet: ParleyWebSocketProtocol) -> None:
        if not self._hub.admit(connection):
            outlet.shut(Close.TOO_MANY, "too many connections")
            return
        inbound = Inbound(connection, self._hub, self._site, self._replies, self._pace)
        outlet.on_frame = inbound.frame
        try:
            await outlet.lost
        finally:
            outlet.on_frame = None
            inbound.close()
            self._hub.forget(connection)


async def _unavailable(send: Send) -> None:
    headers = [(b"retry-after", b"2")]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": b"The store is away; try again."})
