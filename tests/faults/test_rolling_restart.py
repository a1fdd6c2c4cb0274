"""Two nodes are restarted one after the other under load: no request fails and no reply is lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from tests.faults.conftest import Measured
from tests.faults.requesting import Requester
from tests.faults.round import Round
from tests.faults.shape import Shape
from tests.faults.stored import read_logs
from tests.faults.talk import Talk, talk_on
from tests.nodes import ServerProcess

ENDS_WITHIN = 15.0


async def test_rolling_restart(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Live clients go to the other node and miss nothing; every request is answered, on new and kept connections."""
    talk = await talk_on(two_nodes.database_url, "grace", "heidi", "ivan", "judy")
    async with Round(seed, two_nodes) as round_:
        async with round_.under_way(), requests(two_nodes, talk, seed, measured):
            for _ in range(3 if is_long else 1):
                for node in two_nodes.nodes:
                    await round_.passes(0.5, 1.5)
                    with round_.fault(f"{node.folder.name} is restarted in order"):
                        measured("end of a node, s", await ended(node))
                    await round_.restart(node)
                    measured("all live, s", await round_.all_live(within=15))
        await round_.check()


async def test_rolling_restart_of_quick_nodes(
    two_nodes: Shape, seed: int, is_long: bool, measured: Measured
) -> None:
    """Nobody is live, so that nodes end at once: every request is answered all the same."""
    talk = await talk_on(two_nodes.database_url, "grace", "heidi", "ivan", "judy")
    dice = Random(f"{seed} restarts")
    async with requests(two_nodes, talk, seed, measured):
        for _ in range(4 if is_long else 1):
            for node in two_nodes.nodes:
                await asyncio.sleep(dice.uniform(0.2, 0.7))
                measured("end of a node, s", await ended(node))
                await node.start()


async def ended(node: ServerProcess) -> float:
    """SIGTERM; the seconds until it has ended, which it does in order and in time."""
    began = time.monotonic()
    assert await node.stop() == 0, node.output()
    took = time.monotonic() - began
    assert took < ENDS_WITHIN
    return took


@asynccontextmanager
async def requests(running: Shape, talk: Talk, seed: int, measured: Measured) -> AsyncIterator[None]:
    """Requests without a pause as long as the block lasts; none of them may fail, and each reply is stored once."""
    urls = [node.url for node in running.nodes]
    requesters = [
        Requester(
            urls, token, talk.discussion, Random(f"{seed} {place} requests"), keeps_alive=place % 2 == 0
        )
        for place, token in enumerate(talk.tokens)
    ]
    requesting = [asyncio.create_task(one.run()) for one in requesters]
    try:
        yield
    finally:
        for task in requesting:
            task.cancel()
        await asyncio.gather(*requesting, return_exceptions=True)
    assert [failure for one in requesters for failure in one.failures] == []
    assert all(one.answered and one.elsewhere for one in requesters)
    measured("requests answered", sum(one.answered for one in requesters))
    log = (await read_logs(running.database_url, [talk.discussion]))[talk.discussion]
    stored = {line.client_id: line.seq for line in log if line.client_id}
    assert stored == {client_id: seq for one in requesters for client_id, seq in one.posted.items()}
