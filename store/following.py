"""What the live door asks of the store: who is to be rung, what was missed, whose sign-in is over."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.tables import AccessToken, Entry, Message, Participation, Person, Session

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


_RECENT = (
    select(participation.c.person_id, message.c.id, message.c.subject)
    .select_from(participation.join(message, message.c.id == participation.c.message_id))
    .where(
        participation.c.person_id.in_(bindparam("people", expanding=True)),
        participation.c.state == "active",
    )
)
# As in store.participations: a large room may be awake before its participations know.
RECENT = _RECENT.where(participation.c.last_entry_at >= bindparam("since")).union_all(
    _RECENT.where(
        message.c.mirrored_seq < message.c.head_seq,
        message.c.last_entry_at >= bindparam("since"),
        participation.c.last_entry_at < bindparam("since"),
    )
)
HEAD_BEFORE = select(func.coalesce(func.max(entry.c.seq), 0)).where(
    entry.c.message_id == bindparam("room"), entry.c.created_at < bindparam("since")
)
SIZE = select(func.coalesce(func.sum(func.length(entry.c.body)), 0)).where(
    entry.c.message_id == bindparam("room"), entry.c.seq.between(bindparam("first"), bindparam("last"))
)


async def recent(session: AsyncSession, people: Iterable[str], since: datetime) -> list[Recent]:
    """The discussions of these people in which something happened since `since`."""
    rows = await (await session.connection()).execute(RECENT, {"people": list(people), "since": since})
    return [Recent(*row) for row in rows]


async def head_before(session: AsyncSession, discussion: str, since: datetime) -> int:
    """The number of the last line written before `since`; 0 when there is none."""
    found = await (await session.connection()).execute(HEAD_BEFORE, {"room": discussion, "since": since})
    return int(found.scalar_one())


async def size_of(session: AsyncSession, discussion: str, first: int, last: int) -> int:
    """How many characters the bodies of these lines hold together."""
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
