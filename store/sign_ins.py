"""Queries about sign-ins: browser sessions and access tokens, both found by the hash of their secret only.

They never commit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.tables import AccessToken, Person, Session

_WHO: tuple[Any, ...] = (
    col(Person.id).label("person_id"),
    col(Person.login),
    col(Person.name),
    col(Person.role),
    col(Person.language),
    col(Person.time_zone),
)


async def session_owner(
    session: AsyncSession, token_hash: str, *, now: datetime, seen_since: datetime
) -> Row[*tuple[Any, ...]] | None:
    """Who is signed in by this session, if it runs, was used since `seen_since`, and she is not suspended."""
    query = (
        select(*_WHO, col(Session.id).label("sign_in_id"), col(Session.seen_at))
        .join(Person, col(Person.id) == col(Session.person_id))
        .where(
            col(Session.token_hash) == token_hash,
            col(Session.ended_at).is_(None),
            col(Session.expires_at) > now,
            col(Session.seen_at) > seen_since,
            col(Person.suspended_at).is_(None),
        )
    )
    return (await session.execute(query)).one_or_none()


async def token_owner(session: AsyncSession, token_hash: str) -> Row[*tuple[Any, ...]] | None:
    """Whose access token this is, if it has not ended and she is not suspended."""
    query = (
        select(*_WHO, col(AccessToken.id).label("sign_in_id"), col(AccessToken.seen_at))
        .join(Person, col(Person.id) == col(AccessToken.person_id))
        .where(
            col(AccessToken.token_hash) == token_hash,
            col(AccessToken.ended_at).is_(None),
            col(Person.suspended_at).is_(None),
        )
    )
    return (await session.execute(query)).one_or_none()


async def touch(session: AsyncSession, via: str, sign_in_id: str, person_id: str, at: datetime) -> None:
    """Note that a sign-in, and with it the person, was seen at `at`."""
    table = Session if via == "session" else AccessToken
    await session.execute(update(table).where(col(table.id) == sign_in_id).values(seen_at=at))
    await see_person(session, person_id, at)


async def see_person(session: AsyncSession, person_id: str, at: datetime) -> None:
    """Note that a person was seen at `at`; it only moves forward."""
    earlier = or_(col(Person.last_seen_at).is_(None), col(Person.last_seen_at) < at)
    await session.execute(update(Person).where(col(Person.id) == person_id, earlier).values(last_seen_at=at))


async def set_password_hash(session: AsyncSession, person_id: str, password_hash: str) -> None:
    """Keep a new hash of a person's password."""
    await session.execute(
        update(Person).where(col(Person.id) == person_id).values(password_hash=password_hash)
    )


async def end(session: AsyncSession, via: str, sign_in_id: str, at: datetime) -> None:
    """End one session or token."""
    table = Session if via == "session" else AccessToken
    query = update(table).where(col(table.id) == sign_in_id, col(table.ended_at).is_(None))
    await session.execute(query.values(ended_at=at))


async def end_sessions_of(session: AsyncSession, person_id: str, at: datetime) -> None:
    """End every browser session of a person."""
    query = update(Session).where(col(Session.person_id) == person_id, col(Session.ended_at).is_(None))
    await session.execute(query.values(ended_at=at))


async def add_tokens(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store access tokens, given as the columns of `AccessToken`."""
    await session.execute(insert(AccessToken), rows)


async def people_by_login(session: AsyncSession, logins: Sequence[str]) -> dict[str, str]:
    """The identifiers of the people with these logins, by login."""
    found: dict[str, str] = {}
    for start in range(0, len(logins), 1000):
        part = logins[start : start + 1000]
        query = select(col(Person.login), col(Person.id)).where(col(Person.login).in_(part))
        found.update({row.login: row.id for row in await session.execute(query)})
    return found


async def purge(session: AsyncSession, *, ended_before: datetime, seen_before: datetime) -> int:
    """Delete sessions and tokens that ended before `ended_before`, and sessions expired or unused by then.

    Returns how many.
    """
    over = or_(
        col(Session.ended_at) < ended_before,
        col(Session.expires_at) < ended_before,
        col(Session.seen_at) < seen_before,
    )
    sessions = await session.execute(delete(Session).where(over).returning(col(Session.id)))
    tokens = await session.execute(
        delete(AccessToken).where(col(AccessToken.ended_at) < ended_before).returning(col(AccessToken.id))
    )
    return len(sessions.all()) + len(tokens.all())
