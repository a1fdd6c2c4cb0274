"""The paths that must stay quick however much there is: SQLite reaches every row by an index.

PostgreSQL chooses by statistics, which an empty test database does not have; the same indexes are there. What it does
in large boxes is looked at in `test_box_plans`.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from store import circle, following, marks, mentions, participations, purging
from store.company import others_in
from store.database import Database
from store.entries import NewLine, append, find_replies, heads, lock_rooms, read_lines
from store.prepared import through
from store.room import StoredLine
from tests.store.box_queries import Query
from tests.store.postgresql_plans import analyze, told
from tests.store.rows import NOON, people
from tests.store.sqlite_plans import plan_of, prepare, scans

LINE = StoredLine("room", 2, "reply", "bob", "@Alice", None, None, None, 2, NOON)
QUERIES: dict[str, tuple[Query, set[str]]] = {
    "last words of others": (
        lambda session: through(session, marks.last_of_others, [("room", "alice")]),
        set(),
    ),
    "what everybody left": (
        lambda session: through(session, purging.abandoned, NOON, 10),
        {"ix_message_abandoned", "ix_message_separate_of"},
    ),
    "hello": (
        lambda session: through(session, participations.seats, "alice", active_since=NOON),
        {"ix_participation_box", "ix_message_unmirrored"},
    ),
    "seats": (lambda session: through(session, participations.seats_in, "alice", ["room"]), set()),
    "view": (lambda session: participations.view_of(session, "room", "alice"), set()),
    "members": (lambda session: circle.members(session, "room"), set()),
    "lines": (lambda session: through(session, read_lines, "room", 1, 50, 50, descending=True), set()),
    "heads": (lambda session: through(session, heads, ["room"]), set()),
    "mark": (lambda session: through(session, marks.mark_of, "room", "alice"), set()),
    "marks that move": (
        lambda session: through(session, marks.move_marks, [marks.Move("room", "alice", 1, back=True)]),
        set(),
    ),
    "recent": (lambda session: through(session, following.recent, ["alice"], NOON), {"ix_participation_box"}),
    "members of a batch": (
        lambda session: through(session, participations.active_members, [("room", "bob"), ("x", "y")]),
        set(),
    ),
    "correspondents": (lambda session: through(session, others_in, "alice", ["room"]), set()),
    "mentions": (lambda session: through(session, mentions.call, [LINE]), set()),
    "those mentioned": (lambda session: through(session, mentions.called_in, "room", 1, 50), set()),
    "known replies": (
        lambda session: find_replies(session, [("alice", "1"), ("bob", "2")]),
        {"sqlite_autoindex_entry_2"},
    ),
}


@pytest.mark.parametrize("name", QUERIES)
async def test_rows_are_reached_by_index(sqlite_url: str, name: str) -> None:
    """No table is read from end to end."""
    query, indexes = QUERIES[name]
    plan = await plan_of(sqlite_url, query)
    for index in indexes:
        assert any(index in line for line in plan), f"{index} is not used: {plan}"
    assert scans(plan) == []


async def test_appending_reads_and_writes_by_index(sqlite_url: str) -> None:
    """So does every statement of an append, and there are the same few of them for many lines as for one."""
    counts = []
    for lines in (2, 40):

        async def batch(session: AsyncSession, lines: int = lines) -> object:
            rooms = await lock_rooms(session, ["room"])
            new = [NewLine("room", "reply", "bob", str(number)) for number in range(lines)]
            return await append(session, rooms, new, NOON + timedelta(seconds=1))

        plan = await plan_of(sqlite_url, batch, message_id="room")
        assert not [line for line in plan if line.startswith("SCAN") and "json_each" not in line]
        counts.append(set(plan))
    assert counts[0] == counts[1]


async def test_reading_lines_costs_what_is_read(postgresql_url: str) -> None:
    """PostgreSQL, too, looks at no more lines than it gives, with a plan that it made without knowing the numbers."""
    database = Database(postgresql_url)
    try:
        await people(database, *(f"person{number}" for number in range(100)))
        await prepare(database, "room")
        async with database.write() as session:
            rooms = await lock_rooms(session, ["room"])
            await append(session, rooms, [NewLine("room", "reply", "bob", str(n)) for n in range(198)], NOON)
        assert await lines_looked_at(database) == [20, 20]
    finally:
        await database.close()


async def lines_looked_at(database: Database) -> list[int]:
    """How many rows of `entry` PostgreSQL takes in hand to read the first 20 lines of 200, and the last 20."""

    async def read(session: AsyncSession) -> None:
        await through(session, read_lines, "room", 1, 200, 20)
        await through(session, read_lines, "room", 1, 200, 20, descending=True)

    await analyze(database)
    plans = "\n".join(await told(database, read))
    return [int(rows) for rows in re.findall(r"Scan .*on entry .* rows=(\d+) loops=1\)", plans)]
