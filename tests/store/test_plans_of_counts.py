"""What counting costs on PostgreSQL, which cannot know how few participations are out of date."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from store.database import Database
from store.prepared import through
from store.unread import counts_for, folder_counts_for
from tests.store.postgresql_plans import analyze, told
from tests.store.rows import people, room

ONE_PAGE = 100
"""Rows of which a table of people has some more: fewer are read as they are."""
FOLDERS = text(
    "INSERT INTO folder (id, person_id, beside, name, folded, tally, created_at) "
    "SELECT 'of-' || id, id, id, 'Kept', 'kept', 0, now() FROM person"
)
TALLIED = text("UPDATE participation SET tallied = unread > 0 WHERE message_id <> 'room'")
FILED = text("UPDATE participation SET folder_id = 'of-' || person_id")


@pytest.mark.parametrize(("many", "busy", "talks"), [(3000, 0, 0), (60, 40, 300)])
async def test_a_count_looks_at_nobody_elses(postgresql_url: str, many: int, busy: int, talks: int) -> None:
    """What others have not read is not looked at for a badge: neither many people, nor a few with many talks."""
    database = Database(postgresql_url)
    everybody = [f"person{number}" for number in range(many)]
    try:
        await people(database, *everybody)
        for number in range(talks):
            await room(database, everybody[0], everybody[1:busy], f"talk{number}")
        await room(database, everybody[0], everybody[1:], "room")
        async with database.write() as session:
            for statement in (FOLDERS, FILED, TALLIED):
                await session.execute(statement)
        plans = await plans_of_counting(database, everybody[-1])
        assert [rows_in_hand(plan, "participation") for plan in plans] == [1, 1]
        if many > ONE_PAGE:
            assert [rows_in_hand(plan, "person") for plan in plans] == [1, 0]
            assert [rows_in_hand(plan, "folder") for plan in plans] == [0, 1]
    finally:
        await database.close()


async def plans_of_counting(database: Database, person_id: str) -> list[str]:
    """How PostgreSQL finds the tally of one person, and those of her folders."""

    async def count(session: AsyncSession) -> None:
        await through(session, counts_for, [person_id], [])
        await through(session, folder_counts_for, [person_id], [])

    await analyze(database)
    return await told(database, count)


def rows_in_hand(plan: str, table: str) -> int:
    """The rows of a table that its scans gave or dropped."""
    scans = [node for node in re.split(r"->", plan) if re.search(rf"Scan .*\bon {table} ", node)]
    given = re.findall(r"\(actual .* rows=(\d+) loops=1\)|Removed by Filter: (\d+)", "\n".join(scans))
    return sum(int(number) for found in given for number in found if number)
