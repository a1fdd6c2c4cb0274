"""How a room comes to be: the moment in which a draft is sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from store import arrivals
from store.circle import Newcomer, enter
from store.columns import table_of
from store.tables import Entry, Message

message = table_of(Message)
entry = table_of(Entry)

SEND = (
    update(message)
    .where(message.c.id == bindparam("room"), message.c.state == "draft")
    .values(
        state="sent",
        body=bindparam("said"),
        sent_at=bindparam("at"),
        updated_at=bindparam("at"),
        last_entry_at=bindparam("at"),
        head_seq=1,
        reply_count=1,
        mirrored_seq=1,
        participant_count=bindparam("size"),
    )
)


async def open_room(
    session: AsyncSession,
    message_id: str,
    author_id: str,
    body: str,
    people: Sequence[Newcomer],
    at: datetime,
    *,
    size: int,
) -> None:
    """Turn a draft, locked by the caller, into a room of `size` people, these among them, and entry 1."""
    connection = await session.connection()
    await connection.execute(SEND, {"room": message_id, "said": body, "at": at, "size": size})
    await connection.execute(
        insert(entry),
        {
            "message_id": message_id,
            "seq": 1,
            "kind": "message",
            "author_id": author_id,
            "body": body,
            "reply_count": 1,
            "created_at": at,
        },
    )
    await enter(session, message_id, people, {}, at)


async def expect(session: AsyncSession, message_id: str, people: Sequence[tuple[str, str]]) -> None:
    """Write down who else is to come in, as `store.arrivals.expect` does."""
    if people:
        await (await session.connection()).run_sync(arrivals.expect, message_id, people)
