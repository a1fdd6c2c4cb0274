"""However many messages wait to leave: nodes that look every few seconds, and their authors, reach them by index."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from store import drafts, holding
from store.columns import table_of
from store.database import Database
from store.prepared import through
from store.tables import Message
from tests.store.box_queries import Query
from tests.store.rows import NOON, people
from tests.store.sqlite_plans import plan_of, scans
from tests.waiting import wait_for

QUERIES: dict[str, tuple[Query, str]] = {
    "due": (lambda session: through(session, holding.due, NOON, 50, (NOON, "room")), "ix_message_held"),
    "next": (lambda session: through(session, holding.next_leaving, NOON), "ix_message_held"),
    "own": (
        lambda session: drafts.waiting_of(session, "alice", after=(NOON, "room"), limit=30),
        "ix_message_author_id",
    ),
    "how many": (lambda session: drafts.count_waiting(session, "alice"), "ix_message_author_id"),
}
THOUSANDS = 4_000


@pytest.mark.parametrize("name", QUERIES)
async def test_rows_are_reached_by_index(sqlite_url: str, name: str) -> None:
    """Nothing is read from end to end, and what is due comes in its order without being sorted."""
    query, index = QUERIES[name]
    plan = await plan_of(sqlite_url, query)
    assert any(index in line for line in plan), plan
    assert scans(plan) == []
    assert name != "due" or not [line for line in plan if "TEMP B-TREE" in line], plan


async def test_looking_costs_what_is_due(postgresql_url: str) -> None:
    """PostgreSQL, too, looks at no more of thousands that wait than it gives, and at one for the next."""
    database = Database(postgresql_url)
    try:
        await people(database, "alice")
        rows = [
            {"id": f"m{n}", "author_id": "alice", "state": "held", "held_for": "later"}
            | {"leaves_at": NOON + timedelta(minutes=n)}
            for n in range(THOUSANDS)
        ]
        async with database.write() as session:
            await session.execute(insert(table_of(Message)), rows)
            await session.execute(text("ANALYZE message"))
        assert await looked_at(database) == [20, 1]
    finally:
        await database.close()


async def looked_at(database: Database) -> list[int]:
    """How many rows of `message` PostgreSQL takes in hand to find 20 of those due, and the moment of the next."""
    said: list[str] = []
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver
        driver.add_log_listener(lambda _, notice: said.append(notice.message))
        for statement in (
            "LOAD 'auto_explain'",
            "SET plan_cache_mode = force_generic_plan",
            "SET auto_explain.log_level = 'notice'",
            "SET auto_explain.log_analyze = on",
            "SET auto_explain.log_min_duration = 0",
        ):
            await connection.exec_driver_sql(statement)
        middle = NOON + timedelta(minutes=THOUSANDS // 2)
        await connection.run_sync(holding.due, middle, 20)
        await connection.run_sync(holding.next_leaving, middle)
    await wait_for(lambda: len(said) == 2, "PostgreSQL has told both plans")
    return [
        int(one.partition("on message")[2].partition("rows=")[2].partition("rows=")[2].split()[0])
        for one in said
    ]
