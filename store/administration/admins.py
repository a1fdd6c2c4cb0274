"""Who may administer the site. Nothing here commits."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import Person


async def is_admin(session: AsyncSession, person_id: str) -> bool:
    """Whether this person is an admin and not suspended."""
    query = select(col(Person.id)).where(col(Person.id) == person_id, *_ACTIVE)
    return (await session.execute(query)).first() is not None


async def active_admins(session: AsyncSession, *, locked: bool = False) -> set[str]:
    """Everybody who is an admin and not suspended.

    `locked`: until this transaction ends nobody else makes them fewer; it needs a transaction that writes.
    """
    query = select(col(Person.id)).where(*_ACTIVE).order_by(col(Person.id))
    found = await session.execute(query.with_for_update() if locked else query)
    return set(found.scalars())


_ACTIVE = (col(Person.role) == "admin", col(Person.suspended_at).is_(None))
