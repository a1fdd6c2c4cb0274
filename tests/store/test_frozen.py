"""A PostgreSQL that keeps its connections and does not answer."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store.database import Database, StoreUnavailable
from tests.servers import PostgresServer


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
