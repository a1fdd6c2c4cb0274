"""The paths that must stay quick however much there is: SQLite reaches every row by an index.

PostgreSQL chooses by statistics, which an empty test database does not have; the same indexes are there.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from store import (
    boxes,
    circle,
    filing,
    folders,
    following,
    marks,
    mentions,
    participations,
    purging,
    tallies,
    unread,
)
from store.boxes.places import Box
from store.boxes.sieve import Sieve
from store.company import others_in
from store.database import Database
from store.entries import NewLine, append, find_replies, heads, lock_rooms, read_lines
from store.folders import FolderRow
from store.prepared import Link, through
from store.room import StoredLine
from tests.store.rows import NOON, people, reply, room
from tests.waiting import wait_for

Query = Callable[[AsyncSession], Awaitable[object]]

LINE = StoredLine("room", 2, "reply", "bob", "@Alice", None, None, None, 2, NOON)
QUERIES: dict[str, tuple[Query, set[str]]] = {
    "inbox": (
        lambda session: boxes.page(session, Box("inbox"), "alice", None, 30),
        {"ix_participation_box", "ix_message_unmirrored"},
    ),
    "progress": (
        lambda session: boxes.page(session, Box("progress"), "alice", (NOON, "room"), 30),
        {"ix_participation_box", "ix_message_unmirrored"},
    ),
    "sent": (lambda session: boxes.page(session, Box("sent"), "alice", None, 30), {"ix_message_sent"}),
    "folder": (
        lambda session: boxes.page(session, Box("folder", "folder"), "alice", None, 30),
        {"ix_participation_folder", "ix_message_unmirrored"},
    ),
    "trash": (
        lambda session: boxes.page(session, Box("trash"), "alice", None, 30),
        {"ix_participation_box", "ix_message_unmirrored"},
    ),
    "unread of a box": (
        lambda session: boxes.page(session, Box("inbox"), "alice", None, 30, Sieve(unread=True)),
        {"ix_participation_box"},
    ),
    "what somebody wrote": (
        lambda session: boxes.page(session, Box("inbox"), "alice", None, 30, Sieve(author="bob", files=True)),
        {"ix_participation_box"},
    ),
    "some of a box": (lambda session: boxes.among(session, Box("inbox"), "alice", ["room"]), set()),
    "folders' counts": (
        lambda session: through(session, unread.folder_counts_for, ["alice", "bob"]),
        {"ix_participation_untallied", "ix_folder_person_id"},
    ),
    "filing": (lambda session: through(session, filed), {"ix_participation_folder"}),
    "clearing a folder": (
        lambda session: through(session, filing.clear_folder, "bob", "folder", NOON, 10),
        {"ix_participation_folder"},
    ),
    "long in the trash": (
        lambda session: through(session, filing.long_trashed, NOON, 10),
        {"ix_participation_trashed"},
    ),
    "last words of others": (
        lambda session: through(session, marks.last_of_others, [("room", "alice")]),
        set(),
    ),
    "what everybody left": (
        lambda session: through(session, purging.abandoned, NOON, 10),
        {"ix_message_abandoned", "ix_message_separate_of"},
    ),
    "badge": (
        lambda session: through(session, unread.counts_for, ["alice", "bob"]),
        {"ix_participation_untallied", "ix_message_unmirrored"},
    ),
    "overdue tallies": (
        lambda session: through(session, tallies.overdue, ["alice", "bob"]),
        {"ix_participation_untallied"},
    ),
    "tallying": (lambda session: tallies.tally_step(session, "bob"), {"ix_participation_untallied"}),
    "counts": (
        lambda session: through(session, unread.unread_in, [("alice", "room"), ("bob", "room")]),
        set(),
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


def filed(link: Link) -> None:
    """Bob's discussion is put into a folder, and the folder is deleted."""
    folders.hold_tree(link, "bob")
    folders.add_folder(link, "bob", FolderRow("folder", None, "Folder", "folder"), NOON)
    kept = filing.hold(link, "bob", ["room"])
    filing.keep(link, "bob", kept, [one.filed("folder") for one in kept])
    filing.keep(link, "bob", filing.hold(link, "bob", ["room"]), kept)
    folders.delete_empty(link, "bob", "folder")


@pytest.mark.parametrize("name", QUERIES)
async def test_rows_are_reached_by_index(sqlite_url: str, name: str) -> None:
    """No table is read from end to end."""
    query, indexes = QUERIES[name]
    plan = await plan_of(sqlite_url, query)
    for index in indexes:
        assert any(index in line for line in plan), f"{index} is not used: {plan}"
    tables = (
        "participation",
        "message",
        "entry",
        "person",
        "mention",
        "other",
        "writer",
        "author",
        "last_words",
    )
    scanned = [line for line in plan if line.startswith(tuple(f"SCAN {table}" for table in tables))]
    assert [line for line in scanned if "ix_message_unmirrored" not in line] == []


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
        await connection.run_sync(read_lines, "room", 1, 200, 20)
        await connection.run_sync(read_lines, "room", 1, 200, 20, descending=True)
    # It tells the last one when the transaction ends.
    await wait_for(lambda: len(said) == 4, "PostgreSQL has told the plans of lines and of their files")
    return [int(rows) for rows in re.findall(r"Scan .*on entry .* rows=(\d+) loops=1\)", "\n".join(said))]
