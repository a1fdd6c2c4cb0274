"""One suite for every bus: what nodes may rely on, in one process and over Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from realtime.bus import EVERYBODY, Bus, Exchange, LocalBus, LookAgain, Ring, WhoIsHere
from realtime.redis_bus import RedisBus
from tests.servers import RedisServer
from tests.waiting import wait_for


class Ear:
    """One node's end of a bus, and what it has heard."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.heard: list[Ring] = []
        self.caught_up = 0

    async def start(self) -> "Ear":
        """Begin to listen."""
        await self.bus.start(self._hear, self._catch_up)
        return self

    def _hear(self, rings: Sequence[Ring]) -> None:
        self.heard += rings

    def _catch_up(self) -> None:
        self.caught_up += 1


Connect = Callable[[str], Awaitable[Ear]]


@pytest.fixture(params=["local", "redis"])
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    """Connects nodes by name to one bus of each kind."""
    ears: list[Ear] = []
    exchange = Exchange()
    url = request.getfixturevalue("redis_server").url if request.param == "redis" else ""

    async def connect(node: str) -> Ear:
        ear = await Ear(RedisBus(url, node) if url else LocalBus(exchange)).start()
        ears.append(ear)
        await wait_for(lambda: ear.bus.healthy, "the line is made")
        return ear

    yield connect
    for ear in ears:
        await ear.bus.close()


def ring(number: int) -> WhoIsHere:
    """A ring that can be told from others."""
    return WhoIsHere(str(number))


async def test_who_follows_a_channel_hears_it_in_order(connect: Connect) -> None:
    """Rings of one node on one channel arrive in the order in which they were published."""
    here, there = await connect("here"), await connect("there")
    await there.bus.subscribe(["room:a"])
    for number in range(500):
        here.bus.publish("room:a", [ring(number)])
    await wait_for(lambda: len(there.heard) == 500, "all 500 rings are heard")
    assert there.heard == [ring(number) for number in range(500)]


async def test_rings_published_together_arrive_together(connect: Connect) -> None:
    """What one commit rings is one call of the listener."""
    here, there = await connect("here"), await connect("there")
    await there.bus.subscribe(["room:a"])
    here.bus.publish("room:a", [ring(1), ring(2), LookAgain()])
    await wait_for(lambda: there.heard, "the rings are heard")
    assert there.heard == [ring(1), ring(2), LookAgain()]


async def test_own_rings_do_not_come_back(connect: Connect) -> None:
    """A node has told its own connections already."""
    here, there = await connect("here"), await connect("there")
    await here.bus.subscribe(["room:a"])
    await there.bus.subscribe(["room:a"])
    here.bus.publish("room:a", [ring(1)])
    there.bus.publish("room:a", [ring(2)])
    await wait_for(lambda: here.heard and there.heard, "both have heard the other")
    assert here.heard == [ring(2)]
    assert there.heard == [ring(1)]


async def test_only_followed_channels_are_heard(connect: Connect) -> None:
    """A node is not woken for rooms that nobody on it watches."""
    here, there = await connect("here"), await connect("there")
    await there.bus.subscribe(["room:a", "room:c"])
    here.bus.publish("room:b", [ring(1)])
    here.bus.publish("room:c", [ring(2)])
    await wait_for(lambda: there.heard, "the followed channel is heard")
    assert there.heard == [ring(2)]


async def test_a_channel_left_and_followed_again_is_heard(connect: Connect) -> None:
    """However quickly one leaves and returns, the channel is followed at the end."""
    here, there = await connect("here"), await connect("there")
    for _ in range(20):
        await there.bus.subscribe(["room:a"])
        there.bus.unsubscribe(["room:a"])
    await there.bus.subscribe(["room:a"])
    here.bus.publish("room:a", [ring(1)])
    await wait_for(lambda: there.heard, "the channel is heard")
    assert there.heard == [ring(1)]


