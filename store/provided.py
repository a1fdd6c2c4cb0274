"""Queries about people as OpenID providers know them. They never commit."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import Person, ProvidedIdentity


async def person_of(session: AsyncSession, issuer: str, subject: str) -> Person | None:
    """Whom a provider means by this subject."""
    query = select(Person).join(ProvidedIdentity, col(ProvidedIdentity.person_id) == col(Person.id))
    query = query.where(col(ProvidedIdentity.issuer) == issuer, col(ProvidedIdentity.subject) == subject)
    return (await session.execute(query)).scalar_one_or_none()


async def with_email(session: AsyncSession, email: str) -> Sequence[Person]:
    """Up to two people with this address, case ignored."""
    query = select(Person).where(func.lower(col(Person.email)) == email.lower()).limit(2)
    return (await session.execute(query)).scalars().all()


async def is_known(session: AsyncSession, issuer: str, person_id: str) -> bool:
    """Whether a provider already knows this person by some subject."""
    query = select(col(ProvidedIdentity.subject)).where(
        col(ProvidedIdentity.issuer) == issuer, col(ProvidedIdentity.person_id) == person_id
    )
    return (await session.execute(query.limit(1))).first() is not None
