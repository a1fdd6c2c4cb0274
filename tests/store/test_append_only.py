"""What was sent never changes: the database's own lock, whatever the program tries."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from store.database import Database
from tests.store.rows import draft, people, room

REFUSED = [
    "UPDATE entry SET body = 'other'",
    "UPDATE entry SET reply_count = 7",
    "DELETE FROM entry",
    "UPDATE message SET body = 'other' WHERE id = 'room'",
    "UPDATE message SET subject = 'other' WHERE id = 'room'",
    "UPDATE message SET state = 'draft' WHERE id = 'room'",
    "UPDATE message SET author_id = 'bob' WHERE id = 'room'",
    "UPDATE message SET kind = 'memo' WHERE id = 'room'",
    "UPDATE message SET reply_policy = 'nobody' WHERE id = 'room'",
    "UPDATE message SET sent_at = NULL WHERE id = 'room'",
    "UPDATE message SET created_at = sent_at WHERE id = 'room'",
    "UPDATE message SET starts_at = sent_at, ends_at = sent_at WHERE id = 'room'",
    "UPDATE message SET urgent = TRUE WHERE id = 'room'",
    "UPDATE message SET separately = TRUE WHERE id = 'room'",
    "UPDATE message SET separate_of = 'draft' WHERE id = 'room'",
    "UPDATE message SET id = 'other' WHERE id = 'room'",
    "DELETE FROM message WHERE id = 'room'",
    "INSERT INTO recipient (message_id, position, role, person_id) VALUES ('room', 9, 'to', 'bob')",
    "UPDATE recipient SET message_id = 'room', position = 9",
]


@pytest.fixture
async def written(database: Database) -> Database:
    """A database with a sent message, and a draft with a recipient."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    await draft(database, "alice")
    await run(
        database,
        "INSERT INTO recipient (message_id, position, role, person_id) VALUES ('draft', 0, 'to', 'bob')",
    )
    return database


@pytest.mark.parametrize("statement", REFUSED)
async def test_database_refuses_to_change_what_was_sent(written: Database, statement: str) -> None:
    """Raw SQL that would change an entry, a sent message or its addressing fails."""
    with pytest.raises(IntegrityError):
        await run(written, statement)


@pytest.mark.parametrize(
    "statement",
    [
        (
            "UPDATE message SET head_seq = 2, reply_count = 2, participant_count = 3, mirrored_seq = 2,"
            " answered = TRUE, last_entry_at = sent_at WHERE id = 'room'"
        ),
        "UPDATE message SET body = 'better', subject = 'Better' WHERE id = 'draft'",
        "DELETE FROM recipient WHERE message_id = 'draft'",
        "UPDATE message SET state = 'sent' WHERE id = 'draft'",
    ],
)
async def test_counters_advance_and_drafts_change(written: Database, statement: str) -> None:
    """The lock is on what was said, not on how far a room has come, and not on drafts."""
    await run(written, statement)


async def test_recipients_are_fixed_with_the_sending(written: Database) -> None:
    """Once a draft is sent, its recipients can be neither deleted nor moved."""
    await run(written, "UPDATE message SET state = 'sent' WHERE id = 'draft'")
    for statement in ("DELETE FROM recipient", "UPDATE recipient SET role = 'cc'"):
        with pytest.raises(IntegrityError):
            await run(written, statement)


@pytest.mark.parametrize("table", ["entry", "message", "recipient"])
async def test_postgresql_refuses_to_empty_tables(written: Database, table: str) -> None:
    """TRUNCATE asks no row trigger, so that it is refused by one of its own."""
    if written.is_sqlite:
        return  # SQLite has no such statement; DELETE without WHERE is tested above
    with pytest.raises(IntegrityError):
        await run(written, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT OR REPLACE INTO entry SELECT message_id, seq, kind, author_id, client_id, 'other',"
            " about_person_id, reply_to_seq, reply_count, created_at FROM entry"
        ),
        (
            "INSERT OR REPLACE INTO message (id, kind, author_id, subject, body, state, version, reply_policy,"
            " created_at, updated_at, head_seq, reply_count, participant_count, mirrored_seq, answered)"
            " SELECT id, kind, author_id, subject, 'other', state, version, reply_policy, created_at,"
            " updated_at, head_seq, reply_count, participant_count, mirrored_seq, answered"
            " FROM message WHERE id = 'room'"
        ),
        "UPDATE OR REPLACE message SET id = 'room' WHERE id = 'draft'",
    ],
)
async def test_sqlite_refuses_to_replace_rows(written: Database, statement: str) -> None:
    """SQLite's REPLACE deletes without asking the delete triggers, and is refused all the same."""
    if not written.is_sqlite:
        return
    with pytest.raises(IntegrityError):
        await run(written, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE participation SET state = 'away'",
        "UPDATE participation SET role = 'bcc'",
        "UPDATE person SET role = 'king'",
        "UPDATE message SET kind = 'song' WHERE id = 'draft'",
        (
            "INSERT INTO entry SELECT message_id, 9, 'shout', author_id, client_id, body, about_person_id,"
            " reply_to_seq, reply_count, created_at FROM entry"
        ),
    ],
)
async def test_words_outside_the_list_are_refused(written: Database, statement: str) -> None:
    """Columns that hold one of a few words hold no other."""
    with pytest.raises(IntegrityError):
        await run(written, statement)


async def test_sqlite_checks_without_a_table_for_each_row(written: Database) -> None:
    """No check says IN, which SQLite answers anew for every row that is inserted, at the cost of half of it."""
    if not written.is_sqlite:
        return
    async with written.read() as session:
        tables = await (await session.connection()).execute(text("SELECT sql FROM sqlite_master"))
        assert [sql for (sql,) in tables if sql and " IN (" in sql] == []


async def run(database: Database, statement: str) -> None:
    """Execute raw SQL in a transaction of its own."""
    async with database.write() as session:
        await (await session.connection()).execute(text(statement))
