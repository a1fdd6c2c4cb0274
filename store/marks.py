"""How far somebody has read. Both moves keep the counts exact without a row per recipient and reply."""

from collections.abc import Mapping

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.log import COUNTED
from store.tables import Entry, Message, Participation

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)

# Shared: readers do not wait for each other, while the log stands still for the moment of the write.
HOLD_ROOM = (
    select(message.c.head_seq, message.c.reply_count)
    .where(message.c.id == bindparam("room"), message.c.state == "sent")
    .with_for_update(read=True)
)
HOLD_MARK = (
    select(
        participation.c.from_seq,
        participation.c.read_seq,
        participation.c.read_count,
        participation.c.own_count,
    )
    .where(
        participation.c.message_id == bindparam("room"),
        participation.c.person_id == bindparam("reader"),
        participation.c.state == "active",
    )
    .with_for_update()
)
MARK = (
    select(participation.c.from_seq, participation.c.read_seq, message.c.head_seq)
    .select_from(participation.join(message, message.c.id == participation.c.message_id))
    .where(
        participation.c.message_id == bindparam("room"),
        participation.c.person_id == bindparam("reader"),
        participation.c.state == "active",
    )
)
COUNT_AT = select(entry.c.reply_count).where(
    entry.c.message_id == bindparam("room"), entry.c.seq == bindparam("seq")
)
OTHERS_BETWEEN = select(func.count()).where(
    entry.c.message_id == bindparam("room"),
    entry.c.seq > bindparam("after"),
    entry.c.seq <= bindparam("upto"),
    entry.c.author_id != bindparam("reader"),
    entry.c.kind.in_(sorted(COUNTED)),
)
MOVE_MARK = (
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("reader"))
    .values(
        read_seq=bindparam("seq"),
        read_count=bindparam("others"),
        unread=bindparam("count") - participation.c.own_count - bindparam("others"),
    )
)


async def mark_of(session: AsyncSession, message_id: str, person_id: str) -> Row[int, int, int] | None:
    """(from_seq, read_seq, head_seq) of somebody who is in a discussion; None when she is not."""
    found = await (await session.connection()).execute(MARK, {"room": message_id, "reader": person_id})
    return found.one_or_none()


async def move_mark(
    session: AsyncSession, message_id: str, person_id: str, seq: int, *, back: bool
) -> int | None:
    """Set how far somebody has read, within her bounds and the head; forward only, unless `back`.

    Returns the new mark when it moved, and None when it did not or when she is not in the discussion.
    """
    connection = await session.connection()
    room = (await connection.execute(HOLD_ROOM, {"room": message_id})).one_or_none()
    mark = (await connection.execute(HOLD_MARK, {"room": message_id, "reader": person_id})).one_or_none()
    if room is None or mark is None:
        return None
    (head, count), (from_seq, read_seq, read_count, own) = room, mark
    target = max(from_seq - 1, min(seq, head))
    if target == read_seq or (target < read_seq and not back):
        return None
    known = {0: 0, read_seq: read_count, head: count - own}
    if target not in known:
        known[target] = await _others_upto(session, message_id, person_id, target, known, own)
    others = known[target]
    await connection.execute(
        MOVE_MARK, {"room": message_id, "reader": person_id, "seq": target, "others": others, "count": count}
    )
    return int(target)


async def _others_upto(
    session: AsyncSession, message_id: str, person_id: str, seq: int, known: Mapping[int, int], own: int
) -> int:
    """How many messages and replies of others there are up to `seq`, from the nearest place where it is `known`."""
    connection = await session.connection()
    if own == 0:
        found = await connection.execute(COUNT_AT, {"room": message_id, "seq": seq})
        return int(found.scalar_one())
    near = min(known, key=lambda place: abs(place - seq))
    after, upto = sorted((near, seq))
    parameters = {"room": message_id, "reader": person_id, "after": after, "upto": upto}
    others = (await connection.execute(OTHERS_BETWEEN, parameters)).scalar_one()
    return int(known[near] + (others if seq > near else -others))
