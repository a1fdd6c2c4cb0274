"""What being there costs: connecting, and staying connected."""

import asyncio
import time
import urllib.request
from collections.abc import Sequence

from bench.crowd import connect, leave
from bench.load import Client
from bench.row import Row, at_least, at_most
from bench.server import Process, Site

BLOCK = 20
"""Participants of each discussion."""
IDLE_KIB = 24.0
CONNECTS_PER_SECOND = 800.0
SETTLING = 3.0
"""Seconds in which the server stores who was seen and forgets who left."""


class Village:
    """`people` in blocks of twenty; in each block everybody is in the same `discussions`."""

    def __init__(self, name: str, people: int, discussions: int) -> None:
        self.logins = [f"{name}{person:04}" for person in range(people)]
        self.discussions = discussions
        self.blocks = {
            f"{name} {start // BLOCK}": self.logins[start : start + BLOCK]
            for start in range(0, people, BLOCK)
        }
        self._talks: list[str] = []

    def talk(self, site: Site, server: Process) -> None:
        """In every block the first one writes to all of it."""
        for group, members in self.blocks.items():
            for _ in range(self.discussions):
                last = site.send_to_group(server, group, members[0])
            self._talks += [last] * len(members)

    async def come(self, site: Site, server: Process) -> list[Client]:
        """Everybody connects and resumes a discussion."""
        tokens = [site.tokens[login] for login in self.logins]
        return await connect(server, tokens, [{discussion: 1} for discussion in self._talks])


async def connecting(site: Site, server: Process, village: Village) -> Row:
    """Everybody connects, is welcomed and resumes one discussion."""
    await _gone(await village.come(site, server))
    cpu, began = server.cpu(), time.perf_counter()
    clients = await village.come(site, server)
    used, took = server.cpu() - cpu, time.perf_counter() - began
    await _gone(clients)
    return at_least(
        "connect + welcome + resume, per second of a core",
        round(len(clients) / used),
        CONNECTS_PER_SECOND,
        "/s",
        cpu_ms_each=used / len(clients) * 1e3,
        per_second_of_wall=len(clients) / took,
        connections=len(clients),
    )


async def staying(site: Site, few: Village, many: Village) -> list[Row]:
    """Memory per idle connection, what a further membership adds, and what is left when all are gone."""
    (cost, left), (more, left_of_many) = [await _memory(site, village) for village in (few, many)]
    further = (more - cost) / (many.discussions - few.discussions)
    name = f"memory per idle connection, in {few.discussions} discussions"
    return [
        at_most(name, round(cost, 1), IDLE_KIB, "KiB", connections=len(few.logins)),
        Row("memory per further discussion of a connection", round(further, 2), "KiB"),
        at_most("rooms kept when nobody is connected", left + left_of_many, 0, "rooms"),
    ]


async def _memory(site: Site, village: Village) -> tuple[float, int]:
    """KiB per connection of a server that has just started, and the rooms it keeps afterwards."""
    with site.serving() as server:
        # The first connections bring in what is loaded once.
        await _gone(await connect(server, [site.tokens[login] for login in village.logins[:BLOCK]]))
        before = server.resident_kib()
        clients = await village.come(site, server)
        await asyncio.sleep(SETTLING)
        cost = (server.resident_kib() - before) / len(clients)
        await _gone(clients)
        return cost, _rooms(server)


async def _gone(clients: Sequence[Client]) -> None:
    await leave(clients)
    await asyncio.sleep(SETTLING)


def _rooms(server: Process) -> int:
    """What the server says of itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return round(sum(float(line.split()[-1]) for line in lines if line.startswith("parley_rooms")))
