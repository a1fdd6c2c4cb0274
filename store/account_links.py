"""Queries about the links by which somebody chooses a password. They never commit.

A link is found by the hash of its secret only, and is good for nothing once it was used, has run out, or its person
is shut out.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import AccountLink, Person


def add(session: AsyncSession, link: AccountLink) -> None:
    """Store a link."""
    session.add(link)


async def whose(session: AsyncSession, secret_hash: str, now: datetime) -> tuple[Person, str] | None:
    """Whom a link that may still be used lets in, and its purpose."""
    query = select(Person, col(AccountLink.purpose)).join(
        AccountLink, col(AccountLink.person_id) == col(Person.id)
    )
    query = query.where(col(AccountLink.token_hash) == secret_hash, *_may_be_used(now), *_lets_in())
    row = (await session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def use(session: AsyncSession, secret_hash: str, now: datetime) -> Person | None:
    """Whom a link lets in; nobody is let in by it any more. Of two who try at once, one gets None."""
    let_in = select(col(Person.id)).where(*_lets_in())
    query = (
        update(AccountLink)
        .where(
            col(AccountLink.token_hash) == secret_hash,
            *_may_be_used(now),
            col(AccountLink.person_id).in_(let_in),
        )
        .values(used_at=now)
        .returning(col(AccountLink.person_id))
    )
    person_id = (await session.execute(query)).scalar_one_or_none()
    return await session.get(Person, person_id) if person_id is not None else None


async def end_all_of(session: AsyncSession, person_id: str, now: datetime) -> None:
    """Make this person's links worth nothing."""
    query = update(AccountLink).where(col(AccountLink.person_id) == person_id, *_may_be_used(now))
    await session.execute(query.values(used_at=now))


async def purge(session: AsyncSession, before: datetime) -> int:
    """Delete links that were used or ran out before this moment; returns how many."""
    over = or_(col(AccountLink.used_at) < before, col(AccountLink.expires_at) < before)
    gone = await session.execute(delete(AccountLink).where(over).returning(col(AccountLink.id)))
    return len(gone.all())


def _may_be_used(now: datetime) -> Sequence[ColumnElement[bool]]:
    return col(AccountLink.used_at).is_(None), col(AccountLink.expires_at) > now


def _lets_in() -> Sequence[ColumnElement[bool]]:
    return col(Person.suspended_at).is_(None), col(Person.erased_at).is_(None)
