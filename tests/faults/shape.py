"""The two shapes in which Parley is run, as real processes: two nodes on PostgreSQL and Redis, one node on SQLite."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from tests.conftest import SECRET
from tests.faults.stored import StoredEntry, read_logs
from tests.nodes import ServerProcess
from tests.servers import PostgresServer, RedisServer
from tests.waiting import PATIENCE

NODES = ("north", "south", "west")


@dataclass
class Shape:
    """Nodes on one store, started by `async with` and killed after it; and the servers that a test may break."""

    database_url: str
    nodes: Sequence[ServerProcess]
    redis: RedisServer | None = None
    postgres: PostgresServer | None = None

    async def start(self) -> None:
        """Start all nodes that were not started yet, at once."""
        await asyncio.gather(*(node.start() for node in self.nodes if not node.starts))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End all nodes, whatever state they are in."""
        for node in self.nodes:
            node.kill()

    async def logs(self, discussions: Iterable[str]) -> Mapping[str, Sequence[StoredEntry]]:
        """What the store holds of these discussions now."""
        return await read_logs(self.database_url, discussions)

    @property
    def database_file(self) -> Path:
        """The file of a shape on SQLite."""
        return Path(self.database_url.removeprefix("sqlite+aiosqlite:///"))

    async def readiness(self, node: ServerProcess) -> tuple[int, str]:
        """What `/readyz` of a node says: the HTTP status and `status`."""
        async with httpx.AsyncClient(base_url=node.url, timeout=PATIENCE) as client:
            answer = await client.get("/readyz")
            return answer.status_code, answer.json()["status"]


def shape(
    folder: Path,
    database_url: str,
    *,
    nodes: int = 1,
    redis: RedisServer | None = None,
    postgres: PostgresServer | None = None,
    **environment: str,
) -> Shape:
    """A shape that is not started yet. `environment` goes to every node; rate limits are off unless it says so."""
    processes = []
    for name in NODES[:nodes]:
        (folder / name).mkdir()
        settings = environment_of(name, database_url, redis) | environment
        processes.append(ServerProcess(settings, folder / name))
    return Shape(database_url, processes, redis, postgres)


def environment_of(name: str, database_url: str, redis: RedisServer | None = None) -> dict[str, str]:
    """The settings of a node."""
    settings = {
        "PARLEY_DATABASE_URL": database_url,
        "PARLEY_SECRET": SECRET,
        "PARLEY_NODE": name,
        "PARLEY_RATE_LIMITS": "off",
    }
    return settings | ({"PARLEY_REDIS_URL": redis.url} if redis else {})