async def test_a_channel_that_was_left_falls_silent(connect: Connect) -> None:
    """After leaving, and once anything else is followed, the old channel is no longer heard."""
    here, there = await connect("here"), await connect("there")
    await there.bus.subscribe(["room:a"])
    there.bus.unsubscribe(["room:a"])
    await there.bus.subscribe(["room:b"])
    await there.bus.subscribe(["room:c"])
    here.bus.publish("room:a", [ring(1)])
    here.bus.publish("room:c", [ring(2)])
    await wait_for(lambda: ring(2) in there.heard, "the new channel is heard")
    assert there.heard == [ring(2)]


async def test_a_healthy_bus_says_so(connect: Connect) -> None:
    """Readiness is told from it."""
    here = await connect("here")
    await wait_for(lambda: here.bus.healthy, "the bus is healthy")


async def test_redis_killed_and_restarted(own_redis: RedisServer) -> None:
    """Nobody waits for a dead Redis; when it is back both are followed again and told to compare."""
    here = await Ear(RedisBus(own_redis.url, "here")).start()
    there = await Ear(RedisBus(own_redis.url, "there")).start()
    await there.bus.subscribe(["room:a"])
    before = there.caught_up
    own_redis.kill()
    await wait_for(lambda: not there.bus.healthy, "the loss is noticed")
    here.bus.publish("room:a", [ring(1)])
    await there.bus.subscribe(["room:b"])
    await wait_for(lambda: not here.bus.healthy, "the publisher notices too")
    own_redis.start()
    await wait_for(lambda: all(ear.bus.healthy for ear in (here, there)), "both are back")
    await wait_for(lambda: there.caught_up > before, "the listener is told to compare")
    here.bus.publish("room:b", [ring(2)])
    await wait_for(lambda: ring(2) in there.heard, "what was followed meanwhile is heard")
    await here.bus.close()
    await there.bus.close()


async def test_redis_frozen(own_redis: RedisServer) -> None:
    """A Redis that holds its connections but answers nothing counts as away, and is taken up again."""
    here = await Ear(RedisBus(own_redis.url, "here")).start()
    there = await Ear(RedisBus(own_redis.url, "there")).start()
    await there.bus.subscribe(["room:a"])
    own_redis.freeze()
    here.bus.publish("room:a", [ring(1)])
    await wait_for(lambda: not here.bus.healthy and not there.bus.healthy, "both notice")
    own_redis.thaw()
    await wait_for(lambda: here.bus.healthy and there.bus.healthy, "both are back")
    here.bus.publish("room:a", [ring(2)])
    await wait_for(lambda: ring(2) in there.heard, "rings go on")
    await here.bus.close()
    await there.bus.close()


async def test_what_is_followed_while_the_line_is_made(own_redis: RedisServer) -> None:
    """It is heard although nothing else is followed afterwards, and the bus is never silent."""
    there = await Ear(RedisBus(own_redis.url, "there")).start()
    bus = RedisBus(own_redis.url, "here")
    own_redis.freeze()
    here = Ear(bus)
    starting = asyncio.create_task(here.start())
    await wait_for(lambda: bus._asked, "the first words are on their way to Redis")
    await bus.subscribe(["room:a"])
    own_redis.thaw()
    await starting

    def is_heard() -> bool:
        there.bus.publish(EVERYBODY, [ring(1)])
        there.bus.publish("room:a", [ring(2)])
        return ring(2) in here.heard

    await wait_for(is_heard, "what was followed is heard")
    await bus.close()
    await there.bus.close()


async def test_starting_without_redis(own_redis: RedisServer) -> None:
    """A node starts while Redis is away, and is told to compare once it is there."""
    own_redis.kill()
    here = await Ear(RedisBus(own_redis.url, "here")).start()
    await here.bus.subscribe(["room:a"])
    assert here.caught_up == 0
    own_redis.start()
    await wait_for(lambda: here.caught_up > 0, "it is told to compare")
    await wait_for(lambda: here.bus.healthy, "it is healthy")
    await here.bus.close()
