"""A PostgreSQL that keeps its connections and does not answer; and one whose client says nothing more."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store import engines
from store.database import Database, StoreUnavailable
from tests.servers import PostgresServer

LOCK = text("LOCK TABLE thing")


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that the test may freeze."""
    server = PostgresServer()
    server.start()
    yield server
    server.remove()


async def test_it_is_given_up_within_three_seconds(own_postgres: PostgresServer) -> None:
    """Reading and writing, on connections that were open before; and all is well once it answers again."""
    database = Database(own_postgres.url)
    for door in (database.read, database.write):
        await database.ping()
        own_postgres.freeze()
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            async with door() as session:
                await session.execute(text("SELECT 1"))
        assert time.monotonic() - began < 3
        own_postgres.thaw()
    await database.ping()
    await database.close()


async def test_who_leaves_a_transaction_alone_loses_it(
    own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stops in the middle keeps its locks for a while only, and is told so when it goes on."""
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0.5)
    database, other = Database(own_postgres.url), Database(own_postgres.url)
    own_postgres.sql("CREATE TABLE thing (one INTEGER)")

    async def stops_in_the_middle() -> None:
        async with database.write() as session:
            await session.execute(LOCK)
            async with other.write() as elsewhere:
                await asyncio.wait_for(elsewhere.execute(LOCK), 2)
            await session.execute(LOCK)

    with pytest.raises(StoreUnavailable):
        await stops_in_the_middle()
    await database.ping()
    for one in (database, other):
        await one.close()


async def test_who_waits_for_a_lock_keeps_her_connection(own_postgres: PostgresServer) -> None:
    """A lock that is not to be had is a refusal within three seconds, and nothing worse."""
    database, other = Database(own_postgres.url), Database(own_postgres.url, connections=1)
    own_postgres.sql("CREATE TABLE thing (one INTEGER)")
    pid = text("SELECT pg_backend_pid()")
    async with other.read() as session:
        connection = await session.scalar(pid)
    async with database.write() as session:
        await session.execute(LOCK)
        began = time.monotonic()
        with pytest.raises(StoreUnavailable):
            async with other.write() as elsewhere:
                await elsewhere.execute(LOCK)
        assert time.monotonic() - began < 3
    async with other.read() as session:
        assert await session.scalar(pid) == connection
    for one in (database, other):
        await one.close()
