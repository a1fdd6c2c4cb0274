"""The audit log: what admins and operators did. Nothing of it is ever changed; here nothing commits."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import Audit


def add(session: AsyncSession, line: Audit) -> None:
    """Write a line, in the transaction that does what it tells of."""
    session.add(line)


async def latest(session: AsyncSession, *, before: str | None, limit: int) -> Sequence[Audit]:
    """The lines before the one with this identifier (None: the last), the latest first."""
    query = select(Audit).order_by(col(Audit.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Audit.id) < before)
    return (await session.execute(query)).scalars().all()
