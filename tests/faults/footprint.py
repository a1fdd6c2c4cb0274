"""What a server process holds, seen from the outside: descriptors, threads, connections, memory."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.servers import children_of

POOLED = 24
"""Descriptors and threads that a process may open for good while it works: its pools to the store and to Redis."""
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
    memory: int
    """Resident bytes."""

    def growth_since(self, before: "Footprint") -> list[str]:
        """What is more than it was, beyond what pools and caches may keep."""
        allowed = {
            "processes": 0,
            "descriptors": POOLED * self.processes,
            "threads": POOLED * self.processes,
            "connections": 0,
            "memory": GROWTH_BYTES * self.processes,
        }
        return [
            f"{self.name}: {what} went from {was} to {now}"
            for what, more in allowed.items()
            if (now := getattr(self, what)) > (was := getattr(before, what)) + more
        ]


def footprint(name: str, pid: int, port: int) -> Footprint:
    """What the process `pid`, its children and the connections to `port` take at the moment."""
    pids = [pid, *children_of(pid)]
    return Footprint(
        name=name,
        processes=len(pids),
        descriptors=sum(_count(pid, "fd") for pid in pids),
        threads=sum(_count(pid, "task") for pid in pids),
        connections=established(port),
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
