"""What the rules ask of the store: everything by an index, and all that one decision hangs on in one statement."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from store import addressing, recipients, rules
from store.database import Database
from store.prepared import through
from tests.store.box_queries import Query
from tests.store.sqlite_plans import plan_of, scans

BY_PERSON = "ix_membership_person_id (person_id=?)"
QUERIES: dict[str, Query] = {
    "a message": lambda session: through(session, addressing.addressed, "room", "alice", apart=False),
    "a message to each": lambda session: through(session, addressing.addressed, "room", "alice", apart=True),
    "an address": lambda session: through(session, addressing.named, [("person", "bob")], "alice"),
    "groups": lambda session: through(session, rules.groups_of, "alice", ["bob"]),
    "hers": lambda session: through(session, rules.rules_from, "alice"),
}


@pytest.mark.parametrize("name", QUERIES)
async def test_rules_are_reached_by_index(sqlite_url: str, name: str) -> None:
    """From people to the few groups that they are in, never through all members of a group that a rule names."""
    plan = await plan_of(sqlite_url, QUERIES[name])
    assert scans(plan) == []
    assert not [line for line in plan if line.startswith(("SCAN hers", "SCAN theirs", "SCAN membership"))]
    assert all(BY_PERSON in line for line in plan if line.startswith(("SEARCH hers", "SEARCH theirs")))


async def test_who_reaches_few_is_looked_for_among_them(sqlite_url: str) -> None:
    """From the writer by her rules to the members of their groups, and not through everybody."""

    async def find(session: AsyncSession) -> object:
        return await recipients.people_for(session, "alice", ["b"], limit=20, among="named")

    plan = await plan_of(sqlite_url, find)
    assert scans(plan) == []
    assert [line for line in plan if line.startswith("SEARCH theirs") and "(group_id=?)" in line]
    assert [line for line in plan if line.startswith("SEARCH person") and "(id=?)" in line]


async def test_who_is_called_so_is_found_by_index(sqlite_url: str) -> None:
    """Those whose first word matches stand beside each other, in the order that is wanted."""

    async def find(session: AsyncSession) -> object:
        return await recipients.people_for(session, "alice", ["b"], limit=20, among="foremost")

    plan = await plan_of(sqlite_url, find)
    assert "SEARCH person USING INDEX ix_person_folded_id (folded>? AND folded<?)" in plan


@pytest.mark.parametrize("name", ["a message", "a message to each", "an address"])
async def test_a_decision_is_made_of_one_moment(database_url: str, name: str) -> None:
    """One statement sees one state of the store; two could see a rule and a group that never were together."""
    database = Database(database_url)
    said: list[str] = []

    def hear(*given: object) -> None:
        said.append(str(given[2]))

    try:
        async with database.write() as session:
            event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
            if database.is_sqlite:
                driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
                await driver.set_trace_callback(said.append)
            await QUERIES[name](session)
        assert len([one for one in said if "FROM" in one]) == 1
    finally:
        await database.close()
