"""Groups as admins see them. Nothing here commits."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, delete, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.people import folded
from store.tables import Group, Listed, Membership, Recipient, Rule


class GroupRow(msgspec.Struct, frozen=True):
    """A group: how many are in it, and how many rules name it on either side."""

    id: str
    name: str
    size: int
    rules: int


async def group(session: AsyncSession, group_id: str, *, locked: bool = False) -> GroupRow | None:
    """One group. `locked`: it is not deleted or renamed by others until this transaction ends."""
    if locked:
        await session.execute(select(col(Group.id)).where(col(Group.id) == group_id).with_for_update())
    size = select(func.count()).where(col(Membership.group_id) == group_id).scalar_subquery()
    rules = select(func.count()).where(_names(group_id)).scalar_subquery()
    query = select(col(Group.id), col(Group.name), size, rules).where(col(Group.id) == group_id)
    row = (await session.execute(query)).first()
    return GroupRow(*row) if row else None


async def by_name(session: AsyncSession, name: str) -> str | None:
    """The identifier of the group that is called so."""
    return (await session.execute(select(col(Group.id)).where(col(Group.name) == name))).scalar()


async def names(session: AsyncSession) -> list[tuple[str, str]]:
    """All groups by name: identifier and name."""
    query = select(col(Group.id), col(Group.name)).order_by(col(Group.folded), col(Group.id))
    return [(row[0], row[1]) for row in await session.execute(query)]


async def memberships(session: AsyncSession) -> set[tuple[str, str]]:
    """Everybody in every group: identifiers of group and person."""
    rows = await session.execute(select(col(Membership.group_id), col(Membership.person_id)))
    return {(row[0], row[1]) for row in rows}


async def insert_group(session: AsyncSession, group_id: str, name: str, at: datetime) -> None:
    """Create a group."""
    await session.execute(insert(Group).values(id=group_id, name=name, folded=folded(name), created_at=at))


async def rename_group(session: AsyncSession, group_id: str, name: str) -> None:
    """Call a group otherwise."""
    await session.execute(
        update(Group).where(col(Group.id) == group_id).values(name=name, folded=folded(name))
    )


async def is_addressed(session: AsyncSession, group_id: str) -> bool:
    """Whether any message, sent or not, is addressed to it."""
    query = select(literal(1)).where(col(Recipient.group_id) == group_id).limit(1)
    return (await session.execute(query)).first() is not None


async def delete_group(session: AsyncSession, group_id: str) -> None:
    """Delete a group that no message is addressed to: its memberships, its rules, its places in lists go with it."""
    await session.execute(delete(Membership).where(col(Membership.group_id) == group_id))
    await session.execute(delete(Rule).where(_names(group_id)))
    await session.execute(delete(Listed).where(col(Listed.group_id) == group_id))
    await session.execute(delete(Group).where(col(Group.id) == group_id))


async def rules_without(session: AsyncSession, group_id: str) -> int:
    """How many rules there are that do not name this group."""
    query = select(func.count()).select_from(Rule).where(~_names(group_id))
    return (await session.execute(query)).scalar_one()


async def is_member(session: AsyncSession, group_id: str, person_id: str) -> bool:
    """Whether this person is in this group."""
    query = select(literal(1)).where(
        col(Membership.group_id) == group_id, col(Membership.person_id) == person_id
    )
    return (await session.execute(query)).first() is not None


async def add_member(session: AsyncSession, group_id: str, person_id: str) -> None:
    """Put a person into a group that she is not in."""
    await session.execute(insert(Membership).values(group_id=group_id, person_id=person_id))


async def remove_member(session: AsyncSession, group_id: str, person_id: str) -> None:
    """Take a person out of a group."""
    await session.execute(
        delete(Membership).where(col(Membership.group_id) == group_id, col(Membership.person_id) == person_id)
    )


def _names(group_id: str) -> ColumnElement[bool]:
    return or_(col(Rule.from_group_id) == group_id, col(Rule.to_group_id) == group_id)
