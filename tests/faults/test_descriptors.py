"""More connections than the process may have descriptors: new ones are refused, the others do not notice."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from tests.faults.conftest import Measured
from tests.faults.footprint import established
from tests.faults.guests import guests
from tests.faults.raw_peer import RawPeer
from tests.faults.round import LETS_GO_WITHIN, Round
from tests.faults.shape import Shape
from tests.nodes import ServerProcess
from tests.waiting import wait_for

SPARE = 150
"""Descriptors that the process may still open when the fault begins."""
COME = 300
"""Connections that are tried."""
LEAVING = 30
"""Descriptors that may come free at that moment: of who has just left."""


async def test_too_few_descriptors(one_node: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Who comes is told 503, or sent away where not even a reserve is left; who is there is served; then it heals."""
    node = one_node.nodes[0]
    async with Round(seed, one_node) as round_, asking(node, *await guests(one_node, "grace")) as connected:
        # What the store and the work itself need is open by then.
        await is_served(round_, connected)
        for spare in (SPARE, 0) * (4 if is_long else 1):
            with round_.fault(f"{spare} descriptors are left"):
                async with AsyncExitStack() as stack, limited(node, descriptors_of(node) + spare):
                    told = await crowd(node, stack)
                    await are_refused(told, COME - spare - LEAVING)
                    if spare:
                        measured("refused", len(refused(told)))
                        assert {answer[:13] for answer in refused(told)} == {b"HTTP/1.1 503 "}
                        assert len(told) - len(refused(told)) > spare // 2
                    await is_served(round_, connected)
            await newcomers_are_welcome(round_, node)
        await round_.check()


async def crowd(node: ServerProcess, stack: AsyncExitStack) -> list["asyncio.Task[bytes]"]:
    """Many connect and say nothing; what each is told in the end."""
    told = []
    for _ in range(COME):
        peer = await stack.enter_async_context(await RawPeer.reach(node))
        task = asyncio.create_task(peer.ended(60))
        stack.callback(task.cancel)
        told.append(task)
    return told


async def are_refused(told: list["asyncio.Task[bytes]"], number: int) -> None:
    """Wait until so many have been sent away."""
    await wait_for(lambda: len(refused(told)) >= number, f"{number} are refused")


def refused(told: list["asyncio.Task[bytes]"]) -> list[bytes]:
    """What those were told whose connection has ended."""
    return [task.result() for task in told if task.done()]


async def is_served(round_: Round, connected: httpx.AsyncClient) -> None:
    """Everybody who is connected can write, and read from the store."""
    for _ in range(5):
        await round_.all_served(within=5)
        assert (await connected.get("/api/discussions")).status_code == 200


async def newcomers_are_welcome(round_: Round, node: ServerProcess) -> None:
    """The crowd is gone, and whoever comes is let in."""
    others = len(round_.chatters) + 1
    await wait_for(lambda: established(node.port) <= others, "the crowd is let go", LETS_GO_WITHIN)
    async with await RawPeer.welcomed(node, round_.tokens["alice"]):
        pass


@asynccontextmanager
async def asking(node: ServerProcess, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with an open connection, over which she asks by HTTP."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=node.url, headers=headers, timeout=10) as client:
        assert (await client.get("/api/unread")).status_code == 200
        yield client


@asynccontextmanager
async def limited(node: ServerProcess, descriptors: int) -> AsyncIterator[None]:
    """The server may have so many descriptors until the block ends."""
    before = resource.prlimit(node.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(node.pid, resource.RLIMIT_NOFILE, (descriptors, before[1]))
    try:
        yield
    finally:
        resource.prlimit(node.pid, resource.RLIMIT_NOFILE, before)


def descriptors_of(node: ServerProcess) -> int:
    """How many descriptors the server has."""
    return len(os.listdir(f"/proc/{node.pid}/fd"))
