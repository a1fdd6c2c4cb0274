"""Peers that send as fast as they can: they are refused or read slowly; nobody else waits and no memory grows."""

import asyncio
import contextlib
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import repeat
from pathlib import Path

import pytest

from realtime.sessions import MOST_PER_PERSON
from tests.faults.conftest import Measured
from tests.faults.footprint import SPARE_TASKS, Footprint, footprint
from tests.faults.guests import guests
from tests.faults.raw_peer import CONTINUED, PING, TEXT, RawPeer, command, frame, upgrade
from tests.faults.round import LETS_GO_WITHIN, Round
from tests.faults.shape import Shape, shape
from tests.nodes import ServerProcess
from tests.waiting import wait_for

FLOODERS = 10
AT_A_TIME = 10
LENGTH = re.compile(rb"(?i)content-length: (\d+)")
MEBIBYTE = 2**20
MOST_GROWTH = 24 * MEBIBYTE
"""Resident memory that ten flooders may cost altogether while they flood, caches of an ordinary round included."""


@pytest.fixture
async def limited(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shape]:
    """One node on SQLite with its limits in force."""
    async with shape(tmp_path, sqlite_url, PARLEY_RATE_LIMITS="on") as running:
        yield running


def posts(room: str) -> bytes:
    """Many replies to a discussion that the writer is not in."""
    return b"".join(
        command(type="post", id="1", discussion=room, client_id=str(number), body="x")
        for number in range(100)
    )


Flood = Callable[[int], Awaitable[None]]

FLOODS: dict[str, bytes] = {
    "pings of the protocol": command(type="ping", n=1) * 200,
    "control pings": frame(PING, b"x" * 125) * 100,
    "empty control pings": frame(PING) * 2000,
    "fragments without end": frame(CONTINUED, b"x", fin=False) * 1000,
    "empty fragments": frame(CONTINUED, fin=False) * 2000,
    "posts to nowhere": posts("0" * 32),
    "large commands": command(type="post", id="1", discussion="0" * 32, client_id="c", body="x" * 100_000),
    "opens": command(type="open", id="1", discussion="0" * 32) * 200,
}
BEGINS = {"fragments without end", "empty fragments"}


