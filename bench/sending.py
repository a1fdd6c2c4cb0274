"""Sending to very many: how long it takes, and what others notice of it.

Somebody talks in a small discussion at a steady pace, while messages go to a group of thousands; the members are not
connected, or all of them are (in a process of its own, which yields to the one that takes the time).
"""

import asyncio
import multiprocessing
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, cast

import msgspec

from bench.crowd import connect, leave
from bench.load import Client
from bench.machine import percentile
from bench.row import Row, at_most
from bench.server import Process, Site, call

SENDS = 5
PER_SECOND = 100.0
"""Replies of the talker."""
QUIET_SECONDS = 1.0
"""How long the talker's acks are timed before each sending, so that the machine's moods reach both sides."""
BREATH = 0.5
"""Seconds in which what one step has set off comes to an end; replies count for neither side."""
PATIENCE = 60.0
LONGEST = 1.5
"""Seconds that a sending may take (qualities.md)."""
SLOWER = 2.0

Window = tuple[float, float]
"""From one moment to another."""

ADDED = b'{"type":"added"'


class Ack(msgspec.Struct):
    """The part of an `ack` that says which post it answers."""

    id: str


class Talker:
    """Posts at a steady pace whatever comes back, and notes when each reply was posted and how long its ack took."""

    def __init__(self, client: Client, discussion: str) -> None:
        self._client = client
        self._discussion = discussion
        self._posted: dict[str, float] = {}
        self.took: list[tuple[float, float]] = []
        client.on_frame = self._hear
        self._task = asyncio.create_task(self._talk())

    def within(self, windows: Sequence[Window]) -> list[float]:
        """Milliseconds to the ack of what was posted in these times."""
        return [took * 1000 for at, took in self.took if any(began <= at <= end for began, end in windows)]

    async def stop(self) -> None:
        """Say no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _talk(self) -> None:
        start, number = time.perf_counter(), 0
        while True:
            number += 1
            await asyncio.sleep(max(0.0, start + number / PER_SECOND - time.perf_counter()))
            post_id = str(number)
            self._posted[post_id] = time.perf_counter()
            post = {
                "type": "post",
                "id": post_id,
                "discussion": self._discussion,
                "client_id": f"{time.time_ns():x}-{number}",
                "body": "Something of about the length that people write. " * 4,
            }
            self._client.send([post])

    def _hear(self, frame: bytes) -> None:
        if frame.startswith(b'{"type":"ack"'):
            posted = self._posted.pop(msgspec.json.decode(frame, type=Ack).id)
            self.took.append((posted, time.perf_counter() - posted))


async def send_to_many(
    site: Site, server: Process, talker_in: tuple[str, str], author: str, group: Sequence[str], connected: int
) -> list[Row]:
    """Messages of `author` to the school, with `connected` of its members connected, while somebody else talks.

    `talker_in` is who talks, and in which discussion.
    """
    with Crowd(server, {login: site.tokens[login] for login in group[:connected]}) as crowd:
        async with asyncio.timeout(PATIENCE):
            [client] = await connect(server, [site.tokens[talker_in[0]]])
        talker = Talker(client, talker_in[1])
        took, told, cpu = [], [], []
        quiet_at: list[Window] = []
        busy_at: list[Window] = []
        for _ in range(SENDS):
            draft = await asyncio.to_thread(_draft, site, server, author)
            await asyncio.sleep(BREATH)
            began = time.perf_counter()
            await asyncio.sleep(QUIET_SECONDS)
            quiet_at.append((began, time.perf_counter()))
            began, spent = time.perf_counter(), server.cpu()
            await asyncio.to_thread(
                call, server, site.tokens[author], "POST", f"/api/messages/{draft}/send", {}
            )
            took.append(time.perf_counter() - began)
            await asyncio.to_thread(crowd.everybody_was_told)
            busy_at.append((began, time.perf_counter()))
            told.append(busy_at[-1][1] - began)
            cpu.append(server.cpu() - spent)
        await asyncio.sleep(BREATH)
        quiet, busy = talker.within(quiet_at), talker.within(busy_at)
        await talker.stop()
        await leave([client])
    name = f"send to a group of {len(group):,}" + (f", {connected:,} connected" if connected else "")
    before, meanwhile = percentile(quiet, 0.99), percentile(busy, 0.99)
    return [
        at_most(
            name,
            round(statistics.median(took), 3),
            LONGEST,
            "s",
            each=[round(one, 3) for one in took],
            told=[round(one, 3) for one in told],
            server_cpu_s=round(statistics.median(cpu), 3),
        ),
        at_most(
            f"{name}: others' p99 to the ack",
            round(meanwhile / before, 2),
            SLOWER,
            "× without",
            quiet_p99_ms=round(before, 2),
            quiet_p50_ms=round(percentile(quiet, 0.5), 2),
            p99_ms=round(meanwhile, 2),
            p50_ms=round(percentile(busy, 0.5), 2),
            worst_ms=round(max(busy), 2),
            replies=len(busy),
        ),
    ]


def _draft(site: Site, server: Process, author: str) -> str:
    token = site.tokens[author]
    options = call(server, token, "GET", "/api/recipients?q=school")["items"]
    address = next(option["id"] for option in options if option["type"] == "group")
    fields = {"subject": "To all of the school", "body": "A first word.", "to": [{"group": address}]}
    return str(call(server, token, "POST", "/api/messages", fields)["id"])


class Crowd:
    """People connected from a process of its own. Nobody is no process."""

    def __init__(self, server: Process, tokens: Mapping[str, str]) -> None:
        self._size = len(tokens)
        self._ours, theirs = multiprocessing.Pipe()
        arguments: tuple[Any, ...] = (server.port, list(tokens.values()), theirs)
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_be_a_crowd, args=arguments, daemon=True) if tokens else None

    def __enter__(self) -> "Crowd":
        if self._process:
            self._process.start()
            self._wait_for_word()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.join()

    def everybody_was_told(self) -> None:
        """Come back when each of them has got another `added`."""
        if self._process:
            self._wait_for_word()

    def _wait_for_word(self) -> None:
        if not self._ours.poll(PATIENCE):
            raise RuntimeError("the crowd was not told in time")
        self._ours.recv()


def _be_a_crowd(port: int, tokens: list[str], pipe: Connection) -> None:
    # Whoever measures goes first: it is the server that is asked how long it takes.
    os.nice(19)
    asyncio.run(_listen(port, tokens, pipe))


async def _listen(port: int, tokens: list[str], pipe: Connection) -> None:
    clients = await connect(cast("Process", Door(port)), tokens)
    told = 0

    def hear(frame: bytes) -> None:
        nonlocal told
        if frame.startswith(ADDED):
            told += 1
            if told % len(tokens) == 0:
                pipe.send(told)

    for client in clients:
        client.on_frame = hear
    pipe.send(0)
    await asyncio.gather(*(client.lost for client in clients))


class Door(msgspec.Struct, frozen=True):
    """Where a server listens that another process started."""

    port: int
