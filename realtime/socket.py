"""The door `GET /live`: who may connect, and the life of a connection from accept to loss."""

import math
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from app.errors import RateLimited
from app.pace import Pace
from app.replies import ReplyLog
from app.site import Identity, Site
from realtime.connection import Connection
from realtime.hub import Hub
from realtime.inbound import Inbound
from realtime.paced_protocol import PacedWebSocketProtocol
from realtime.protocol import SUBPROTOCOL, Close
from realtime.sessions import Sessions
from realtime.uvicorn_protocol import EXTENSION
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
        sessions: Sessions,
        *,
        origin_allowed: Callable[[Scope], bool],
        identify: Callable[[Scope], Awaitable[Identity | None]],
        address: Callable[[Scope], str | None],
    ) -> None:
        self._site = site
        self._hub = hub
        self._replies = replies
        self._sessions = sessions
        self._origin_allowed = origin_allowed
        self._identify = identify
        self._address = address
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
            await _refuse(send, 503, 2, "The store is away; try again.")
        except RateLimited as error:
            await _refuse(send, 429, error.retry_after, error.detail)
        else:
            await self._receive(identity, scope, send)

    async def _receive(self, identity: Identity | None, scope: Scope, send: Send) -> None:
        if identity is None:
            outlet = await _accept(scope, send)
            outlet.shut(Close.RESTARTING if self._hub.draining else Close.NOT_SIGNED_IN)
        else:
            async with self._sessions.place(identity.person_id, self._address(scope)) as has_place:
                outlet = await _accept(scope, send)
                if self._hub.draining:
                    outlet.shut(Close.RESTARTING)
                elif has_place:
                    await self._serve(Connection(identity, outlet), outlet)
                else:
                    outlet.shut(Close.TOO_MANY, "too many connections")
        # A browser learns why only from a close that it takes; the outlet sees to it that this ends.
        await outlet.lost
        self._hub.meters.closes[outlet.ended_with] += 1

    async def _serve(self, connection: Connection, outlet: PacedWebSocketProtocol) -> None:
        self._hub.admit(connection)
        outlet.is_paced = self._site.settings.limits_rates
        inbound = Inbound(connection, self._hub, self._site, self._replies, self._pace)
        outlet.on_frame = inbound.frame
        try:
            await outlet.lost
        finally:
            outlet.on_frame = None
            inbound.close()
            self._hub.forget(connection)


async def _accept(scope: Scope, send: Send) -> PacedWebSocketProtocol:
    subprotocol = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": subprotocol})
    outlet: PacedWebSocketProtocol = scope["extensions"][EXTENSION]
    return outlet


async def _refuse(send: Send, status: int, retry_after: float, why: str) -> None:
    headers = [(b"retry-after", str(math.ceil(retry_after)).encode())]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": why.encode()})
