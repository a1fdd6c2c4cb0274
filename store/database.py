"""One database: its engines, its reading and its writing sessions.

SQLite has one writer (`BEGIN IMMEDIATE`, WAL, `synchronous=FULL`) and readers apart; PostgreSQL has one pool
for both. Queries live in the modules beside this one and never commit; the transaction is opened here.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from store.immutable import GuardedSession

SQLITE_BUSY_SECONDS = 5.0
POSTGRES_COMMAND_SECONDS = 3.0


class StoreUnavailable(Exception):
    """The database cannot be reached or does not answer in time; nothing is known to be stored."""


class Database:
    """One database at `url` (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`)."""

    def __init__(self, url: str, *, readers: int = 4, connections: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, pool_size=1, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(url, pool_size=readers, begin="BEGIN")
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
        async with self._session(self._writer) as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise `StoreUnavailable` unless the database answers."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        try:
            async with AsyncSession(
                engine, sync_session_class=GuardedSession, expire_on_commit=False, autoflush=False
            ) as session:
                yield session
        except (OperationalError, InterfaceError, PoolTimeoutError, OSError, TimeoutError) as error:
            raise StoreUnavailable from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StoreUnavailable from error
            raise


def _sqlite_engine(url: str, *, pool_size: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"timeout": SQLITE_BUSY_SECONDS},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver must not open transactions by itself: a deferred one does not protect a read-then-write.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: str, connections: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POSTGRES_COMMAND_SECONDS,
        pool_pre_ping=False,
        connect_args={"timeout": POSTGRES_COMMAND_SECONDS, "command_timeout": POSTGRES_COMMAND_SECONDS},
    )
