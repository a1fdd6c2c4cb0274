"""What the live door asks of the store: who is to be rung, what was missed, whose sign-in is over."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Integer, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from store.columns import table_of
from store.pairs import by_pairs, look_up
from store.tables import AccessToken, Entry, Message, Participation, Person, Session
from store.waiting import waiting_rooms

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)
person = table_of(Person)
session_table = table_of(Session)
token = table_of(AccessToken)


class Recent(msgspec.Struct, frozen=True):
    """A discussion in which something happened lately, for somebody who is in it."""

    person: str
    discussion: str
    subject: str


class Octets(FunctionElement[int]):
    """How many bytes a text has in UTF-8."""

    type = Integer()
    inherit_cache = True


@compiles(Octets)
def _octets(element: Octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"octet_length({compiler.process(element.clauses, **options)})"


@compiles(Octets, "sqlite")
def _octets_in_sqlite(element: Octets, compiler: SQLCompiler, **options: Any) -> str:
    # SQLite has `octet_length` only since 3.43.
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"


_RECENT = (participation.c.person_id, message.c.id, message.c.subject)
# As in store.participations: a room that waits for its mirror may be awake before its participations know.
RECENT = (
    select(*_RECENT)
    .select_from(participation.join(message, message.c.id == participation.c.message_id))
    .where(
        participation.c.person_id.in_(bindparam("people", expanding=True)),
        participation.c.state == "active",
        participation.c.last_entry_at >= bindparam("since"),
        participation.c.message_id.not_in(bindparam("waiting", expanding=True)),
    )
)
RECENT_IN = by_pairs(
    lambda wanted: (
        select(*_RECENT, message.c.last_entry_at)
        .select_from(
            wanted.join(
                participation,
                and_(participation.c.person_id == wanted.c.one, participation.c.message_id == wanted.c.two),
            ).join(message, message.c.id == participation.c.message_id)
        )
        .where(participation.c.state == "active")
    )
)
HEAD_BEFORE = select(func.coalesce(func.max(entry.c.seq), 0)).where(
    entry.c.message_id == bindparam("room"), entry.c.created_at < bindparam("since")
)
SIZE = select(func.coalesce(func.sum(Octets(entry.c.body)), 0)).where(
    entry.c.message_id == bindparam("room"), entry.c.seq.between(bindparam("first"), bindparam("last"))
)


async def recent(session: AsyncSession, people: Iterable[str], since: datetime) -> list[Recent]:
    """The discussions of these people in which something happened since `since`."""
    people, waiting = list(people), await waiting_rooms(session)
    connection = await session.connection()
    rows = await connection.execute(RECENT, {"people": people, "since": since, "waiting": waiting})
    found = [Recent(*row) for row in rows]
    if waiting:
        pairs = [(person_id, room) for person_id in people for room in waiting]
        late = await connection.run_sync(look_up, RECENT_IN, pairs)
        found += [Recent(*row[:3]) for row in late if row[3] >= since]
    return found


async def head_before(session: AsyncSession, discussion: str, since: datetime) -> int:
    """The number of the last line written before `since`; 0 when there is none."""
    found = await (await session.connection()).execute(HEAD_BEFORE, {"room": discussion, "since": since})
    return int(found.scalar_one())


async def size_of(session: AsyncSession, discussion: str, first: int, last: int) -> int:
    """How many bytes the bodies of these lines hold together."""
    found = await (await session.connection()).execute(
        SIZE, {"room": discussion, "first": first, "last": last}
    )
    return int(found.scalar_one())


async def ended_sign_ins(session: AsyncSession, ids: Iterable[str], now: datetime) -> set[str]:
    """Those of these sessions and tokens that are over, or whose person is suspended."""
    ids = list(ids)
    sessions = (
        select(session_table.c.id)
        .join(person, person.c.id == session_table.c.person_id)
        .where(
            session_table.c.id.in_(ids),
            session_table.c.ended_at.is_not(None)
            | (session_table.c.expires_at <= now)
            | person.c.suspended_at.is_not(None),
        )
    )
    tokens = (
        select(token.c.id)
        .join(person, person.c.id == token.c.person_id)
        .where(token.c.id.in_(ids), token.c.ended_at.is_not(None) | person.c.suspended_at.is_not(None))
    )
    rows = await (await session.connection()).execute(sessions.union_all(tokens))
    return {row[0] for row in rows}
