"""Clients are told when what other nodes write comes late, and when it no longer does."""

import httpx
from redis.asyncio import Redis

from tests import factories
from tests.conftest import NodeFactory
from tests.realtime.clients import LiveClient
from tests.servers import RedisServer
from tests.waiting import wait_for
from tests.web.test_metrics import Scrape


async def test_degraded_and_well_again(
    postgresql_url: str, own_redis: RedisServer, node_factory: NodeFactory
) -> None:
    """While Redis is away: a frame, the welcome of who comes, `/readyz` and the metric say so; then no more."""
    node = await node_factory(postgresql_url, redis_url=own_redis.url)
    site = node.site
    token = await factories.token(site, await factories.person(site, "alice"))
    alice = await LiveClient.welcomed(node.live_url, token)
    assert alice.frames[0]["status"] == "ok"
    async with node.client() as http:
        assert await _told(http) == ("ok", 1)
        own_redis.kill()
        await alice.expect("status", status="degraded")
        assert await _told(http) == ("degraded", 0)
        late = await LiveClient.welcomed(node.live_url, token)
        assert late.frames[0]["status"] == "degraded"
        own_redis.start()
        for client in (alice, late):
            await client.expect("status", status="ok")
            assert [frame["type"] for frame in client.frames].count("status") == (2 if client is alice else 1)
        assert await _told(http) == ("ok", 1)
    for client in (alice, late):
        await client.close()


async def test_a_short_break_is_nobodys_business(
    postgresql_url: str, own_redis: RedisServer, node_factory: NodeFactory
) -> None:
    """A connection to Redis that is lost and made again at once is not told."""
    node = await node_factory(postgresql_url, redis_url=own_redis.url)
    site, hub = node.site, node.app.state.node.hub
    alice = await LiveClient.welcomed(
        node.live_url, await factories.token(site, await factories.person(site, "alice"))
    )
    async with Redis.from_url(own_redis.url) as redis:
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")  # type: ignore[no-untyped-call]
    await wait_for(lambda: not hub.bus.healthy, "the connection is lost")
    await wait_for(lambda: hub.bus.healthy, "it is made again")
    await alice.quiet()
    assert "status" not in [frame["type"] for frame in alice.frames]
    await alice.close()


async def _told(http: httpx.AsyncClient) -> tuple[str, float]:
    readiness = (await http.get("/readyz")).json()["status"]
    return readiness, Scrape((await http.get("/metrics")).text).sum("parley_bus_up")
