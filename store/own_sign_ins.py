"""The sign-ins of one person: browsers and programs that act as her. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import AccessToken, Person, Session


async def sessions_of(
    session: AsyncSession, person_id: str, *, now: datetime, seen_since: datetime
) -> Sequence[Session]:
    """Her browser sessions that run, the last seen first."""
    query = select(Session).where(col(Session.person_id) == person_id, *_runs(now, seen_since))
    query = query.order_by(col(Session.seen_at).desc(), col(Session.id).desc())
    return (await session.execute(query)).scalars().all()


async def tokens_of(session: AsyncSession, person_id: str) -> Sequence[AccessToken]:
    """Her access tokens that are good, the newest first."""
    query = select(AccessToken).where(
        col(AccessToken.person_id) == person_id, col(AccessToken.ended_at).is_(None)
    )
    return (await session.execute(query.order_by(col(AccessToken.id).desc()))).scalars().all()


async def end_own(session: AsyncSession, person_id: str, sign_in_id: str, at: datetime) -> bool:
    """End this session or token if it is hers and runs; whether it was."""
    for table in (Session, AccessToken):
        query = update(table).where(
            col(table.id) == sign_in_id, col(table.person_id) == person_id, col(table.ended_at).is_(None)
        )
        if (await session.execute(query.values(ended_at=at).returning(col(table.id)))).first():
            return True
    return False


async def renew_secret(session: AsyncSession, session_id: str, secret_hash: str) -> datetime | None:
    """Let a running session be known by another secret, and no longer by the one before.

    Returns when it ends in any case; None when it is over.
    """
    query = update(Session).where(col(Session.id) == session_id, col(Session.ended_at).is_(None))
    renewed = query.values(token_hash=secret_hash).returning(col(Session.expires_at))
    return (await session.execute(renewed)).scalar_one_or_none()


async def holding_password(session: AsyncSession, person_id: str, password_hash: str | None) -> bool:
    """Whether this is still her password; it stays so until the end of the transaction."""
    query = select(col(Person.id)).where(
        col(Person.id) == person_id, col(Person.password_hash).is_not_distinct_from(password_hash)
    )
    return (await session.execute(query.with_for_update())).first() is not None


def _runs(now: datetime, seen_since: datetime) -> Sequence[ColumnElement[bool]]:
    return (
        col(Session.ended_at).is_(None),
        col(Session.expires_at) > now,
        col(Session.seen_at) > seen_since,
    )
