"""SQLite without a detour: whole transactions in one thread of their own, on one connection of their own.

The asynchronous driver visits its thread for every cursor, statement and fetch; under load these visits cost many
times what SQLite does in them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""How long SQLite waits for a writer of another process."""


class DirectWriter:
    """The writing connection of a database, in its thread. One transaction at a time; the caller sees to that."""

    def __init__(self, url: URL) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._engine = create_engine(
            url.set(drivername="sqlite+pysqlite"),
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS},
        )
        set_up_sqlite(self._engine, "BEGIN IMMEDIATE")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do all of `work` in one transaction. A caller that is cancelled waits for the end of it."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)


def set_up_sqlite(engine: Engine, begin: str) -> None:
    """Set up every connection that `engine` makes; its transactions start with `begin`."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver must not open transactions by itself: a deferred one does not protect a read-then-write.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)
