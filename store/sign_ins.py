"""Queries about sign-ins: browser sessions and access tokens, both found by the hash of their secret only.

They never commit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, Table, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from store.columns import UtcDateTime, table_of
from store.prepared import Link, Prepared
from store.tables import AccessToken, Person, Session

session_table = table_of(Session)
token = table_of(AccessToken)
person = table_of(Person)


class Owner(msgspec.Struct, frozen=True):
    """Whose sign-in it is (`id` and what follows are the person's), and when it was last seen."""

    id: str
    login: str
    name: str
    role: str
    language: str
    time_zone: str
    theme: str
    sending_key: str
    shortcuts: bool
    sign_in_id: str
    seen_at: datetime | None


class Sighting(msgspec.Struct, frozen=True):
    """A sign-in (`via` session or token), and with it a person, was seen."""

    via: str
    sign_in: str
    person: str
    at: datetime


def _owner(sign_in: Table) -> Select[Any]:
    return (
        select(
            person.c.id,
            person.c.login,
            person.c.name,
            person.c.role,
            person.c.language,
            person.c.time_zone,
            person.c.theme,
            person.c.sending_key,
            person.c.shortcuts,
            sign_in.c.id,
            sign_in.c.seen_at,
        )
        .select_from(sign_in.join(person, person.c.id == sign_in.c.person_id))
        .where(
            sign_in.c.token_hash == bindparam("secret_hash"),
            sign_in.c.ended_at.is_(None),
            person.c.suspended_at.is_(None),
        )
    )


TOKEN_OWNER = Prepared(_owner(token))
SESSION_OWNER = Prepared(
    _owner(session_table).where(
        session_table.c.expires_at > bindparam("now", type_=UtcDateTime()),
        session_table.c.seen_at > bindparam("seen_since", type_=UtcDateTime()),
    )
)


def _touch(sign_in: Table) -> Prepared:
    moment = bindparam("at", type_=UtcDateTime())
    return Prepared(update(sign_in).where(sign_in.c.id == bindparam("sign_in")).values(seen_at=moment))


TOUCHES = {"session": _touch(session_table), "token": _touch(token)}
_MOMENT = bindparam("at", type_=UtcDateTime())
SEE_PEOPLE = Prepared(
    update(person)
    .where(
        person.c.id == bindparam("person"),
        person.c.last_seen_at.is_(None) | (person.c.last_seen_at < _MOMENT),
    )
    .values(last_seen_at=_MOMENT)
)


def session_owner(link: Link, secret_hash: str, *, now: datetime, seen_since: datetime) -> Owner | None:
    """Who is signed in by this session, if it runs, was used since `seen_since`, and she is not suspended."""
    rows = SESSION_OWNER.rows(link, {"secret_hash": secret_hash, "now": now, "seen_since": seen_since})
    return Owner(*rows[0]) if rows else None


def token_owner(link: Link, secret_hash: str) -> Owner | None:
    """Whose access token this is, if it has not ended and she is not suspended."""
    rows = TOKEN_OWNER.rows(link, {"secret_hash": secret_hash})
    return Owner(*rows[0]) if rows else None


def touch(link: Link, sightings: Sequence[Sighting]) -> None:
    """Note when sign-ins, and with them people, were seen."""
    # In one order on every node, so that two transactions never wait for each other.
    for via, statement in TOUCHES.items():
        seen = sorted((s for s in sightings if s.via == via), key=lambda s: s.sign_in)
        if seen:
            statement.run(link, [{"sign_in": s.sign_in, "at": s.at} for s in seen])
    see_people(link, {s.person: s.at for s in sightings})


def see_people(link: Link, at: Mapping[str, datetime]) -> None:
    """Note when people were seen; it only moves forward."""
    SEE_PEOPLE.run(link, [{"person": person_id, "at": at[person_id]} for person_id in sorted(at)])


async def set_password_hash(session: AsyncSession, person_id: str, password_hash: str) -> None:
    """Keep a new hash of a person's password."""
    await session.execute(
        update(Person).where(col(Person.id) == person_id).values(password_hash=password_hash)
    )


async def still_lets_in(session: AsyncSession, person: Person) -> bool:
    """Whether this person's password is still as it was read, and she is not shut out; it stays so until the commit."""
    query = select(col(Person.id)).where(
        col(Person.id) == person.id,
        col(Person.suspended_at).is_(None),
        col(Person.password_hash).is_not_distinct_from(person.password_hash),
    )
    return (await session.execute(query.with_for_update())).first() is not None


async def end(session: AsyncSession, via: str, sign_in_id: str, at: datetime) -> None:
    """End one session or token."""
    table = Session if via == "session" else AccessToken
    query = update(table).where(col(table.id) == sign_in_id, col(table.ended_at).is_(None))
    await session.execute(query.values(ended_at=at))


async def end_all_of(
    session: AsyncSession, person_id: str, at: datetime, *, besides: str = "", tokens: bool = True
) -> list[str]:
    """End a person's browser sessions (and `tokens`), `besides` one; returns which ended."""
    ended: list[str] = []
    for table in (Session, AccessToken) if tokens else (Session,):
        query = update(table).where(
            col(table.person_id) == person_id, col(table.ended_at).is_(None), col(table.id) != besides
        )
        ended += (await session.execute(query.values(ended_at=at).returning(col(table.id)))).scalars()
    return ended


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
