"""One server with several processes: whichever is killed is replaced, and its clients go on by the others."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import Measured
from tests.faults.round import talking
from tests.faults.shape import Shape, shape
from tests.nodes import ServerProcess
from tests.servers import RedisServer, spares_of, workers_of
from tests.waiting import PATIENCE, wait_for

PROCESSES = 2
BACK_WITHIN = 5.0
"""Seconds after which as many processes serve as before (the design's bound)."""
LOOKS_EVERY = 0.2
"""Seconds between two looks: at the figures, each of which may be worth a line in the log, and at who loads."""


@pytest.fixture
async def two_processes(postgresql_url: str, own_redis: RedisServer, tmp_path: Path) -> AsyncIterator[Shape]:
    """One server with two processes on PostgreSQL and Redis."""
    async with shape(tmp_path, postgresql_url, redis=own_redis, WEB_CONCURRENCY=str(PROCESSES)) as running:
        yield running


async def test_processes_killed(two_processes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """`kill -9` of one of the processes every few seconds: capacity is back within 5 s, all are live in 15 s."""
    [server] = two_processes.nodes
    async with talking(seed, two_processes) as round_:
        for _ in range(4 if is_long else 1):
            await round_.passes(3, 5)
            await wait_for(lambda: one_is_ready(server), "one process has loaded all and waits")
            victim = round_.dice.choice(sorted(workers_of(server.pid)))
            with round_.fault("a process is killed"):
                os.kill(victim, signal.SIGKILL)
            live, back = await asyncio.gather(round_.all_live(within=15), capacity_back(server))
            measured("all live, s", live)
            measured("capacity back, s", back)


async def one_is_ready(server: ServerProcess) -> bool:
    """Whether a process that waits for a place has done all that it can do until then."""
    before = {pid: _worked(pid) for pid in spares_of(server.pid)}
    # Two looks, apart: who loads has worked in between.
    await asyncio.sleep(LOOKS_EVERY)
    return any(worked is not None and _worked(pid) == worked for pid, worked in before.items())


def _worked(pid: int) -> list[str] | None:
    """Its time on the processor so far; None unless it is asleep, since who is only kept from the processor is not."""
    state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return fields[10:12] if state == "S" else None


async def capacity_back(server: ServerProcess) -> float:
    """Wait until all processes serve; gives back how many seconds it took."""
    began = time.monotonic()
    await wait_for(lambda: all_serve(server), "all processes serve", BACK_WITHIN)
    return time.monotonic() - began


async def all_serve(server: ServerProcess) -> bool:
    """Whether as many processes as there should be tell their figures."""
    await asyncio.sleep(LOOKS_EVERY)
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        told = (await client.get("/metrics")).text
    return len(re.findall(r"^parley_process_up{.*} 1\.0$", told, re.MULTILINE)) == PROCESSES
