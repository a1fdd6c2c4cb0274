"""What SQLite does for a query: by which index it reaches its rows, or that it reads a table from end to end."""

from typing import Any

from sqlalchemy import text

from store.database import Database
from tests.store.box_queries import Query
from tests.store.rows import people, reply, room

BIG = ("participation", "message", "entry", "person", "mention", "other", "writer", "author", "last_words")
"""Tables, and what queries call them, of which none is small."""


def scans(plan: list[str]) -> list[str]:
    """What is read from end to end; the index of the rooms that wait for their mirror is meant to be."""
    found = [line for line in plan if line.startswith(tuple(f"SCAN {table}" for table in BIG))]
    return [line for line in found if "ix_message_unmirrored" not in line]


async def plan_of(url: str, query: Query, message_id: str = "room") -> list[str]:
    """What SQLite does for the statements of `query`."""
    database = Database(url)
    said: list[str] = []
    try:
        await prepare(database, message_id)
        async with database.write() as session:
            connection = await session.connection()
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.set_trace_callback(said.append)
            await query(session)
            await driver.set_trace_callback(None)
        async with database.engine.connect() as connection:
            rows = [
                row
                for sql in said
                if sql.startswith(("SELECT", "UPDATE"))
                for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")
            ]
        return [str(tuple(row)[-1]) for row in rows]
    finally:
        await database.close()


async def prepare(database: Database, message_id: str) -> None:
    """A room of two, unless it is there."""
    async with database.read() as session:
        if (await session.execute(text("SELECT 1 FROM message"))).first():
            return
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"], message_id)
    # The first answer costs one statement more, once in the life of a room.
    await reply(database, message_id, "bob")
