"""SQLite without a detour: whole transactions of plain functions, each in one visit to one thread.

The asynchronous driver visits its thread for every cursor, statement and fetch, and SQLAlchemy's connection does for
each of them what it does for any database; under load both cost many times what SQLite itself does. Here a thread
owns a connection of the driver; `store.prepared` runs its statements on it.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any

BUSY_SECONDS = 5.0
"""How long SQLite waits for a writer of another process."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # REPLACE asks the triggers that guard the log
    "cache_size=-16000",
)

Work = Callable[[sqlite3.Connection], Any]


class Visit:
    """One transaction: what it does, and the one who waits for it."""

    __slots__ = ("done", "ended", "error", "loop", "result", "work")

    def __init__(self, work: Work, loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.done: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Event | None = None
        self.result: Any = None
        self.error: BaseException | None = None

    async def outcome(self) -> Any:
        """Wait for the end. A caller that is cancelled waits for it all the same."""
        try:
            await self.done
        except asyncio.CancelledError:
            if self.done.cancelled():
                self.ended = asyncio.Event()
                await self.ended.wait()
            raise
        if self.error is not None:
            raise self.error
        return self.result

    def settle(self) -> None:
        """Back on the event loop: it is over."""
        if self.ended is not None:
            self.ended.set()
        elif not self.done.done():
            self.done.set_result(None)


class DirectThreads:
    """Threads that share a queue of visits, each with a connection of its own to the file at `path`."""

    def __init__(self, path: str, begin: str, *, threads: int, name: str) -> None:
        self._path = path
        self._begin = begin
        self._visits: SimpleQueue[Visit | None] = SimpleQueue()
        self._threads = [Thread(target=self._work, name=name, daemon=True) for _ in range(threads)]
        self._started = False

    async def run(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do all of `work` in one transaction, and give back what it returns; rolled back when it raises."""
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()
        visit = Visit(work, asyncio.get_running_loop())
        self._visits.put(visit)
        return await visit.outcome()

    async def close(self) -> None:
        """Finish what was asked for, close the connections and end the threads."""
        if self._started:
            for _ in self._threads:
                self._visits.put(None)
            for thread in self._threads:
                await asyncio.to_thread(thread.join)

    def _work(self) -> None:
        connection: sqlite3.Connection | None = None
        while (visit := self._visits.get()) is not None:
            try:
                if connection is None:
                    connection = _connect(self._path)
                visit.result = self._transaction(connection, visit.work)
            except BaseException as error:
                visit.error = error
            visit.loop.call_soon_threadsafe(visit.settle)
            del visit
        if connection is not None:
            connection.close()

    def _transaction(self, connection: sqlite3.Connection, work: Work) -> Any:
        connection.execute(self._begin)
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        return result


def configure(connection: Any) -> None:
    """Set up a connection of SQLite's driver."""
    # The driver must not open transactions by itself: a deferred one does not protect a read-then-write.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection
