"""What the tests of the live stream begin with: a world on one node, a pair of nodes, a Redis."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from app.settings import Settings
from realtime import catching_up, joining, repairs
from realtime.bus import Exchange
from tests import factories
from tests.nodes import RunningNode
from tests.realtime.pair import Pair
from tests.realtime.weather import LossyBus, Weather, WeatheredDatabase, WeatheredNode
from tests.realtime.world import World, make_world
from tests.servers import RedisServer


@pytest.fixture
async def world(node: RunningNode) -> AsyncIterator[World]:
    """One node on SQLite."""
    world = await make_world(node)
    yield world
    for client in world.clients:
        await client.close()


@pytest.fixture(params=[True, False], ids=["joined", "apart"])
async def pair(
    request: pytest.FixtureRequest, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pair]:
    """Nodes that hear each other, and nodes of which each ring is lost."""
    for module in (catching_up, joining, repairs):
        monkeypatch.setattr(module, "RETRY_AFTER", 0.02)
    weather = Weather(1)
    weather.is_bad = False
    settings = Settings(database_url=sqlite_url, secret=SecretStr("a secret of the tests"))
    database = WeatheredDatabase(settings.database_url, weather)
    exchange = Exchange()
    other = exchange if request.param else Exchange()
    north = WeatheredNode("north", settings, database, LossyBus(exchange, weather))
    south = WeatheredNode("south", settings, database, LossyBus(other, weather))
    alice, bob = await factories.people(north.site, "alice", "bob")
    room = await factories.discussion(north.site, alice, [bob])
    for node in (north, south):
        await node.hub.start()
    yield Pair(weather, database, north, south, alice, bob, room)
    for node in (north, south):
        await node.close()
    await database.close()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis that the test may freeze, empty and kill."""
    server = RedisServer()
    server.start()
    yield server
    server.remove()
