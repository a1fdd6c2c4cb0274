"""What is one person's own, beside her messages: read for her to take away. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.prepared import Link, Prepared
from store.tables import Entry, Group, Membership, Participation

participation = table_of(Participation)
entry = table_of(Entry)
membership = table_of(Membership)
group = table_of(Group)

SEATS = Prepared(
    select(participation.c.message_id, participation.c.state)
    .where(participation.c.person_id == bindparam("person"), participation.c.message_id > bindparam("after"))
    .order_by(participation.c.message_id)
    .limit(bindparam("most"))
)
WORDS = Prepared(
    select(entry.c.seq, entry.c.created_at, entry.c.body)
    .where(
        entry.c.message_id == bindparam("room"),
        entry.c.author_id == bindparam("person"),
        or_(entry.c.kind == "message", entry.c.kind == "reply"),
    )
    .order_by(entry.c.seq)
)


class OwnWords(msgspec.Struct, frozen=True):
    """What somebody wrote: its number in the discussion, when, and the text."""

    seq: int
    at: datetime
    body: str


def seats_after(link: Link, person_id: str, after: str, most: int) -> list[tuple[str, bool]]:
    """The first discussions after this one that she is or was in, and whether she is in it now."""
    rows = SEATS.rows(link, {"person": person_id, "after": after, "most": most})
    return [(room, state == "active") for room, state in rows]


def words_in(link: Link, person_id: str, room: str) -> list[OwnWords]:
    """What she wrote in a discussion, though she may see nothing of it any more."""
    return [OwnWords(*row) for row in WORDS.rows(link, {"person": person_id, "room": room})]


async def groups_of(session: AsyncSession, person_id: str) -> Sequence[str]:
    """The names of the groups that she is in."""
    query = select(group.c.name).join(membership, membership.c.group_id == group.c.id)
    return (
        (await session.execute(query.where(membership.c.person_id == person_id).order_by(group.c.name)))
        .scalars()
        .all()
    )
