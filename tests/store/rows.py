"""Rows for the tests of the store, written without any use case."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import insert

from store.columns import table_of
from store.database import Database
from store.entries import NewLine, StoredLine, append, lock_rooms
from store.tables import Entry, Message, Participation, Person

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def people(database: Database, *names: str) -> list[str]:
    """Accounts whose ids are their names."""
    async with database.write() as session:
        session.add_all(Person(id=name, login=name, name=name.capitalize(), folded=name) for name in names)
    return list(names)


async def draft(database: Database, author: str, message_id: str = "draft") -> str:
    """A draft that is not sent."""
    async with database.write() as session:
        session.add(Message(id=message_id, author_id=author, subject="A draft", body="Not yet"))
    return message_id


async def room(database: Database, author: str, others: Sequence[str], message_id: str = "room") -> str:
    """A sent message with its participants, as `app.sending` leaves it."""
    async with database.write() as session:
        session.add(
            Message(
                id=message_id,
                author_id=author,
                subject="Hello",
                body="First",
                state="sent",
                sent_at=NOON,
                head_seq=1,
                reply_count=1,
                participant_count=1 + len(others),
                mirrored_seq=1,
                last_entry_at=NOON,
            )
        )
        await session.flush()
        line = {"message_id": message_id, "seq": 1, "kind": "message", "author_id": author, "body": "First"}
        await session.execute(insert(table_of(Entry)), [line | {"reply_count": 1, "created_at": NOON}])
        own = {"role": "author", "own_count": 1, "read_seq": 1, "unread": 0, "received": False}
        seen = {"role": "to", "own_count": 0, "read_seq": 0, "unread": 1, "received": True}
        rows = [{"person_id": author} | own, *({"person_id": other} | seen for other in others)]
        await session.execute(
            insert(table_of(Participation)),
            [row | {"message_id": message_id, "last_entry_at": NOON} for row in rows],
        )
    return message_id


async def reply(
    database: Database, message_id: str, author: str, body: str = "Yes", *, at: datetime = NOON
) -> StoredLine:
    """One reply, appended in a transaction of its own."""
    async with database.write() as session:
        rooms = await lock_rooms(session, [message_id])
        [line] = await append(session, rooms, [NewLine(message_id, "reply", author, body)], at)
    return line
