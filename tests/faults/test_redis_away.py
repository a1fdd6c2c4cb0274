"""Redis is killed, loses its clients, or freezes, while everybody talks on two nodes."""

import socket

from tests.faults.conftest import Measured
from tests.faults.round import Round, talking
from tests.faults.shape import Shape
from tests.servers import RedisServer

WELCOMED_WITHIN = 5.0
"""Seconds that a welcome may take while nobody knows yet that Redis does not answer."""
NOTICED_WITHIN = 6.0
"""Seconds after which a node says that Redis does not answer: two of silence, two for a sign of life, and a margin."""


async def test_redis_killed(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Sending and delivery on the same node go on; the other node has caught up 5 s after Redis is back."""
    redis = the_redis(two_nodes)
    async with Round(seed, two_nodes, pinned=True) as round_:
        async with round_.under_way():
            for _ in range(4 if is_long else 1):
                await round_.passes(0.3, 1)
                with round_.fault("Redis is killed"):
                    redis.kill()
                await goes_on_degraded(round_, measured)
                await round_.passes(0.2, 2)
                redis.start()
                await is_back(round_, measured)
        await the_last_word(round_, redis, measured)
        await round_.check()


async def test_redis_loses_its_clients(
    two_nodes: Shape, seed: int, is_long: bool, measured: Measured
) -> None:
    """Every connection to Redis is cut, again and again: nobody misses anything."""
    redis = the_redis(two_nodes)
    async with talking(seed, two_nodes, pinned=True) as round_:
        for _ in range(12 if is_long else 2):
            await round_.passes(0.1, 1)
            kind = round_.dice.choice(["normal", "pubsub"])
            with round_.fault(f"the {kind} clients of Redis are killed"):
                command(redis, f"CLIENT KILL TYPE {kind}")
            await round_.all_served(within=3)
        await is_back(round_, measured)


async def test_redis_frozen(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Redis keeps its connections and says nothing (30 s in the long form); it goes on as after a kill."""
    redis = the_redis(two_nodes)
    async with talking(seed, two_nodes, pinned=True) as round_:
        await round_.passes(0.3, 1)
        with round_.fault("Redis is frozen"):
            redis.freeze()
        try:
            await goes_on_degraded(round_, measured)
            await round_.passes(*((24, 26) if is_long else (0, 0.5)))
            await round_.all_served(within=3)
        finally:
            redis.thaw()
        await is_back(round_, measured)


async def goes_on_degraded(round_: Round, measured: Measured) -> None:
    """Without Redis: replies are acknowledged, people on one node hear each other, newcomers are welcomed, and
    `/readyz` says that it is away."""
    measured("a reply acknowledged without Redis, s", await round_.all_served(within=3))
    for node in round_.shape.nodes:
        measured("delivered on the same node, s", await round_.heard_on(node, within=3))
        measured("welcomed without Redis, s", await round_.welcomes(node, within=WELCOMED_WITHIN))
        await round_.says(node, (200, "degraded"), within=NOTICED_WITHIN)


async def is_back(round_: Round, measured: Measured) -> None:
    """Redis is back: the nodes have caught up within 5 s, and say that they are well."""
    measured("the other node caught up, s", await round_.caught_up(within=5))
    for node in round_.shape.nodes:
        await round_.says(node, (200, "ok"), within=5)


async def the_last_word(round_: Round, redis: RedisServer, measured: Measured) -> None:
    """A lost last ring heals although nothing more is said."""
    await round_.quiet()
    with round_.fault("Redis is killed before the last word"):
        redis.kill()
    await round_.all_served(within=3)
    redis.start()
    measured("the last word caught up, s", await round_.caught_up(within=5))


def the_redis(shape: Shape) -> RedisServer:
    """The Redis under a shape that has one."""
    assert shape.redis
    return shape.redis


def command(redis: RedisServer, line: str) -> None:
    """Send Redis one command on a connection of its own."""
    with socket.create_connection(("127.0.0.1", redis.port), timeout=5) as connection:
        connection.sendall(f"{line}\r\n".encode())
        assert connection.recv(100).startswith((b":", b"+")), line
