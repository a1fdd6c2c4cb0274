"""One node: everything that `web.server` put together, its life, and how it is doing."""

import asyncio
import contextlib
from dataclasses import dataclass

from app.housekeeping import keep_house
from app.mirroring import Mirror
from app.replies import ReplyLog
from app.settings import Settings
from app.site import Site
from realtime.hub import Hub
from realtime.socket import LiveDoor
from store.database import Database, StoreUnavailable

STORE_ANSWERS_WITHIN = 2.0
"""Seconds after which a store that does not answer counts as away."""


@dataclass(frozen=True)
class Node:
    """The parts of a running server. Nothing here is shared with another node of the same process."""

    settings: Settings
    database: Database
    site: Site
    replies: ReplyLog
    hub: Hub
    mirror: Mirror
    door: LiveDoor

    async def start(self) -> None:
        """Begin to listen to other nodes and to work in the background."""
        await self.hub.start()
        self.hub.spawn(self.mirror.run())
        if not self.settings.redis_url:
            self.hub.spawn(self.hub.repairs.watch_sign_ins())
        if self.settings.processes == 1:
            # Several processes leave this to `parley worker`.
            self.hub.spawn(keep_house(self.site))

    async def drain(self) -> None:
        """Ask live clients to go elsewhere; come back when they are gone or their time is over."""
        within = self.settings.drain_seconds
        self.hub.drain(within)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.hub.nobody_here.wait(), within)

    async def close(self) -> None:
        """Settle what was submitted, then end everything."""
        await self.replies.close()
        await self.hub.close()
        await self.database.close()

    async def readiness(self) -> tuple[int, dict[str, str]]:
        """HTTP status and what to tell: 503 while draining or without the store, `degraded` without Redis."""
        if self.hub.draining:
            return 503, {"status": "draining"}
        try:
            async with asyncio.timeout(STORE_ANSWERS_WITHIN):
                await self.database.ping()
        except (StoreUnavailable, TimeoutError):
            return 503, {"status": "unavailable"}
        return 200, {"status": "ok" if self.hub.bus.healthy else "degraded"}
