"""What PostgreSQL did for a query, as it tells itself (`auto_explain`)."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from store.database import Database
from store.immutable import GuardedSession
from tests.store.box_queries import Query
from tests.waiting import wait_for

Mode = Literal["force_custom_plan", "force_generic_plan"]
BIG = "(?:participation|message|entry)"
SCAN = re.compile(rf"Seq Scan on {BIG}\b.*")
TAKEN = re.compile(rf"Scan .*on {BIG}\b.*rows=(\d+) loops=(\d+)\)")
FILTERED = re.compile(r"Rows Removed by (?:Filter|Index Recheck): (\d+)")
THE_END = "SELECT 'the end'"


@dataclass(frozen=True)
class Plans:
    """The plans of a query's statements."""

    told: str

    @property
    def scans(self) -> list[str]:
        """What was read from end to end of what is large."""
        return SCAN.findall(self.told)

    @property
    def rows(self) -> int:
        """How many rows of what is large were taken in hand, also those that were let go of again."""
        taken = sum(int(rows) * int(loops) for rows, loops in TAKEN.findall(self.told))
        return taken + sum(map(int, FILTERED.findall(self.told)))


async def plans_of(database: Database, query: Query, mode: Mode) -> Plans:
    """What PostgreSQL did for the statements of `query`, which are rolled back."""
    return Plans("\n".join(await told(database, query, mode)))


async def told(database: Database, query: Query, mode: Mode = "force_generic_plan") -> list[str]:
    """The same as it tells it: one plan for each statement."""
    said: list[str] = []
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection

        def listen(_: object, notice: Any) -> None:
            said.append(notice.message)

        for statement in (
            "LOAD 'auto_explain'",
            f"SET LOCAL plan_cache_mode = {mode}",
            "SET LOCAL auto_explain.log_level = 'notice'",
            "SET LOCAL auto_explain.log_analyze = on",
            "SET LOCAL auto_explain.log_min_duration = 0",
        ):
            await connection.exec_driver_sql(statement)
        driver.add_log_listener(listen)
        async with AsyncSession(
            connection, sync_session_class=GuardedSession, expire_on_commit=False, autoflush=False
        ) as session:
            await query(session)
            await session.execute(text(THE_END))
            await session.rollback()
        # It tells the last one when the transaction ends.
        await wait_for(lambda: any(THE_END in one for one in said), "PostgreSQL has told its plans")
        driver.remove_log_listener(listen)
    return [one for one in said if THE_END not in one]


async def analyze(database: Database) -> None:
    """Let PostgreSQL know what there is."""
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")
