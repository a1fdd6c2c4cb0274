"""Connections of a person and of an address: so many on all nodes together, and each node alone without Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from app.settings import Settings
from realtime import redis_sessions
from realtime.redis_sessions import NODES, RedisSessions
from realtime.sessions import MOST_PER_PERSON, Leave, Sessions
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.realtime.world import World, make_world
from tests.servers import RedisServer
from tests.waiting import PATIENCE, wait_for

THEIRS = "192.0.2.7"


class Desk:
    """The sessions of one node, and the connections that hold a place on it."""

    def __init__(self, settings: Settings, redis_url: str, node: str) -> None:
        self.sessions = Sessions(settings)
        self.elsewhere = RedisSessions(redis_url, node, self.sessions.held)
        self.sessions.elsewhere = self.elsewhere
        self._running = asyncio.create_task(self.elsewhere.run())
        self._leave: list[Leave] = []

    async def take(self, person: str = "alice", address: str | None = THEIRS) -> bool:
        """Come with one connection; whether it got a place, which it holds then."""
        leave = await self.sessions.take_place(person, address)
        if leave is not None:
            self._leave.append(leave)
        return leave is not None

    async def leave(self) -> None:
        """The oldest connection goes."""
        self._leave.pop(0)()

    async def crash(self) -> None:
        """Nothing is told any more."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def close(self) -> None:
        """End in order."""
        await self.crash()
        while self._leave:
            await self.leave()
        await self.elsewhere.close()

    async def is_told(self) -> None:
        """Come back when Redis knows of this node."""
        await wait_for(lambda: self.elsewhere._is_told, "the node is known")


Open = Callable[..., Awaitable[Desk]]


