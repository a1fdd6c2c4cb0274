"""`create_server(settings)`: the only place where the parts of a node are put together."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from limits.aio.storage.base import Storage
from starlette.applications import Starlette
from starlette.types import Scope

from app.clock import Clock
from app.events import EntryStored, Event
from app.indexing import Indexer
from app.meters import Meters
from app.mirroring import Mirror
from app.pace import Pace
from app.replies import ReplyLog
from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from realtime.bus import Bus, LocalBus
from realtime.hub import Hub
from realtime.sessions import Elsewhere, Sessions
from realtime.socket import LiveDoor
from store.database import Database
from web.addresses import counted_address
from web.errors import exception_handlers
from web.figures import Figures
from web.limits import REQUESTS_AT_ONCE, REQUESTS_PER_SECOND, spend_request
from web.node import Node
from web.routes import routes
from web.security import identify_connection, middleware, origin_allowed
from web.siblings import Siblings

if TYPE_CHECKING:
    from web.provider.description import Provider

REPLIES_PER_SECOND = 10.0
REPLIES_AT_ONCE = 60
COUNTERS_ANSWER_WITHIN = 0.5
"""Seconds after which each process counts for itself."""


def create_server(settings: Settings, siblings: Siblings | None = None) -> Starlette:
    """The ASGI application of one node; `app.state.node` is the node itself."""
    node = create_node(settings, siblings or Siblings())

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await node.start()
        try:
            yield
        finally:
            await node.close()

    app = Starlette(
        routes=routes, middleware=middleware(), exception_handlers=exception_handlers, lifespan=lifespan
    )
    # An address with a slash too many or too few is not one of ours, and is answered like any other.
    app.router.redirect_slashes = False
    app.state.node = node
    return app


def create_node(settings: Settings, siblings: Siblings) -> Node:
    """A node that is not started yet."""
    database = Database(settings.database_url)
    meters = Meters()
    clock = Clock(database)
    hub = Hub(database, _bus(settings), settings, meters, clock.now)
    mirror, indexer = Mirror(database), Indexer(database)

    def announce(events: Sequence[Event]) -> None:
        hub.announce(events)
        written = {event.discussion for event in events if isinstance(event, EntryStored)}
        mirror.nudge(written)
        indexer.nudge(written)

    site = Site(
        settings=settings,
        database=database,
        announce=announce,
        throttle=Throttle(_counters(settings), enabled=settings.limits_rates),
        now=clock.now,
    )
    replies = ReplyLog(
        database,
        announce,
        clock.now,
        pace=_pace("replies", hub, REPLIES_PER_SECOND, REPLIES_AT_ONCE),
        asleep_after=timedelta(days=settings.asleep_days),
        meters=meters,
        files=settings.file_limits,
    )

    requests = _pace("requests", hub, REQUESTS_PER_SECOND, REQUESTS_AT_ONCE)

    async def identify(scope: Scope) -> Identity | None:
        who = await identify_connection(site, scope)
        spend_request(requests, scope, who)
        return who

    sessions = Sessions(settings)
    sessions.elsewhere = _elsewhere(settings, sessions)
    door = LiveDoor(
        site,
        hub,
        replies,
        sessions,
        origin_allowed=lambda scope: origin_allowed(settings, scope),
        identify=identify,
        address=counted_address,
    )
    figures = Figures(meters, hub, replies)
    return Node(
        settings,
        database,
        clock,
        site,
        replies,
        hub,
        mirror,
        indexer,
        door,
        sessions,
        requests,
        figures,
        siblings,
        _provider(settings),
    )


def _provider(settings: Settings) -> "Provider | None":
    if not settings.oidc_issuer:
        return None
    # Here, with all its libraries: sites without one start sooner, and nobody who signs in waits for them.
    from web.provider.flow import Provider

    return Provider(settings.oidc_issuer)


def _pace(name: str, hub: Hub, rate: float, burst: int) -> Pace:
    """A pace that holds on all nodes together."""
    pace = Pace(rate, burst, enabled=hub.settings.limits_rates)
    hub.allowances.share(name, pace)
    return pace


def _elsewhere(settings: Settings, sessions: Sessions) -> Elsewhere | None:
    if not settings.redis_url or not settings.limits_rates:
        return None
    from realtime.redis_sessions import RedisSessions

    return RedisSessions(settings.redis_url, settings.node, sessions.held)


def _bus(settings: Settings) -> Bus:
    if not settings.redis_url:
        return LocalBus()
    # Here, as below: who has no Redis starts sooner without its client.
    from realtime.redis_bus import RedisBus

    return RedisBus(settings.redis_url, settings.node)


def _counters(settings: Settings) -> Storage | None:
    if not settings.redis_url:
        return None
    from limits.aio.storage import RedisStorage
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return RedisStorage(
        f"async+{settings.redis_url}",
        implementation="redispy",
        socket_connect_timeout=COUNTERS_ANSWER_WITHIN,
        socket_timeout=COUNTERS_ANSWER_WITHIN,
        # The client by itself would try again for seconds, while somebody waits to sign in.
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
    )
