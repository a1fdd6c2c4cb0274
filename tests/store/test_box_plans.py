"""Boxes stay quick however much is in them: on both databases each of their rows is reached by an index.

SQLite says what it would do. PostgreSQL chooses by statistics: here it has a mailbox of many thousands, and tells what
it did.
"""

import pytest

from store import boxes
from store.database import Database
from tests.store.box_queries import BOX_QUERIES
from tests.store.large_mailbox import fill
from tests.store.postgresql_plans import Mode, plans_of
from tests.store.sqlite_plans import plan_of, scans


@pytest.mark.parametrize("name", BOX_QUERIES)
async def test_sqlite_reaches_rows_by_index(sqlite_url: str, name: str) -> None:
    """No table is read from end to end."""
    query, indexes = BOX_QUERIES[name]
    plan = await plan_of(sqlite_url, query)
    for index in indexes:
        assert any(index in line for line in plan), f"{index} is not used: {plan}"
    assert scans(plan) == []


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_postgresql_reads_no_large_table(postgresql_url: str, mode: Mode) -> None:
    """Neither with a plan made for these values nor with one made without knowing them, nor many rows by an index."""
    database = Database(postgresql_url)
    try:
        await fill(database)
        found = {name: await plans_of(database, query, mode) for name, (query, _) in BOX_QUERIES.items()}
    finally:
        await database.close()
    assert {name: plan.scans for name, plan in found.items() if plan.scans} == {}
    assert {name: plan.rows for name, plan in found.items() if plan.rows > _most(name)} == {}


def _most(name: str) -> int:
    """Rows of large tables that a query may take in hand: a page and what stands in its rows; of a filter's places each
    with its participation and its room."""
    return 4 * boxes.MOST_LOOKED_AT if name in ("unread of a box", "what somebody wrote") else 1_000