@pytest.fixture(autouse=True)
def _redis_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not about that: who gets no answer in time counts for herself."""
    monkeypatch.setattr(redis_sessions, "ANSWERS_WITHIN", PATIENCE)


@pytest.fixture
async def desk(own_redis: RedisServer, sqlite_url: str) -> AsyncIterator[Open]:
    """Opens nodes that share a Redis."""
    desks: list[Desk] = []

    async def open_desk(**changes: object) -> Desk:
        settings = Settings.model_validate({"database_url": sqlite_url, **changes})
        desk = Desk(settings, own_redis.url, f"node-{len(desks)}")
        desks.append(desk)
        await desk.is_told()
        return desk

    yield open_desk
    for each in desks:
        await each.close()


async def test_a_person_has_so_many_on_all_nodes(desk: Open) -> None:
    """Twenty over two nodes; the newest is refused on either; one that leaves makes room on the other."""
    here, there = await desk(), await desk()
    for number in range(MOST_PER_PERSON):
        assert await (here, there)[number % 2].take()
    assert not await here.take()
    assert not await there.take()
    assert await here.take("bob")
    await here.leave()
    await wait_for(there.take, "the place is free on the other node")
    assert not await here.take()


async def test_who_is_connected_elsewhere(desk: Open) -> None:
    """Of some people those on the other node, as long as they are there; not those here; alone, nobody."""
    here, there = await desk(), await desk()
    assert await there.take("bob")
    assert await here.take("carol")

    async def is_elsewhere() -> bool:
        return await here.sessions.connected_elsewhere(["alice", "bob", "carol"]) == {"bob"}

    await wait_for(is_elsewhere, "bob is seen on the other node")
    await there.leave()
    await wait_for(lambda: _nobody(here), "bob is gone")
    assert here.sessions.held.total() == 2, "asking takes nobody's place"
    here.sessions.elsewhere = None
    assert await here.sessions.connected_elsewhere(["bob"]) == set()


async def _nobody(desk: Desk) -> bool:
    return not await desk.sessions.connected_elsewhere(["bob"])


async def test_many_at_once_get_exactly_what_is_free(desk: Open) -> None:
    """Connections that come to both nodes in the same moment do not overrun the cap, nor refuse each other."""
    here, there = await desk(), await desk()
    got = await asyncio.gather(*((here, there)[number % 2].take() for number in range(100)))
    assert sum(got) <= MOST_PER_PERSON
    # Of those that come in the same moment some may be refused for each other's sake; then there is room.
    while await here.take() or await there.take():
        got.append(True)
    assert sum(got) == MOST_PER_PERSON


async def test_an_address_has_so_many_on_all_nodes(desk: Open) -> None:
    """Many people behind one address share its cap; others, and those without an address, do not notice."""
    here, there = [await desk(connections_per_address=6) for _ in range(2)]
    for number in range(6):
        assert await (here, there)[number % 2].take(f"pupil {number}")
    assert not await here.take("one more")
    assert not await there.take("one more")
    assert await here.take("one more", "192.0.2.8")
    assert await here.take("one more", None)


async def test_a_node_that_crashed_does_not_count(desk: Open) -> None:
    """Its connections are forgotten a few seconds after its last sign of life, and nothing of it stays."""
    here, there = await desk(), await desk()
    for _ in range(MOST_PER_PERSON):
        assert await there.take()
    assert not await here.take()
    await there.crash()
    await wait_for(here.take, "there is room again")
    redis = here.elsewhere._redis
    assert await redis.smembers(NODES) == {here.elsewhere._key.encode()}
    assert len(await redis.keys("parley:*")) == 2


async def test_redis_emptied(desk: Open, own_redis: RedisServer) -> None:
    """Every node says again what it holds."""
    here, there = await desk(), await desk()
    for _ in range(MOST_PER_PERSON):
        assert await there.take()
    await here.elsewhere._redis.flushall()
    await wait_for(lambda: _known(here, there), "both nodes are known again")
    assert not await here.take()


async def test_redis_frozen(desk: Open, own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it: each node counts for itself; afterwards all count together again."""
    monkeypatch.setattr(redis_sessions, "ANSWERS_WITHIN", 0.5)
    here, there = await desk(), await desk()
    for _ in range(15):
        assert await here.take()
    own_redis.freeze()
    for _ in range(15):
        assert await there.take()
    assert not there.elsewhere._is_told
    for _ in range(5):
        assert await here.take()
    assert not await here.take()
    own_redis.thaw()
    await here.is_told()
    await there.is_told()
    for _ in range(15):
        await here.leave()
    await wait_for(lambda: _holds(there, here, 5), "what happened meanwhile is known")

    async def is_refused() -> bool:
        if not await there.take():
            return True
        # Redis did not answer in time: counted here alone.
        await there.leave()
        return False

    await wait_for(is_refused, "all count together again")
    await there.leave()
    assert await there.take()


async def test_caps_are_lifted(desk: Open) -> None:
    """With limits off everybody has a place, and nothing is counted."""
    here = await desk(rate_limits="off")
    for _ in range(3 * MOST_PER_PERSON):
        assert await here.take()
    assert not here.sessions.held


async def test_the_newest_is_refused_on_another_node(
    node_factory: NodeFactory, postgresql_url: str, redis_server: RedisServer
) -> None:
    """Over the wire: 4429 for the twenty-first, whichever node it comes to; the others stay."""
    one, two = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    world = await make_world(one)
    await wait_for(lambda: all(_is_told(node) for node in (one, two)), "both nodes are known")
    twenty = [await world.live("bob", node=(one, two)[number % 2]) for number in range(20)]
    await (await world.raw("bob")).expect_close(4429)
    await (await World(two, world.people, world.tokens, world.discussion).raw("bob")).expect_close(4429)
    await twenty.pop().close()
    await wait_for(lambda: two.app.state.node.sessions.held.total() == 9, "one has left")
    for client in [await world.live("bob"), *twenty]:
        await client.quiet()
        await client.close()


def _is_told(node: RunningNode) -> bool:
    told: bool = node.app.state.node.sessions.elsewhere._is_told
    return told


async def _known(*desks: Desk) -> bool:
    redis = desks[0].elsewhere._redis
    return all([await redis.exists(desk.elsewhere._key) for desk in desks])


async def _holds(asking: Desk, other: Desk, number: int) -> bool:
    return (await asking.elsewhere.count(["person:alice"])).get("person:alice") == number
