"""SQLite's file is locked by another process, or its disk is full, while everybody talks on one node."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from store.direct import BUSY_SECONDS
from tests.faults.conftest import Measured
from tests.faults.journal import Sent
from tests.faults.recovering import took
from tests.faults.round import Round, talking
from tests.faults.shape import Shape
from tests.faults.small_disk import SmallDisk
from tests.faults.town import MARKS

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""
BACK_WITHIN = 5.0
"""Seconds after which replies are stored again, once nothing stands in the way."""
MOST_OVERWRITTEN = 500
"""Replies of three pages that fit into an old write-ahead log, with a margin."""


async def test_locked_for_a_while(one_node: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Locked by another process for 3 s: replies wait and are then stored; none is refused; reading goes on."""
    async with talking(seed, one_node) as round_:
        for _ in range(3 if is_long else 1):
            await round_.passes(0.2, 1)
            with round_.fault("the database is locked for 3 s"), locked(one_node.database_file):
                locked_at = time.monotonic()
                await reads(round_, measured)
                await asyncio.sleep(max(0, 3 - (time.monotonic() - locked_at)))
            measured("back, s", await round_.all_served(BACK_WITHIN))
    is_sound(one_node)
    assert "unavailable" not in {error["code"] for error in round_.errors()}


async def test_locked_for_long(one_node: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Locked for 15 s (7 s in the short form): replies are refused with advice; reading goes on; no restart."""
    async with talking(seed, one_node) as round_:
        await round_.passes(0.2, 1)
        with round_.fault("the database is locked for long"), locked(one_node.database_file):
            locked_at = time.monotonic()
            await refuses(round_, measured)
            await reads(round_, measured)
            await asyncio.sleep(max(0, (15 if is_long else 7) - (time.monotonic() - locked_at)))
        measured("back, s", await round_.all_served(BACK_WITHIN))
    is_sound(one_node)


async def test_disk_full(small_disk: SmallDisk, seed: int, is_long: bool, measured: Measured) -> None:
    """No room on the disk: replies are refused with advice; reading goes on; with room again, so does writing."""
    async with talking(seed, small_disk) as round_:
        for _ in range(4 if is_long else 1):
            await round_.passes(0.2, 1)
            with round_.fault("the disk is full"):
                small_disk.fill()
            await refuses(round_, measured)
            await reads(round_, measured)
            await round_.passes(0, 2)
            small_disk.make_room()
            measured("back, s", await round_.all_served(BACK_WITHIN))
    is_sound(small_disk)


async def refuses(round_: Round, measured: Measured) -> None:
    """Sooner or later a reply is refused, with advice when to try again.

    On a full disk not at once: SQLite writes over what its write-ahead log has done with, as far as that goes.
    """
    for _ in range(MOST_OVERWRITTEN):
        sent = await answered(round_)
        if sent.errors:
            break
    else:
        raise AssertionError("nothing was refused")
    assert sent.errors[0]["code"] == "unavailable"
    assert sent.errors[0]["retry_after"] >= 1
    measured("refused after, s", sent.attempts[0].took or 0)


async def answered(round_: Round) -> Sent:
    """A long reply that Alice has said, and to which she has had an answer."""
    sent = await round_.chatters[0].say(round_.rooms[1], f"{MARKS[0]} in vain? {'x' * 10_000}")
    await took(lambda: sent.errors or sent.acks, "the reply has an answer", BUSY_SECONDS * 2 + 2)
    return sent


async def reads(round_: Round, measured: Measured) -> None:
    """The log and the box are read as ever."""
    headers = {"Authorization": f"Bearer {round_.tokens['bob']}"}
    [node] = round_.shape.nodes
    async with httpx.AsyncClient(base_url=node.url, headers=headers, timeout=5) as client:
        for path in (f"/api/discussions/{round_.rooms[1]}/entries", "/api/discussions?box=inbox", "/"):
            began = time.monotonic()
            answer = await client.get(path)
            measured("read meanwhile, s", time.monotonic() - began)
            assert answer.status_code == 200, (path, answer.text)


def is_sound(shape: Shape) -> None:
    """SQLite itself finds nothing wrong with the file."""
    connection = sqlite3.connect(shape.database_file)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process holds SQLite's write lock until the block ends."""
    with subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as locker:
        assert locker.stdout
        assert locker.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            locker.kill()
