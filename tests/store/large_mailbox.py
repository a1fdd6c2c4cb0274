"""A mailbox of many thousands beside others, written at once (PostgreSQL)."""

from sqlalchemy import text

from store.database import Database
from tests.store.rows import people, reply, room

ROOMS = 20_000
OTHERS = 40

STATEMENTS = (
    # Alice wrote every second message and threw nearly all of hers away; a little is in a folder, little is unread.
    """
    INSERT INTO message (id, kind, author_id, subject, body, state, version, reply_policy, created_at, updated_at,
        sent_at, head_seq, reply_count, participant_count, mirrored_seq, indexed_seq, answered, last_entry_at)
    SELECT 'r' || n, 'message', CASE WHEN n % 2 = 0 THEN 'alice' ELSE 'p' || n % {others} END, 'Subject', 'Body',
        'sent', 1, 'everyone', at, at, at, 1, 1, 2, 1, 1, false, at
    FROM (SELECT n, timestamptz '2025-01-01' + n * interval '1 minute' AS at FROM generate_series(1, {rooms}) n) one
    """,
    """
    INSERT INTO entry (message_id, seq, kind, author_id, body, reply_count, created_at)
    SELECT id, 1, 'message', author_id, repeat('Some words. ', 40), 1, sent_at FROM message WHERE id <> 'room'
    """,
    """
    INSERT INTO participation (message_id, person_id, state, role, from_seq, read_seq, read_count, own_count, received,
        muted, trashed_at, trashed_count, folder_id, added_at, last_entry_at, unread, tallied)
    SELECT id, 'alice', 'active', CASE WHEN author_id = 'alice' THEN 'author' ELSE 'to' END, 1, 1,
        CASE WHEN author_id = 'alice' THEN 0 ELSE 1 END, CASE WHEN author_id = 'alice' THEN 1 ELSE 0 END,
        author_id <> 'alice', false,
        CASE WHEN author_id = 'alice' AND substr(id, 2)::int > 100 THEN last_entry_at END,
        CASE WHEN author_id = 'alice' AND substr(id, 2)::int > 100 THEN 1 END,
        CASE WHEN substr(id, 2)::int % 501 = 1 THEN 'folder' END, sent_at, last_entry_at, 0, false
    FROM message WHERE id <> 'room'
    """,
    """
    INSERT INTO participation (message_id, person_id, state, role, from_seq, read_seq, read_count, own_count, received,
        muted, added_at, last_entry_at, unread, tallied)
    SELECT id, CASE WHEN author_id = 'alice' THEN 'p' || substr(id, 2)::int % {others} ELSE author_id END, 'active',
        CASE WHEN author_id = 'alice' THEN 'to' ELSE 'author' END, 1, 1,
        CASE WHEN author_id = 'alice' THEN 1 ELSE 0 END, CASE WHEN author_id = 'alice' THEN 0 ELSE 1 END,
        author_id = 'alice', false, sent_at, last_entry_at, 0, false
    FROM message WHERE id <> 'room'
    """,
    "ANALYZE",
)


async def fill(database: Database) -> None:
    """Alice and Bob have a discussion; Alice has a folder and many others with others."""
    await people(database, "alice", "bob", *(f"p{number}" for number in range(OTHERS)))
    await room(database, "alice", ["bob"], "room")
    await reply(database, "room", "bob")
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO folder (id, person_id, beside, name, folded, tally, created_at) "
                "VALUES ('folder', 'alice', 'alice', 'Folder', 'folder', 0, now())"
            )
        )
        for statement in STATEMENTS:
            await connection.exec_driver_sql(statement.format(rooms=ROOMS, others=OTHERS))
