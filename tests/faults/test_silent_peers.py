"""Peers that hold a connection without doing their part, or have vanished: let go in time, and nobody else notices."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from realtime.protocol import Close
from tests.faults.conftest import Measured
from tests.faults.footprint import established
from tests.faults.guests import guests, talking_guests
from tests.faults.namespace import SERVER, Namespace
from tests.faults.raw_peer import RawPeer, upgrade
from tests.faults.round import Round
from tests.faults.shape import Shape, shape
from tests.realtime.clients import LiveClient
from tests.waiting import wait_for

Way = Callable[[RawPeer], Coroutine[Any, Any, object]]

LET_GO_WITHIN = 35.0
"""Seconds in which the server lets go of a peer that is gone (the design's bound)."""


@pytest.fixture
async def open_node(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shape]:
    """One node on SQLite that listens on all addresses of this machine."""
    async with shape(tmp_path, sqlite_url, PARLEY_HOST="0.0.0.0") as running:  # noqa: S104 - the other namespace's too
        yield running


async def test_peers_that_do_nothing_or_vanish(
    open_node: Shape, seed: int, is_long: bool, measured: Measured
) -> None:
    """Silent from the beginning, in the middle of a head, before hello, after a close; deaf to pings; not reading.

    Some vanish, so that no packet of theirs comes any more, with and without something on its way to them: where the
    tests may make a network for them to vanish in.
    """
    node, each = open_node.nodes[0], 20 if is_long else 3
    async with Round(seed, open_node) as round_, AsyncExitStack() as stack:
        (speaks, listens), discussion = await talking_guests(open_node, "grace", "heidi")
        (alone,) = await guests(open_node, "ivan")
        speaker = await LiveClient.welcomed(node.live_url, speaks)
        others = established(node.port)

        async def do_nothing(in_this_way: Way) -> object:
            peer = await stack.enter_async_context(await RawPeer.reach(node, receive_buffer=4096))
            return await in_this_way(peer)

        ways = [(way, heard) for way, heard in ways_to_do_nothing(alone) for _ in range(each)]
        async with round_.under_way():
            with round_.fault("peers that do nothing or vanish"):
                if Namespace.is_possible():
                    network = stack.enter_context(Namespace())
                    for token in (listens, alone) * each:
                        peer = await RawPeer.over(network.new_socket(), (SERVER, node.port))
                        await stack.enter_async_context(peer)
                        await peer.open(token)
                        await peer.greet()
                    network.cut()
                    await speaker.post(discussion, "Are you there?")
                heard = asyncio.gather(*(do_nothing(way) for way, _ in ways))
                began = time.monotonic()
                await wait_for(lambda: established(node.port) >= others + len(ways), "they are there")
                await wait_for(lambda: established(node.port) <= others, "all are let go", LET_GO_WITHIN)
                measured("let go, s", time.monotonic() - began)
                assert await heard == [wanted for _, wanted in ways]
        await speaker.close()
        await round_.check()


def ways_to_do_nothing(token: str) -> Iterator[tuple[Way, object]]:
    """Each way of doing nothing, and what is heard of the server by it."""

    async def nothing(peer: RawPeer) -> object:
        return await peer.ended(LET_GO_WITHIN)

    async def half_a_head(peer: RawPeer) -> object:
        peer.send(b"GET / HTTP/1.1\r\nHos")
        return (await peer.ended(LET_GO_WITHIN))[:13]

    async def drop_by_drop(peer: RawPeer) -> object:
        dripping = asyncio.create_task(_drip(peer))
        try:
            return (await peer.ended(LET_GO_WITHIN))[:13]
        finally:
            dripping.cancel()

    async def no_hello(peer: RawPeer) -> object:
        await peer.open(token)
        return await peer.close_code(LET_GO_WITHIN)

    async def no_answer_to_a_close(peer: RawPeer) -> object:
        await peer.open(None)
        return await peer.close_code(LET_GO_WITHIN)

    async def no_pong(peer: RawPeer) -> object:
        await peer.open(token)
        await peer.greet()
        return await peer.close_code(LET_GO_WITHIN)

    async def no_reading(peer: RawPeer) -> object:
        peer.send(upgrade(token))
        return None

    async def no_reading_of_answers(peer: RawPeer) -> object:
        peer.send(b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
        return None

    yield nothing, b""
    yield half_a_head, b"HTTP/1.1 408 "
    yield drop_by_drop, b"HTTP/1.1 408 "
    yield no_hello, Close.NOT_SIGNED_IN
    yield no_answer_to_a_close, Close.NOT_SIGNED_IN
    yield no_pong, 1011
    yield no_reading, None
    yield no_reading_of_answers, None


async def _drip(peer: RawPeer) -> None:
    for letter in b"GET / HTTP/1.1\r\nX-Slow: " + b"o" * 100:
        peer.send(bytes([letter]))
        await asyncio.sleep(0.5)
