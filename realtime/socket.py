"""The door `GET /live`: who may connect, and the life of a connection from accept to loss."""

import math
from collections.abc import Awaitable, Callable
from functools import partial

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
from realtime.sessions import Leave, Sessions
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
        """Refuse before the upgrade, or accept and leave the connection to what lives on for it."""
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
        leave = None
        if identity is not None:
            leave = await self._sessions.take_place(identity.person_id, self._address(scope))
        try:
            outlet = await _accept(scope, send)
        except BaseException:
            if leave is not None:
                leave()
            raise
        # From here on the connection lives by callbacks. A browser learns why it is closed only from a close that it
        # takes; the outlet sees to it that this ends.
        if self._hub.draining or identity is None or leave is None:
            outlet.live_on(partial(self._lost, outlet, leave))
            outlet.shut(self._refusal(identity))
        else:
            self._serve(Connection(identity, outlet), outlet, leave)

    def _refusal(self, identity: Identity | None) -> int:
        if self._hub.draining:
            return Close.RESTARTING
        return Close.NOT_SIGNED_IN if identity is None else Close.TOO_MANY

    def _serve(self, connection: Connection, outlet: PacedWebSocketProtocol, leave: Leave) -> None:
        self._hub.admit(connection)
        inbound = Inbound(connection, self._hub, self._site, self._replies, self._pace)
        outlet.is_paced = self._site.settings.limits_rates
        outlet.on_frame = inbound.frame
        outlet.live_on(partial(self._end, connection, inbound, outlet, leave))

    def _end(
        self, connection: Connection, inbound: Inbound, outlet: PacedWebSocketProtocol, leave: Leave
    ) -> None:
        outlet.on_frame = None
        inbound.close()
        self._hub.forget(connection)
        self._lost(outlet, leave)

    def _lost(self, outlet: PacedWebSocketProtocol, leave: Leave | None) -> None:
        if leave is not None:
            leave()
        self._hub.meters.closes[outlet.ended_with] += 1


async def _accept(scope: Scope, send: Send) -> PacedWebSocketProtocol:
    subprotocol = SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": subprotocol})
    outlet: PacedWebSocketProtocol = scope["extensions"][EXTENSION]
    return outlet


async def _refuse(send: Send, status: int, retry_after: float, why: str) -> None:
    headers = [(b"retry-after", str(math.ceil(retry_after)).encode())]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": why.encode()})
