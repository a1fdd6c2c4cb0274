"""More connections than the process may have descriptors: new ones are refused, the others do not notice."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from tests.faults.conftest import Measured
from tests.faults.footprint import established
from tests.faults.guests import guests
from tests.faults.raw_peer import RawPeer
from tests.faults.round import LETS_GO_WITHIN, Round
from tests.faults.shape import Shape
from tests.nodes import ServerProcess
from tests.waiting import PATIENCE, wait_for

Ask = Callable[[], Awaitable[int]]
"""Asks once, and says with which status one was answered."""
SPARE = 150
"""Descriptors that the process may still open when the fault begins."""
COME = 300
"""Connections that are tried."""
READERS = 30
"""More at once than the store has connections."""
LEAVING = 30
"""Descriptors that may come free at that moment: of who has just left."""


async def test_too_few_descriptors(one_node: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Who comes is told 503, or sent away where not even a reserve is left; who is there is served; then it heals."""
    node = one_node.nodes[0]
    [token] = await guests(one_node, "grace")
    async with Round(seed, one_node) as round_:
        async with asking(node, token) as connected:
            await has_all_it_needs(round_, node, token)
            await is_served(round_, connected)
            for spare in (SPARE, 0) * (4 if is_long else 1):
                with round_.fault(f"{spare} descriptors are left"):
                    told = await crowded(round_, node, connected, spare)
                if spare:
                    measured("refused", len(told))
                    # Who said nothing for too long was let go without a word.
                    assert {answer[:13] for answer in told if answer} == {b"HTTP/1.1 503 "}
                    assert COME - len(told) > spare // 2
                await newcomers_are_welcome(round_, node)
        await round_.check()


async def has_all_it_needs(round_: Round, node: ServerProcess, token: str) -> None:
    """Every connection to the store is open: many have read at once, and are gone."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=node.url, headers=headers, timeout=PATIENCE) as client:
        answers = await asyncio.gather(*(client.get("/api/discussions") for _ in range(READERS)))
    assert {answer.status_code for answer in answers} == {200}
    await is_left_by_others(round_, node)


async def crowded(round_: Round, node: ServerProcess, connected: Ask, spare: int) -> list[bytes]:
    """Many come where few descriptors are left; what those were told who were sent away."""
    async with AsyncExitStack() as stack, limited(node, descriptors_of(node) + spare):
        told = await crowd(node, stack)
        await are_refused(told, COME - spare - LEAVING)
        sent_away = refused(told)
        await is_served(round_, connected)
        return sent_away


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


async def is_served(round_: Round, connected: Ask) -> None:
    """Everybody who is connected can write, and read from the store."""
    for _ in range(5):
        await round_.all_served(within=5)
        assert await connected() == 200


async def newcomers_are_welcome(round_: Round, node: ServerProcess) -> None:
    """The crowd is gone, and whoever comes is let in."""
    await is_left_by_others(round_, node)
    async with await RawPeer.welcomed(node, round_.tokens["alice"]):
        pass


async def is_left_by_others(round_: Round, node: ServerProcess) -> None:
    """Only those who talk are connected, and who asks by HTTP."""
    those = len(round_.chatters) + 1
    await wait_for(lambda: established(node.port) <= those, "the others are let go", LETS_GO_WITHIN)


@asynccontextmanager
async def asking(node: ServerProcess, token: str) -> AsyncIterator[Ask]:
    """Somebody with an open connection, over which she asks by HTTP; never so seldom that it would be closed."""
    headers = {"Authorization": f"Bearer {token}"}
    one_at_a_time = asyncio.Lock()
    async with httpx.AsyncClient(base_url=node.url, headers=headers, timeout=PATIENCE) as client:

        async def ask() -> int:
            async with one_at_a_time:
                return (await client.get("/api/discussions")).status_code

        async def go_on() -> None:
            while True:
                await ask()
                # Paced, not waited for: far more often than a connection may rest.
                await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            going_on = group.create_task(go_on())
            yield ask
            going_on.cancel()


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
