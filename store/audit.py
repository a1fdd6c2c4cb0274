"""The audit log: what admins and operators did. Nothing of it is ever changed; here nothing commits."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.people import AnyRow
from store.tables import Audit, Person


def add(session: AsyncSession, line: Audit) -> None:
    """Write a line, in the transaction that does what it tells of."""
    session.add(line)


async def latest(
    session: AsyncSession,
    *,
    before: str | None,
    limit: int,
    action: str = "",
    people: Collection[str] | None = None,
) -> Sequence[AnyRow]:
    """The lines before the one with this identifier (None: the last), the latest first, each with its actor's name.

    Of one `action` only, if it is given; of lines that one of these `people` did or that are about her, if they are.
    """
    query = (
        select(Audit, col(Person.name))
        .outerjoin(Person, col(Person.id) == col(Audit.actor_id))
        .order_by(col(Audit.id).desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(col(Audit.id) < before)
    if action:
        query = query.where(col(Audit.action) == action)
    if people is not None:
        query = query.where(or_(col(Audit.actor_id).in_(people), col(Audit.about_id).in_(people)))
    return (await session.execute(query)).all()
