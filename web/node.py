"""One node: everything that `web.server` put together, its life, and how it is doing."""

import asyncio
import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client.core import Metric

from app.arrivals import go_on_letting_in
from app.clock import Clock
from app.housekeeping import keep_house
from app.indexing import Indexer
from app.letting_go import go_on_sending
from app.mirroring import Mirror
from app.pace import Pace
from app.replies import ReplyLog
from app.seeing import keep_seen
from app.settings import Settings
from app.site import Site
from realtime.hub import Hub
from realtime.sessions import Sessions
from realtime.socket import LiveDoor
from store.database import Database, StoreUnavailable
from web.figures import Figures
from web.siblings import Siblings

if TYPE_CHECKING:
    from web.provider.description import Provider

STORE_ANSWERS_WITHIN = 2.0
"""Seconds after which a store that does not answer counts as away."""


@dataclass(frozen=True)
class Node:
    """The parts of a running server. Nothing here is shared with another node of the same process."""

    settings: Settings
    database: Database
    clock: Clock
    site: Site
    replies: ReplyLog
    hub: Hub
    mirror: Mirror
    indexer: Indexer
    door: LiveDoor
    sessions: Sessions
    requests: Pace
    figures: Figures
    siblings: Siblings
    provider: "Provider | None" = None
    """Through which people may sign in."""

    async def start(self) -> None:
        """Begin to listen to other nodes and to work in the background."""
        with contextlib.suppress(StoreUnavailable):
            # Before anybody is served, because what is done from now on is dated.
            await self.clock.set()
        self.hub.spawn(self.clock.keep_set())
        await self.hub.start()
        if self.sessions.elsewhere is not None:
            self.hub.spawn(self.sessions.elsewhere.run())
        self.hub.spawn(self.mirror.run())
        self.hub.spawn(self.indexer.run())
        self.hub.spawn(self.site.sightings.run())
        self.hub.spawn(keep_seen(self.database, self.site.now, lambda: self.hub.people))
        self.hub.spawn(go_on_letting_in(self.site))
        self.hub.spawn(go_on_sending(self.site))
        self.hub.spawn(self.figures.watch_loop())
        self.hub.spawn(self.siblings.answer(self.own_metrics))
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
        await self.site.marks.close()
        await self.hub.close()
        await self.site.sightings.store()
        if self.sessions.elsewhere is not None:
            await self.sessions.elsewhere.close()
        if self.provider is not None:
            await self.provider.close()
        await self.site.throttle.close()
        await self.database.close()

    async def connected(self, people: Collection[str]) -> set[str]:
        """Who of these people is connected to any node."""
        elsewhere = await self.sessions.connected_elsewhere(people)
        return {person for person in people if person in elsewhere or person in self.hub.people}

    async def readiness(self) -> tuple[int, dict[str, str]]:
        """HTTP status and what to tell: 503 while draining or without the store, `degraded` without Redis."""
        if self.hub.draining:
            return 503, {"status": "draining"}
        if not await self._store_answers():
            return 503, {"status": "unavailable"}
        return 200, {"status": "ok" if self.hub.bus.healthy else "degraded"}

    async def metrics(self) -> list[Metric]:
        """The figures of all processes of this server."""
        return await self.siblings.collect(self.own_metrics)

    async def own_metrics(self) -> list[Metric]:
        """The figures of this process."""
        return self.figures.collect(store_answers=await self._store_answers())

    async def _store_answers(self) -> bool:
        try:
            async with asyncio.timeout(STORE_ANSWERS_WITHIN):
                await self.database.ping()
        except (StoreUnavailable, TimeoutError):
            return False
        return True