async def test_frames(limited: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Ten connections of one person write as fast as they are read, some without reading the answers."""
    async with Round(seed, limited) as round_:
        node = limited.nodes[0]
        (token,) = await guests(limited, "mallory")
        before = await footprint(node)

        async def all_at_once(number: int) -> None:
            flood = list(FLOODS)[number % len(FLOODS)]
            await frames(node, token, flood, reads=round_.dice.random() < 0.5)

        def one_kind(flood: str) -> Flood:
            return lambda number: frames(node, token, flood, reads=number % 2 == 0)

        floods: dict[str, Flood] = {"all kinds": all_at_once}
        if is_long:
            floods |= {flood: one_kind(flood) for flood in FLOODS}
        for name, flood in floods.items():
            with round_.fault(name):
                async with flooding(flood, FLOODERS):
                    most = await watched(round_, node, seconds=2)
            measured("memory, MiB", (most - before.memory) / MEBIBYTE)
            assert most - before.memory < MOST_GROWTH, name
        await let_go(node, before)
        await refused_by_type(node, token)
        await round_.check()


async def refused_by_type(node: ServerProcess, token: str) -> None:
    """Who sends too fast is told `rate_limited` and when to go on, for each command that was read."""
    async with await RawPeer.welcomed(node, token) as peer:
        for number in range(400):
            peer.send(command(type="ping", n=number))
        answers = [json.loads((await peer.next_frame())[1]) for _ in range(400)]
    assert {answer["type"] for answer in answers} == {"pong", "error"}
    errors = [answer for answer in answers if answer["type"] == "error"]
    assert {error["code"] for error in errors} == {"rate_limited"}
    assert all(error["retry_after"] > 0 for error in errors)


async def test_requests(limited: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """One person asks by HTTP as fast as she is answered: others are served too, and in time she is told 429."""
    async with Round(seed, limited) as round_:
        node = limited.nodes[0]
        (token,) = await guests(limited, "mallory")
        answers: Counter[int] = Counter()
        with round_.fault("requests without end"):
            async with flooding(lambda _: requests(node, token, answers), FLOODERS):
                await watched(round_, node, seconds=5 if is_long else 2)
                if is_long:
                    await wait_for(lambda: answers[429], "she is refused", 60)
        assert answers.keys() <= {200, 429}, answers
        measured("requests answered", answers.total())
        await round_.check()


async def test_pipelines(limited: Shape, seed: int, is_long: bool) -> None:
    """Thousands of requests at once on one connection, whose answers nobody reads: the connection ends."""
    async with Round(seed, limited) as round_:
        node = limited.nodes[0]
        before = (await footprint(node)).memory
        request = b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        async with contextlib.AsyncExitStack() as stack:
            with round_.fault("pipelines"):
                for _ in range(100 if is_long else 20):
                    peer = await stack.enter_async_context(await RawPeer.reach(node, receive_buffer=4096))
                    peer.send(request * 3000)
                most = await watched(round_, node, seconds=2)
        assert most - before < MOST_GROWTH
        await round_.check()


async def test_connections(limited: Shape, seed: int, is_long: bool) -> None:
    """One person connects without end: twenty stand, each further one is closed with 4429; strangers with 4401."""
    async with Round(seed, limited) as round_:
        node = limited.nodes[0]
        (token,) = await guests(limited, "mallory")
        codes: Counter[int | None] = Counter()

        async def connect_on_and_on(number: int) -> None:
            shown = token if number % 2 else None
            while True:
                async with await RawPeer.reach(node) as peer:
                    peer.send(upgrade(shown))
                    await peer.reader.readuntil(b"\r\n\r\n")
                    codes[await peer.close_code()] += 1

        async with contextlib.AsyncExitStack() as stack:
            for _ in range(MOST_PER_PERSON):
                await stack.enter_async_context(await RawPeer.welcomed(node, token))
            with round_.fault("connections without end"):
                async with flooding(connect_on_and_on, FLOODERS):
                    await watched(round_, node, seconds=5 if is_long else 2)
        assert set(codes) - {None} == {4401, 4429}
        await round_.check()


@asynccontextmanager
async def flooding(flood: Flood, flooders: int) -> AsyncIterator[None]:
    """So many flooders at once, until the block ends."""

    async def go_on(number: int) -> None:
        while True:
            # Whoever is cut off comes again, a moment later.
            with contextlib.suppress(OSError, EOFError):
                await flood(number)
            await asyncio.sleep(0.05)

    tasks = [asyncio.create_task(go_on(number)) for number in range(flooders)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def frames(node: ServerProcess, token: str, flood: str, *, reads: bool) -> None:
    """Send one kind of frame as fast as the server takes it."""
    receive_buffer = None if reads else 4096
    async with await RawPeer.welcomed(node, token, receive_buffer=receive_buffer) as peer:
        reading = asyncio.create_task(peer.ended(3600)) if reads else None
        if flood in BEGINS:
            peer.send(frame(TEXT, b"{", fin=False))
        try:
            await peer.flood(repeat(FLOODS[flood]))
        finally:
            if reading is not None:
                reading.cancel()


async def requests(node: ServerProcess, token: str, answers: Counter[int]) -> None:
    """Ask for one's count of unread discussions again and again, some requests at a time."""
    request = f"GET /api/unread HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    async with await RawPeer.reach(node) as peer:
        while True:
            peer.send(request * AT_A_TIME)
            for _ in range(AT_A_TIME):
                head = await peer.reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                assert length, head
                await peer.reader.readexactly(int(length[1]))
                status = int(head.split()[1])
                answers[status] += 1
                assert status == 200 or b"retry-after: " in head.lower(), head


async def let_go(node: ServerProcess, before: Footprint) -> None:
    """Wait until the server has noticed that the flooders are gone, which takes as long as it lets them wait."""

    async def is_rid() -> bool:
        return (await footprint(node)).tasks <= before.tasks + SPARE_TASKS

    await wait_for(is_rid, "the server has let the flooders go", LETS_GO_WITHIN)


async def watched(round_: Round, node: ServerProcess, seconds: float) -> int:
    """Let some time pass in which everybody else is served; gives back the most memory that the server took.

    Only this is said meanwhile, so that the limits, which are in force, are nobody's but the flooders'.
    """
    most = 0
    async with asyncio.timeout(seconds + 30):
        for _ in _moments(seconds):
            await round_.passes(0.1, 0.3)
            await round_.all_served(within=5)
            most = max(most, (await footprint(node)).memory)
    return most


def _moments(seconds: float) -> Iterator[None]:
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        yield
