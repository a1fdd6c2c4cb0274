"""A PostgreSQL that keeps its connections and does not answer; and one whose client says nothing more."""

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import text

from store import engines
from store.database import Database, StoreUnavailable
from tests.servers import PostgresServer
from tests.waiting import PATIENCE, wait_for, within

LOCK = text("LOCK TABLE thing")
GIVEN_UP_WITHIN = 3.0


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
    await database.ping()
    for door in (database.read, database.write):
        own_postgres.freeze()
        async with within(GIVEN_UP_WITHIN, "a store that does not answer is given up"):
            with pytest.raises(StoreUnavailable):
                async with door() as session:
                    await session.execute(text("SELECT 1"))
        own_postgres.thaw()
        await wait_for(partial(_answers, database), "the store answers again")
    await database.close()


async def test_who_leaves_a_transaction_alone_loses_it(
    own_postgres: PostgresServer, patience: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stops in the middle keeps its locks for a while only, and is told so when it goes on."""
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0.5)
    database, other = Database(own_postgres.url), Database(own_postgres.url)
    own_postgres.sql("CREATE TABLE thing (one INTEGER)")

    others: list[str] = []

    async def stops_in_the_middle() -> None:
        async with database.write() as session:
            await session.execute(LOCK)
            async with other.write() as elsewhere:
                await elsewhere.execute(LOCK)
                others.append("has the lock")
            await session.execute(LOCK)

    with pytest.raises(StoreUnavailable):
        await stops_in_the_middle()
    assert others
    await database.ping()
    for one in (database, other):
        await one.close()


async def test_who_waits_for_a_lock_keeps_her_connection(
    own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is not to be had is a refusal within three seconds, and nothing worse."""
    assert engines.LOCK_SECONDS < engines.POSTGRES_COMMAND_SECONDS
    # A machine that stands still must not let the longer one be over first.
    monkeypatch.setattr(engines, "POSTGRES_COMMAND_SECONDS", PATIENCE)
    database, other = Database(own_postgres.url), Database(own_postgres.url, connections=1)
    own_postgres.sql("CREATE TABLE thing (one INTEGER)")
    pid = text("SELECT pg_backend_pid()")
    async with other.read() as session:
        connection = await session.scalar(pid)
    async with database.write() as session:
        await session.execute(LOCK)
        async with within(GIVEN_UP_WITHIN, "a lock that is not to be had is given up"):
            with pytest.raises(StoreUnavailable):
                async with other.write() as elsewhere:
                    await elsewhere.execute(LOCK)
    async with other.read() as session:
        assert await session.scalar(pid) == connection
    for one in (database, other):
        await one.close()


async def _answers(database: Database) -> bool:
    try:
        await database.ping()
    except StoreUnavailable:
        return False
    return True
