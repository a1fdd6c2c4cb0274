"""One database: its engines, its reading and its writing sessions.

SQLite has one writer (`BEGIN IMMEDIATE`, WAL, `synchronous=FULL`) and readers apart; PostgreSQL has one pool
for both. Queries live in the modules beside this one and never commit; the transaction is opened here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from store.direct import BUSY_SECONDS, DirectWriter, set_up_sqlite
from store.immutable import GuardedSession

T = TypeVar("T")

TURN_SECONDS = 30.0
"""How long a writer waits for the others of this process."""
POSTGRES_COMMAND_SECONDS = 2.5
"""How long PostgreSQL has for an answer: who asked is refused within three seconds, the goodbye included."""


class StoreUnavailable(Exception):
    """The database cannot be reached or does not answer in time; nothing is known to be stored."""


class Database:
    """One database at `url` (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`)."""

    def __init__(self, url: str, *, readers: int = 4, connections: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = asyncio.Lock()
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, pool_size=1, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(url, pool_size=readers, begin="BEGIN")
            self._direct = DirectWriter(self.url)
        else:
            self._writer = self._reader = _postgres_engine(url, connections)

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
        async with self._turn(), self._session(self._writer) as session, session.begin():
            yield session

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """One transaction of plain functions on a connection, and what they return; rolled back when they raise.

        For what happens so often that its cost counts: on SQLite all of it is one visit to one thread, instead of
        three for every statement. A caller that is cancelled waits for the end of it first.
        """
        with _failures():
            if self.is_sqlite:
                async with self._turn():
                    return await self._direct.run(work)
            async with self._writer.begin() as connection:
                return await connection.run_sync(work)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """SQLite's two writing connections of this process take turns, which is fairer than its busy waiting."""
        if not self.is_sqlite:
            yield
            return
        with _failures():
            async with asyncio.timeout(TURN_SECONDS):
                await self._writing.acquire()
        try:
            yield
        finally:
            self._writing.release()

    async def ping(self) -> None:
        """Raise `StoreUnavailable` unless the database answers."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        if self.is_sqlite:
            await self._reader.dispose()
            await self._direct.close()

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        with _failures():
            async with AsyncSession(
                engine, sync_session_class=GuardedSession, expire_on_commit=False, autoflush=False
            ) as session:
                yield session


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, OSError, TimeoutError) as error:
        raise StoreUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable from error
        raise


def _sqlite_engine(url: str, *, pool_size: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        # What is written is private; an error says which statement failed, not with what.
        hide_parameters=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"timeout": BUSY_SECONDS},
    )

    set_up_sqlite(engine.sync_engine, begin)
    return engine


def _postgres_engine(url: str, connections: int) -> AsyncEngine:
    from store.impatient import ImpatientConnection  # here, so that SQLite loads no driver of PostgreSQL

    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POSTGRES_COMMAND_SECONDS,
        pool_pre_ping=False,
        connect_args={
            "timeout": POSTGRES_COMMAND_SECONDS,
            "command_timeout": POSTGRES_COMMAND_SECONDS,
            "connection_class": ImpatientConnection,
        },
    )
