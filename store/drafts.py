"""Queries about messages that are not sent yet, and how they are addressed. They never commit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import Group, Message, Person, Recipient

# Positions of `cc` begin here, so that either role can be rewritten without touching the other.
CC_POSITION = 1_000_000

RecipientType = Literal["person", "group"]


@dataclass(frozen=True)
class NamedRecipient:
    """A person or group that a message is addressed to."""

    role: str
    type: RecipientType
    id: str
    name: str


async def own_message(
    session: AsyncSession, message_id: str, author_id: str, *, lock: bool = False
) -> Message | None:
    """A message of this author, draft or sent; `lock` keeps it still until the transaction ends."""
    query = select(Message).where(col(Message.id) == message_id, col(Message.author_id) == author_id)
    if lock:
        query = query.with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def drafts_of(
    session: AsyncSession, author_id: str, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Message]:
    """Drafts of an author, last changed first, after the one that was changed at that moment with that id."""
    query = select(Message).where(col(Message.author_id) == author_id, col(Message.state) == "draft")
    if after is not None:
        query = query.where(tuple_(col(Message.updated_at), col(Message.id)) < after)
    query = query.order_by(col(Message.updated_at).desc(), col(Message.id).desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def drafts_among(session: AsyncSession, author_id: str, ids: Sequence[str]) -> Sequence[Message]:
    """Those of these messages that are drafts of an author, last changed first."""
    if not ids:
        return []
    query = select(Message).where(
        col(Message.id).in_(ids), col(Message.author_id) == author_id, col(Message.state) == "draft"
    )
    query = query.order_by(col(Message.updated_at).desc(), col(Message.id).desc())
    return (await session.execute(query)).scalars().all()


async def count_drafts(session: AsyncSession, author_id: str) -> int:
    """How many drafts an author has."""
    query = select(func.count()).where(col(Message.author_id) == author_id, col(Message.state) == "draft")
    return (await session.execute(query)).scalar_one()


async def waiting_of(
    session: AsyncSession, author_id: str, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Message]:
    """Messages of an author that wait for a time or for the end of quiet hours, the next to leave first."""
    query = select(Message).where(*_waiting(author_id))
    if after is not None:
        query = query.where(tuple_(col(Message.leaves_at), col(Message.id)) > after)
    query = query.order_by(col(Message.leaves_at), col(Message.id)).limit(limit)
    return (await session.execute(query)).scalars().all()


async def count_waiting(session: AsyncSession, author_id: str) -> int:
    """How many of those there are."""
    return (await session.execute(select(func.count()).where(*_waiting(author_id)))).scalar_one()


def _waiting(author_id: str) -> tuple[ColumnElement[bool], ...]:
    is_held, for_hours = col(Message.state) == "held", col(Message.held_for).in_(("later", "quiet"))
    return col(Message.author_id) == author_id, is_held, for_hours


async def untouched_drafts(
    session: AsyncSession, author_id: str, *, before: datetime, after: datetime | None
) -> tuple[int, str, datetime] | None:
    """How many drafts were last changed before (and not before `after`), the id of the oldest, and when that was."""
    untouched = [col(Message.author_id) == author_id, col(Message.state) == "draft"]
    untouched.append(col(Message.updated_at) < before)
    if after is not None:
        untouched.append(col(Message.updated_at) >= after)
    query = select(col(Message.id), col(Message.updated_at)).where(*untouched)
    oldest = (await session.execute(query.order_by(col(Message.updated_at)).limit(1))).first()
    if oldest is None:
        return None
    count = (await session.execute(select(func.count()).where(*untouched))).scalar_one()
    return count, oldest.id, oldest.updated_at


async def delete_message(session: AsyncSession, message_id: str) -> None:
    """Delete a draft and how it was addressed."""
    await session.execute(delete(Recipient).where(col(Recipient.message_id) == message_id))
    await session.execute(delete(Message).where(col(Message.id) == message_id))


async def readdress(
    session: AsyncSession, message_id: str, role: str, addresses: Sequence[tuple[RecipientType, str]]
) -> None:
    """Replace the `to` or the `cc` of a message, in this order."""
    await session.execute(
        delete(Recipient).where(col(Recipient.message_id) == message_id, col(Recipient.role) == role)
    )
    if not addresses:
        return
    first = CC_POSITION if role == "cc" else 0
    rows = [
        {
            "message_id": message_id,
            "position": first + place,
            "role": role,
            "person_id": address_id if address_type == "person" else None,
            "group_id": address_id if address_type == "group" else None,
        }
        for place, (address_type, address_id) in enumerate(addresses)
    ]
    await session.execute(insert(Recipient), rows)


async def recipients_of(
    session: AsyncSession, message_ids: Sequence[str]
) -> defaultdict[str, list[NamedRecipient]]:
    """How these messages are addressed, by message, in the writer's order."""
    found: defaultdict[str, list[NamedRecipient]] = defaultdict(list)
    if not message_ids:
        return found
    query = (
        select(
            col(Recipient.message_id),
            col(Recipient.role),
            col(Recipient.person_id),
            func.coalesce(col(Recipient.person_id), col(Recipient.group_id)).label("id"),
            func.coalesce(col(Person.name), col(Group.name)).label("name"),
        )
        .outerjoin(Person, col(Person.id) == col(Recipient.person_id))
        .outerjoin(Group, col(Group.id) == col(Recipient.group_id))
        .where(col(Recipient.message_id).in_(message_ids))
        .order_by(col(Recipient.message_id), col(Recipient.position))
    )
    for row in await session.execute(query):
        kind: RecipientType = "person" if row.person_id else "group"
        found[row.message_id].append(NamedRecipient(row.role, kind, row.id, row.name))
    return found
