"""The first person of a site. Nothing here commits."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import Person


async def has_anybody(session: AsyncSession) -> bool:
    """Whether there is, or ever was, anybody: who is erased leaves a row behind."""
    return (await session.execute(select(col(Person.id)).limit(1))).first() is not None


async def add_first(session: AsyncSession, person: Person) -> bool:
    """Add the first person of all, if there is nobody yet; whether there was nobody.

    Of two who try at once, one comes second: SQLite has one writer at a time, and PostgreSQL lets nobody else add
    anybody in any way until the end of this transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE"))
    if await has_anybody(session):
        return False
    session.add(person)
    await session.flush()
    return True
