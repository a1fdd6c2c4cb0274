"""Bringing participations up to date with large rooms, in small transactions that hold up nobody's reply."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.tables import Message, Participation
from store.trash import mirrored_trash

AT_ONCE = 500
"""Participations in one transaction."""

message = table_of(Message)
participation = table_of(Participation)

HOLD = (
    select(message.c.head_seq, message.c.reply_count, message.c.last_entry_at)
    .where(message.c.id == bindparam("room"))
    .with_for_update(read=True)
)
LAST_OF_STEP = (
    select(participation.c.person_id)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id > bindparam("above"))
    .order_by(participation.c.person_id)
    .offset(bindparam("step"))
    .limit(1)
)
MIRROR = (
    update(participation)
    .where(
        participation.c.message_id == bindparam("room"),
        participation.c.person_id > bindparam("above"),
        participation.c.person_id <= bindparam("upto"),
        participation.c.state == "active",
    )
    .values(
        unread=bindparam("count") - participation.c.own_count - participation.c.read_count,
        last_entry_at=bindparam("at"),
        trashed_at=mirrored_trash(bindparam("count")),
    )
)
MIRRORED = (
    update(message)
    .where(message.c.id == bindparam("room"), message.c.mirrored_seq < bindparam("head"))
    .values(mirrored_seq=bindparam("head"))
)
# Greater than every identifier in every collation.
BEYOND_ALL = "z" * 33


async def mirror_step(
    session: AsyncSession, message_id: str, above: str, *, most: int = AT_ONCE
) -> tuple[int, str | None]:
    """Mirror a room into the next `most` participations whose person's id is greater than `above`.

    Returns the head that they agree with now, and where the next step begins (None: that was the last).
    """
    connection = await session.connection()
    parameters = {"room": message_id, "above": above}
    upto = (await connection.execute(LAST_OF_STEP, {**parameters, "step": most - 1})).scalar_one_or_none()
    head, count, at = (await connection.execute(HOLD, {"room": message_id})).one()
    await connection.execute(MIRROR, {**parameters, "upto": upto or BEYOND_ALL, "count": count, "at": at})
    return head, upto


async def mirrored(session: AsyncSession, message_id: str, head: int) -> None:
    """Note that every participation agrees with `head` at least."""
    await (await session.connection()).execute(MIRRORED, {"room": message_id, "head": head})
