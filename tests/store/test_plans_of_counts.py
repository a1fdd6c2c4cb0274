"""What counting costs on PostgreSQL, which cannot know how few participations are out of date."""

import re
from typing import Any

from sqlalchemy import text

from store.database import Database
from store.unread import counts_for, folder_counts_for
from tests.store.rows import people, room
from tests.waiting import wait_for

PEOPLE = 3000
FOLDERS = text(
    "INSERT INTO folder (id, person_id, beside, name, folded, tally, created_at) "
    "SELECT 'of-' || id, id, id, 'Kept', 'kept', 0, now() FROM person"
)
FILED = text("UPDATE participation SET folder_id = 'of-' || person_id")


async def test_a_count_looks_at_nobody_elses(postgresql_url: str) -> None:
    """What others have not read is not looked at for a badge, however many they are."""
    database = Database(postgresql_url)
    everybody = [f"person{number}" for number in range(PEOPLE)]
    try:
        await people(database, *everybody)
        await room(database, everybody[0], everybody[1:], "room")
        async with database.write() as session:
            await session.execute(FOLDERS)
            await session.execute(FILED)
        plans = await plans_of_counting(database, everybody[7])
        assert [rows_in_hand(plan, "person") for plan in plans] == [1, 0]
        assert [rows_in_hand(plan, "participation") for plan in plans] == [1, 1]
        assert [rows_in_hand(plan, "folder") for plan in plans] == [0, 1]
    finally:
        await database.close()


async def plans_of_counting(database: Database, person_id: str) -> list[str]:
    """How PostgreSQL finds the tally of one person, and those of her folders."""
    said: list[str] = []
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_log_listener(lambda _, notice: said.append(notice.message))
        for statement in (
            "ANALYZE",
            "LOAD 'auto_explain'",
            "SET plan_cache_mode = force_generic_plan",
            "SET auto_explain.log_level = 'notice'",
            "SET auto_explain.log_analyze = on",
            "SET auto_explain.log_min_duration = 0",
        ):
            await connection.exec_driver_sql(statement)
        await connection.run_sync(counts_for, [person_id], [])
        await connection.run_sync(folder_counts_for, [person_id], [])
    # It tells the last one when the transaction ends.
    await wait_for(lambda: len(said) == 2, "PostgreSQL has told both plans")
    return said


def rows_in_hand(plan: str, table: str) -> int:
    """The rows of a table that its scans gave or dropped."""
    scans = [node for node in re.split(r"->", plan) if re.search(rf"Scan .*\bon {table} ", node)]
    given = re.findall(r"\(actual .* rows=(\d+) loops=1\)|Removed by Filter: (\d+)", "\n".join(scans))
    return sum(int(number) for found in given for number in found if number)
