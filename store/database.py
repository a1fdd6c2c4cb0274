"""One database: its engines, its reading and its writing sessions.

SQLite has one writer (`BEGIN IMMEDIATE`, WAL, `synchronous=FULL`) and readers apart; PostgreSQL has one pool
for both. Queries live in the modules beside this one and never commit; the transaction is opened here.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from types import TracebackType
from typing import TypeVar, cast

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from store import engines
from store.direct import BUSY_SECONDS, DirectThreads
from store.immutable import GuardedSession
from store.prepared import Link

T = TypeVar("T")

TURN_SECONDS = BUSY_SECONDS
"""How long a writer waits for the others of this process: who has waited as long as they is refused with them."""

AWAY = (OperationalError, InterfaceError, PoolTimeoutError, sqlite3.OperationalError, OSError, TimeoutError)
"""What the drivers raise when the database cannot be reached, is locked or has no room left."""
AWAY_STATES = ("08", "25006", "25P03", "40", "53", "55P03", "57P", "58")
"""Beginnings of PostgreSQL's SQLSTATEs that pass: no connection, a standby's refusal, a transaction left alone,
deadlocks, no resources, a lock not got in time, starting up or shutting down, errors of the machine
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


class StoreUnavailable(Exception):
    """The database cannot be reached or does not answer in time; nothing is known to be stored."""


class OutcomeUnknown(StoreUnavailable):
    """The database did not answer a commit: it may be stored or not. Only looking again tells."""


class Database:
    """One database at `url` (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`)."""

    def __init__(self, url: str, *, readers: int = 4, connections: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = Turn() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            self._writer = engines.sqlite_engine(url, pool_size=1, begin="BEGIN IMMEDIATE")
            self._reader = engines.sqlite_engine(url, pool_size=readers, begin="BEGIN")
            path = self.url.database or ""
            self._direct_writer = DirectThreads(path, "BEGIN IMMEDIATE", threads=1, name="sqlite-writer")
            self._direct_readers = DirectThreads(path, "BEGIN", threads=2, name="sqlite-reader")
        else:
            self._writer = engines.postgres_engine(url, connections)
            # The same connections; what the driver begins a transaction with is said in the same breath.
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes; migrations run on it."""
        return self._writer

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that sees one moment of the store and changes nothing."""
        async with self._session(self._reader) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._turn, self._session(self._writer) as session, session.begin():
            yield session

    async def transact(self, work: Callable[[Link], T]) -> T:
        """One transaction of plain functions on a link, and what they return; rolled back when they raise.

        For what happens so often that its cost counts: on SQLite all of it is one visit to one thread, instead of
        three for every statement. A caller that is cancelled waits for the end of it first.
        Raises `StoreUnavailable`; `OutcomeUnknown` when it may have been stored all the same.
        """
        with _Failures():
            if self.is_sqlite:
                async with self._turn:
                    return cast("T", await self._direct_writer.run(work))
            deadline = asyncio.get_running_loop().time() + engines.POSTGRES_COMMAND_SECONDS
            async with self._connected(self._writer) as connection:
                # All statements have the time of one; a commit has its own, since it must not be given up halfway.
                async with asyncio.timeout_at(deadline):
                    result = await connection.run_sync(work)
                try:
                    await connection.commit()
                except Exception as error:
                    if _is_away(error):
                        raise OutcomeUnknown from error
                    raise
                return result

    async def look(self, work: Callable[[Link], T]) -> T:
        """Read with plain functions on a link, in the same way; they see one moment of the store and change nothing."""
        with _Failures():
            if self.is_sqlite:
                return cast("T", await self._direct_readers.run(work))
            async with self._connected(self._reader) as connection:
                return await connection.run_sync(work)

    async def ping(self) -> None:
        """Raise `StoreUnavailable` unless the database answers."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def clock(self) -> datetime | None:
        """The moment that the server's clock shows; None where it is this machine's. Raises `StoreUnavailable`."""
        if self.is_sqlite:
            return None
        async with self.read() as session:
            moment: datetime | None = await session.scalar(text("SELECT clock_timestamp()"))
            return moment

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        if self.is_sqlite:
            await self._reader.dispose()
            await self._direct_writer.close()
            await self._direct_readers.close()

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        with _Failures():
            bind = nullcontext(engine) if self.is_sqlite else self._connected(engine)
            async with (
                bind as bound,
                AsyncSession(
                    bound, sync_session_class=GuardedSession, expire_on_commit=False, autoflush=False
                ) as session,
            ):
                yield session

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A connection to PostgreSQL. Waiting for one and making one have the time of one command between them."""
        connection = engine.connect()
        async with asyncio.timeout(engines.POSTGRES_COMMAND_SECONDS):
            await connection.start()
        try:
            yield connection
        finally:
            await connection.close()


class Turn:
    """SQLite's two writing connections of this process take turns, which is fairer than its busy waiting."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> None:
        if self._lock.locked():
            with _Failures():
                async with asyncio.timeout(TURN_SECONDS):
                    await self._lock.acquire()
        else:
            await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


class _Failures:
    """What the drivers say when the database is away, said in one way."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if _is_away(error):
            raise StoreUnavailable from error


def _is_away(error: BaseException | None) -> bool:
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or isinstance(error, AWAY) or state.startswith(AWAY_STATES)
    return isinstance(error, AWAY)
