"""Accounts as admins see them: everything of the account, nothing of what was written. Nothing here commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, exists, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.people import begins_words
from store.recipients import BEFORE_ALL, After
from store.tables import Group, Membership, Person, Session


class AccountRow(msgspec.Struct, frozen=True):
    """An account; nobody can sign in to it by password unless it `has_password`."""

    id: str
    login: str
    name: str
    email: str | None
    role: str
    language: str
    time_zone: str
    messaging: bool
    has_password: bool
    created_at: datetime
    last_seen_at: datetime | None
    suspended_at: datetime | None


class Sought(msgspec.Struct, frozen=True):
    """Whom one looks for: words of name or login by their first letters; empty filters filter nothing.

    `state`: `active`, `suspended`, or `waiting` (has never been here).
    """

    words: Sequence[str] = ()
    group: str = ""
    role: str = ""
    state: str = ""


async def find(
    session: AsyncSession, sought: Sought, *, limit: int, after: After = BEFORE_ALL
) -> list[AccountRow]:
    """Accounts by name, those behind `after`; nobody who was erased."""
    query = _accounts().where(
        tuple_(col(Person.folded), col(Person.id)) > after,
        *begins_words(session, col(Person.folded), sought.words),
        *_filters(sought),
    )
    rows = await session.execute(query.order_by(col(Person.folded), col(Person.id)).limit(limit))
    return [AccountRow(*row) for row in rows]


async def every(session: AsyncSession) -> list[AccountRow]:
    """All accounts by login; nobody who was erased."""
    return [AccountRow(*row) for row in await session.execute(_accounts().order_by(col(Person.login)))]


async def account(session: AsyncSession, person_id: str, *, locked: bool = False) -> AccountRow | None:
    """One account. `locked`: it stays as it is until this transaction ends, but for what this one does."""
    query = _accounts().where(col(Person.id) == person_id)
    row = (await session.execute(query.with_for_update() if locked else query)).first()
    return AccountRow(*row) if row else None


async def groups_by_person(
    session: AsyncSession, person_id: str | None = None
) -> dict[str, list[tuple[str, str]]]:
    """The groups that people (or this person) are in, by person: identifier and name, by name."""
    query = select(col(Membership.person_id), col(Group.id), col(Group.name)).join(
        Group, col(Group.id) == col(Membership.group_id)
    )
    if person_id is not None:
        query = query.where(col(Membership.person_id) == person_id)
    found: dict[str, list[tuple[str, str]]] = {}
    for person, group, name in await session.execute(query.order_by(col(Group.folded), col(Group.id))):
        found.setdefault(person, []).append((group, name))
    return found


async def sessions_of(session: AsyncSession, person_id: str, now: datetime) -> int:
    """How many browsers this person is signed in with."""
    query = select(func.count()).where(
        col(Session.person_id) == person_id, col(Session.ended_at).is_(None), col(Session.expires_at) > now
    )
    return (await session.execute(query)).scalar_one()


async def is_taken(session: AsyncSession, login: str, besides: str = "") -> bool:
    """Whether somebody else has this login."""
    query = select(col(Person.id)).where(col(Person.login) == login, col(Person.id) != besides)
    return (await session.execute(query)).first() is not None


async def insert_person(session: AsyncSession, columns: Mapping[str, Any]) -> None:
    """Create an account."""
    await session.execute(insert(Person).values(columns))


async def update_person(session: AsyncSession, person_id: str, columns: Mapping[str, Any]) -> None:
    """Change an account."""
    await session.execute(update(Person).where(col(Person.id) == person_id).values(columns))


def _accounts() -> Select[*tuple[Any, ...]]:
    return select(
        col(Person.id),
        col(Person.login),
        col(Person.name),
        col(Person.email),
        col(Person.role),
        col(Person.language),
        col(Person.time_zone),
        col(Person.messaging),
        col(Person.password_hash).is_not(None),
        col(Person.created_at),
        col(Person.last_seen_at),
        col(Person.suspended_at),
    ).where(col(Person.erased_at).is_(None))


def _filters(sought: Sought) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if sought.group:
        inside = select(col(Membership.person_id)).where(
            col(Membership.person_id) == col(Person.id), col(Membership.group_id) == sought.group
        )
        filters.append(exists(inside.correlate(Person)))
    if sought.role:
        filters.append(col(Person.role) == sought.role)
    if sought.state == "suspended":
        filters.append(col(Person.suspended_at).is_not(None))
    elif sought.state:
        filters.append(col(Person.suspended_at).is_(None))
    if sought.state == "waiting":
        filters.append(col(Person.last_seen_at).is_(None))
    return filters
