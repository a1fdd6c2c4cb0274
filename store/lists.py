"""Queries about the lists of recipients that people keep for themselves. They never commit."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import Group, Listed, Person, RecipientList


class ListMember(msgspec.Struct, frozen=True):
    """A person or a group in a list."""

    type: Literal["person", "group"]
    id: str
    name: str


async def lists_of(session: AsyncSession, owner_id: str) -> Sequence[RecipientList]:
    """All lists of a person, by name."""
    query = select(RecipientList).where(col(RecipientList.owner_id) == owner_id)
    return (
        (await session.execute(query.order_by(col(RecipientList.folded), col(RecipientList.id))))
        .scalars()
        .all()
    )


async def own_list(
    session: AsyncSession, list_id: str, owner_id: str, *, lock: bool = False
) -> RecipientList | None:
    """A list of this person; `lock` keeps it still until the transaction ends."""
    query = select(RecipientList).where(
        col(RecipientList.id) == list_id, col(RecipientList.owner_id) == owner_id
    )
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def members_of(session: AsyncSession, list_ids: Sequence[str]) -> defaultdict[str, list[ListMember]]:
    """Who is in these lists, by list, in their owner's order."""
    found: defaultdict[str, list[ListMember]] = defaultdict(list)
    if not list_ids:
        return found
    query = (
        select(
            col(Listed.list_id),
            col(Listed.person_id),
            func.coalesce(col(Listed.person_id), col(Listed.group_id)).label("id"),
            func.coalesce(col(Person.name), col(Group.name)).label("name"),
        )
        .outerjoin(Person, col(Person.id) == col(Listed.person_id))
        .outerjoin(Group, col(Group.id) == col(Listed.group_id))
        .where(col(Listed.list_id).in_(list_ids))
        .order_by(col(Listed.list_id), col(Listed.position))
    )
    for row in await session.execute(query):
        found[row.list_id].append(ListMember("person" if row.person_id else "group", row.id, row.name))
    return found


async def put_members(session: AsyncSession, list_id: str, members: Sequence[tuple[str, str]]) -> None:
    """Let a list have these members, pairs of type and id, instead of those that it has."""
    await session.execute(delete(Listed).where(col(Listed.list_id) == list_id))
    rows = [
        {
            "list_id": list_id,
            "position": place,
            "person_id": member if kind == "person" else None,
            "group_id": member if kind == "group" else None,
        }
        for place, (kind, member) in enumerate(members)
    ]
    if rows:
        await session.execute(insert(Listed), rows)


async def delete_list(session: AsyncSession, list_id: str) -> None:
    """Delete a list; those in it know nothing of it."""
    await session.execute(delete(Listed).where(col(Listed.list_id) == list_id))
    await session.execute(delete(RecipientList).where(col(RecipientList.id) == list_id))
