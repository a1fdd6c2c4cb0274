"""Two hundred clients stop reading: little memory for each, closed and let go in time; nobody else notices."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from statistics import median

import httpx

from realtime.protocol import Close
from store.columns import new_id
from tests.faults.conftest import Measured
from tests.faults.footprint import established, footprint
from tests.faults.guests import talking_guests
from tests.faults.raw_peer import RawPeer, command
from tests.faults.round import Round
from tests.faults.shape import Shape
from tests.nodes import ServerProcess
from tests.realtime.clients import LiveClient
from tests.waiting import wait_for

STOPPED = 200
READ_ON = 10
"""Of these, so many read on when they have been closed, and see why."""
MEBIBYTE = 2**20
LET_GO_WITHIN = 35.0
"""Seconds from the last byte that is read until the server has let go (the design's bound)."""
LARGE = "x" * 15_000
ENOUGH = 72
"""Of these, more than a mebibyte: for one reader the kernel takes 128 KiB and the server 768."""


async def test_two_hundred_stopped_readers(
    one_node: Shape, seed: int, is_long: bool, measured: Measured
) -> None:
    """A mebibyte for each at most; each is closed with 4408 and let go; who reads has everything in order."""
    async with Round(seed, one_node) as round_, contextlib.AsyncExitStack() as stack:
        node = one_node.nodes[0]
        (speaks, listens, slow), discussion = await talking_guests(one_node, "grace", "heidi", "ivan")
        speaker, listener = [await LiveClient.welcomed(node.live_url, token) for token in (speaks, listens)]
        others = established(node.port)
        stopped = await gathered(lambda: RawPeer.welcomed(node, slow, receive_buffer=4096), STOPPED)
        for peer in stopped:
            stack.callback(peer.vanish)
        before, began = (await footprint(node)).memory, time.monotonic()
        most = before
        async with round_.under_way():
            with round_.fault(f"{STOPPED} clients stop reading"):
                for said in range(1, ENOUGH + 1):
                    assert (await speaker.post(discussion, LARGE))["type"] == "ack"
                    if said % 10 == 0:
                        most = max(most, (await footprint(node)).memory)
                codes = await asyncio.gather(*(peer.close_code() for peer in stopped[:READ_ON]))
                await wait_for(lambda: established(node.port) <= others, "all are let go", LET_GO_WITHIN)
            measured("let go, s", time.monotonic() - began)
            measured("memory for each, MiB", (most - before) / STOPPED / MEBIBYTE)
            assert most - before <= STOPPED * MEBIBYTE
            # Whoever reads on too slowly finds the connection aborted.
            assert set(codes) <= {Close.TOO_SLOW, None}
            assert await closes(node) == STOPPED
            await wait_for(lambda: len(listener.seqs(discussion)) >= ENOUGH, "who reads has everything")
            assert listener.seqs(discussion) == sorted(set(listener.seqs(discussion)))
        if is_long:
            await _few_bytes_wait_too_long(one_node, slow, speaker, discussion, measured)
        await stack.aclose()
        await asyncio.gather(speaker.close(), listener.close())
        await round_.check()


async def _few_bytes_wait_too_long(
    shape: Shape, slow: str, speaker: LiveClient, discussion: str, measured: Measured
) -> None:
    """The same with much less to read than the bound on bytes: the bound on time holds, and others' latency stays."""
    node = shape.nodes[0]
    (token, _), elsewhere = await talking_guests(shape, "judy", "karl")
    async with await RawPeer.welcomed(node, token) as other:
        others, closed = established(node.port), await closes(node)
        measured("others' latency with nobody slow, ms", 1000 * await latency(other, elsewhere))
        stopped = await gathered(lambda: RawPeer.welcomed(node, slow, receive_buffer=4096), STOPPED)
        # More than the kernel takes, and half of what may wait.
        for _ in range(MEBIBYTE // 2 // len(LARGE)):
            await speaker.post(discussion, LARGE)
        began = time.monotonic()
        measured(f"others' latency with {STOPPED} slow, ms", 1000 * await latency(other, elsewhere))
        await wait_for(lambda: established(node.port) <= others, "all are let go", LET_GO_WITHIN)
    measured("let go with little to read, s", time.monotonic() - began)
    # The others have not answered the server's pings for as long.
    assert await closes(node) > closed
    for peer in stopped:
        peer.vanish()


async def latency(peer: RawPeer, discussion: str) -> float:
    """The median of some replies, from sending to its acknowledgement, in seconds."""
    took = []
    for _ in range(100):
        began = time.perf_counter()
        peer.send(command(type="post", id="1", discussion=discussion, client_id=new_id(), body="x"))
        await peer.told("ack")
        took.append(time.perf_counter() - began)
    return median(took)


async def closes(node: ServerProcess) -> int:
    """How many connections the server has closed for reading too slowly."""
    async with httpx.AsyncClient(base_url=node.url, timeout=10) as client:
        told = (await client.get("/metrics")).text
    found = re.findall(rf'^parley_closes_total{{.*code="{Close.TOO_SLOW}".*}} (\S+)$', told, re.MULTILINE)
    return int(sum(map(float, found)))


async def gathered(connect: Callable[[], Awaitable[RawPeer]], number: int) -> list[RawPeer]:
    """So many peers, some at a time."""
    peers: list[RawPeer] = []
    while len(peers) < number:
        peers += await asyncio.gather(*(connect() for _ in range(20)))
    return peers
