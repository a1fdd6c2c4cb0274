"""Who is in the directory: everybody whose account is neither suspended nor erased. Queries; they never commit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.people import begins_words, place_of
from store.tables import Group, Membership, Person


class Listed(msgspec.Struct, frozen=True):
    """Somebody in the directory, and what decides how others meet her."""

    id: str
    name: str
    email: str | None
    messaging: bool
    shares_email: bool
    hides_presence: bool
    last_seen_at: datetime | None


IS_LISTED: tuple[ColumnElement[bool], ...] = (
    col(Person.suspended_at).is_(None),
    col(Person.erased_at).is_(None),
)


async def page_of(
    session: AsyncSession, words: Sequence[str], *, limit: int, group: str | None, after: str | None
) -> list[Listed] | None:
    """People with words that begin like each of `words`, the earliest word first, then by name.

    Those in a `group`, if one is named; those who follow the person `after`. None if there is no such person.
    """
    # Nothing to sort by where nothing was typed: the index has people in their order.
    first = [place_of(session, col(Person.folded), words)] if words else []
    rest = [col(Person.folded), col(Person.id)]
    query = _listed().where(*begins_words(session, col(Person.folded), words))
    if group is not None:
        inside = select(col(Membership.person_id)).where(col(Membership.group_id) == group)
        query = query.where(col(Person.id).in_(inside))
    if after is not None:
        last = (await session.execute(select(*first, *rest).where(col(Person.id) == after))).first()
        if last is None:
            return None
        query = query.where(tuple_(*(one.element for one in first), *rest) > tuple(last))
    rows = await session.execute(query.order_by(*first, *rest).limit(limit))
    return [Listed(*row) for row in rows]


async def listed(session: AsyncSession, ids: Collection[str]) -> dict[str, Listed]:
    """Those of these people who are in the directory, by identifier."""
    if not ids:
        return {}
    rows = await session.execute(_listed().where(col(Person.id).in_(ids)))
    return {row[0]: Listed(*row) for row in rows}


async def seen_lately(session: AsyncSession, most: int) -> list[str]:
    """Who was seen last, the latest first."""
    seen = col(Person.last_seen_at)
    query = select(col(Person.id)).where(*IS_LISTED, seen.is_not(None)).order_by(seen.desc()).limit(most)
    return list((await session.execute(query)).scalars())


async def groups_of(session: AsyncSession, person_id: str) -> list[tuple[str, str]]:
    """Identifier and name of the groups that somebody is in, by name."""
    query = (
        select(col(Group.id), col(Group.name))
        .join(Membership, col(Membership.group_id) == col(Group.id))
        .where(col(Membership.person_id) == person_id)
        .order_by(col(Group.folded), col(Group.id))
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


def _listed() -> Select[Any]:
    fields = (getattr(Person, field) for field in Listed.__struct_fields__)
    return select(*(col(field) for field in fields)).where(*IS_LISTED)
