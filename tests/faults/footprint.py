"""What a server holds: descriptors, threads, connections and memory from outside, tasks and rooms as it tells them."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.nodes import STARTS_WITHIN, ServerProcess
from tests.servers import children_of

POOLED = 24
"""Descriptors and threads that a process may open for good while it works: its pools to the store and to Redis."""
SPARE_TASKS = 2
"""Tasks that may be there by chance when one looks: a comparison with the store, a request."""
GROWTH_BYTES = 48 * 2**20
"""Memory that a process may keep after its first work: caches, compiled statements, the allocator's reserves."""
ESTABLISHED = "01"


@dataclass(frozen=True)
class Footprint:
    """One server with its worker processes at one moment."""

    name: str
    processes: int
    descriptors: int
    threads: int
    connections: int
    """Established connections to its port."""
    tasks: int
    """Tasks of its event loops."""
    rooms: int
    """Discussions that it follows for somebody."""
    memory: int
    """Resident bytes."""

    def growth_since(self, before: "Footprint") -> list[str]:
        """What is more than it was, beyond what pools and caches may keep."""
        allowed = {
            "processes": 0,
            "descriptors": POOLED * self.processes,
            "threads": POOLED * self.processes,
            "connections": 0,
            "tasks": SPARE_TASKS * self.processes,
            "rooms": 0,
            "memory": GROWTH_BYTES * self.processes,
        }
        return [
            f"{self.name}: {what} went from {was} to {now}"
            for what, more in allowed.items()
            if (now := getattr(self, what)) > (was := getattr(before, what)) + more
        ]


async def footprint(node: ServerProcess) -> Footprint:
    """What the server and its children take at the moment."""
    connections = established(node.port)
    async with httpx.AsyncClient(base_url=node.url, timeout=STARTS_WITHIN) as client:
        told = (await client.get("/metrics")).text
    pids = [node.pid, *children_of(node.pid)]
    return Footprint(
        name=node.folder.name,
        processes=len(pids),
        descriptors=sum(_count(pid, "fd") for pid in pids),
        threads=sum(_count(pid, "task") for pid in pids),
        connections=connections,
        tasks=_figure(told, "parley_tasks"),
        rooms=_figure(told, "parley_rooms"),
        memory=sum(_resident(pid) for pid in pids),
    )


def established(port: int) -> int:
    """How many connections to this port of the loopback address are open, seen from the server's side."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return len([row for row in rows if row[3] == ESTABLISHED and int(row[1].rpartition(":")[2], 16) == port])


def _count(pid: int, what: str) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/{what}"))
    except FileNotFoundError:
        return 0


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except FileNotFoundError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _figure(told: str, name: str) -> int:
    """A gauge of `/metrics`, over all processes."""
    values = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", told, re.MULTILINE)
    assert values, f"{name} is not among the metrics"
    return int(sum(map(float, values)))
