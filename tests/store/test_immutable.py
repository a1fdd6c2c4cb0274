"""What was sent never changes: the mapper's lock, before anything reaches the database."""

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from store.database import Database
from store.immutable import SentNeverChanges
from store.tables import Entry, Message
from tests.store.rows import draft, people, room


@pytest.fixture
async def written(database: Database) -> Database:
    """A database with a sent message and a draft."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    await draft(database, "alice")
    return database


async def test_mapped_entry_neither_changes_nor_goes(written: Database) -> None:
    """Flushing a changed or deleted entry is refused."""
    with pytest.raises(SentNeverChanges):
        async with written.write() as session:
            (await session.get_one(Entry, ("room", 1))).body = "Other"
    with pytest.raises(SentNeverChanges):
        async with written.write() as session:
            await session.delete(await session.get_one(Entry, ("room", 1)))


@pytest.mark.parametrize("column", ["body", "subject", "state", "kind", "reply_policy"])
async def test_mapped_sent_message_does_not_change(written: Database, column: str) -> None:
    """Whatever it says, however it was loaded."""
    with pytest.raises(SentNeverChanges):
        async with written.write() as session:
            setattr(await session.get_one(Message, "room"), column, "draft")


async def test_mapped_sent_message_is_not_deleted(written: Database) -> None:
    """A draft is."""
    with pytest.raises(SentNeverChanges):
        async with written.write() as session:
            await session.delete(await session.get_one(Message, "room"))
    async with written.write() as session:
        await session.delete(await session.get_one(Message, "draft"))


async def test_bulk_statements_are_looked_at(written: Database) -> None:
    """Updates and deletes of many rows at once, whatever they are limited by."""
    for statement in (
        update(Entry).values(body="Other"),
        delete(Entry),
        update(Message).values(body="Other"),
        update(Message).where(col(Message.author_id) == "alice").values(state="draft"),
        delete(Message).where(col(Message.subject) == "Hello"),
    ):
        with pytest.raises(SentNeverChanges):
            async with written.write() as session:
                await session.execute(statement)


async def test_drafts_and_counters_change(written: Database) -> None:
    """What is not sent may change in every way, and heads advance."""
    async with written.write() as session:
        await session.execute(update(Message).where(col(Message.id) == "draft").values(body="Better"))
        await session.execute(update(Message).where(col(Message.id) == "room").values(head_seq=2))
        (await session.get_one(Message, "room")).participant_count = 3
        message = await session.get_one(Message, "draft")
        message.state = "sent"
    async with written.write() as session:
        await session.execute(delete(Message).where(col(Message.id) == "other"))
