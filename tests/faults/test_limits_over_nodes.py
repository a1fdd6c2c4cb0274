"""Limits on two nodes: one allowance and one number of connections, also when a node is killed or Redis freezes."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from realtime.protocol import Close
from realtime.sessions import MOST_PER_PERSON
from store.columns import new_id
from tests.faults.conftest import Measured
from tests.faults.guests import guests, talking_guests
from tests.faults.raw_peer import RawPeer, command
from tests.faults.shape import Shape, shape
from tests.nodes import ServerProcess
from tests.servers import RedisServer
from tests.waiting import wait_for
from web.server import REPLIES_AT_ONCE, REPLIES_PER_SECOND

TOLD_WITHIN = 10.0
"""Seconds after which the places of a killed node are free, and new connections are counted together again."""


@pytest.fixture
async def limited(postgresql_url: str, own_redis: RedisServer, tmp_path: Path) -> AsyncIterator[Shape]:
    """Two nodes with their limits in force."""
    async with shape(tmp_path, postgresql_url, nodes=2, redis=own_redis, PARLEY_RATE_LIMITS="on") as running:
        yield running


async def test_places_of_a_killed_node(limited: Shape, own_redis: RedisServer, measured: Measured) -> None:
    """`kill -9`: its connections no longer count after some seconds, and nothing of it stays in Redis."""
    north, south = limited.nodes
    (token,) = await guests(limited, "mallory")
    async with AsyncExitStack() as stack, Redis.from_url(own_redis.url) as redis:
        await wait_for(lambda: _known(redis, 2), "both nodes are known")
        for number in range(MOST_PER_PERSON):
            peer = await RawPeer.welcomed((north, south)[number % 2], token)
            await stack.enter_async_context(peer)
        for node in (north, south):
            async with await RawPeer.connected(node, token) as newest:
                assert await newest.close_code() == Close.TOO_MANY
        north.kill()
        began = time.monotonic()
        for _ in range(MOST_PER_PERSON // 2):
            await stack.enter_async_context(await _let_in(south, token))
        measured("places free again, s", time.monotonic() - began)
        async with await RawPeer.connected(south, token) as newest:
            assert await newest.close_code() == Close.TOO_MANY
        await wait_for(lambda: _known(redis, 1), "the killed node is forgotten")
        await north.start()
        await wait_for(lambda: _known(redis, 2), "it is known again")
        async with await RawPeer.connected(north, token) as newest:
            assert await newest.close_code() == Close.TOO_MANY


@pytest.mark.parametrize("redis_is", ["there", "frozen"])
async def test_replies_through_two_nodes(
    limited: Shape, own_redis: RedisServer, redis_is: str, is_long: bool, measured: Measured
) -> None:
    """Who floods both nodes gets one allowance, and one burst too much; while Redis is frozen, one from each."""
    if redis_is == "frozen" and not is_long:
        pytest.skip("in the long form; tests/realtime/test_sessions.py freezes Redis in the short one")
    (token, _), room = await talking_guests(limited, "mallory", "ivan")
    if redis_is == "frozen":
        own_redis.freeze()
    seconds = 20.0 if is_long else 5.0
    got = await asyncio.gather(*(_acks(node, token, room, seconds) for node in limited.nodes))
    one = REPLIES_AT_ONCE + REPLIES_PER_SECOND * seconds
    measured(f"replies let through of {one:g}, Redis {redis_is}", sum(got))
    assert min(got) > 0
    # A second more than was meant, which the last answers may take.
    assert sum(got) <= 2 * (one + REPLIES_PER_SECOND)
    if redis_is == "there":
        assert sum(got) <= one + REPLIES_AT_ONCE + REPLIES_PER_SECOND
    else:
        assert all(each >= REPLIES_AT_ONCE for each in got)


async def _acks(node: ServerProcess, token: str, room: str, seconds: float) -> int:
    """How many replies a flooder gets acknowledged in so many seconds."""
    async with await RawPeer.welcomed(node, token) as peer:
        posting = asyncio.create_task(_post_on_and_on(peer, room))
        acks = 0
        try:
            async with asyncio.timeout(seconds):
                while True:
                    acks += (await peer.next_frame())[1].startswith(b'{"type":"ack"')
        except TimeoutError:
            return acks
        finally:
            posting.cancel()


async def _post_on_and_on(peer: RawPeer, room: str) -> None:
    while True:
        peer.send(command(type="post", id="1", discussion=room, client_id=new_id(), body="x"))
        # Faster than replies may come, slower than commands may.
        await asyncio.sleep(0.04)


async def _let_in(node: ServerProcess, token: str) -> RawPeer:
    """A connection that stays, as soon as there is a place for it."""
    end = time.monotonic() + TOLD_WITHIN
    while time.monotonic() < end:
        peer = await RawPeer.connected(node, token)
        with contextlib.suppress(AssertionError):
            await peer.greet()
            return peer
        await asyncio.sleep(0.2)
    raise AssertionError(f"no place after {TOLD_WITHIN:g} s")


async def _known(redis: Redis, nodes: int) -> bool:
    return len(await redis.keys("parley:connected:*")) == nodes
