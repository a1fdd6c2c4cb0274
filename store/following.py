"""What the live door asks of the store: who is to be rung, what was missed, whose sign-in is over."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Integer, Table, and_, bindparam, func, or_, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from store.columns import UtcDateTime, table_of
from store.pairs import by_ids, by_pairs, look_up, look_up_ids
from store.prepared import Link, Prepared
from store.tables import INSIDE_SHELVES, AccessToken, Entry, Message, Participation, Person, Session
from store.waiting import waiting_rooms
from store.wanted import rooms_of

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
RECENT = by_ids(
    lambda wanted: (
        select(*_RECENT)
        .select_from(
            wanted.join(participation, participation.c.person_id == wanted.c.one).join(
                message, message.c.id == participation.c.message_id
            )
        )
        .where(
            text(INSIDE_SHELVES),
            participation.c.last_entry_at >= bindparam("since", type_=UtcDateTime()),
        )
    )
)
RECENT_IN = by_pairs(
    lambda wanted: (
        select(*_RECENT, message.c.last_entry_at)
        .select_from(rooms_of(wanted))
        .where(participation.c.state == "active")
    )
)
HEAD_BEFORE = Prepared(
    select(func.coalesce(func.max(entry.c.seq), 0)).where(
        entry.c.message_id == bindparam("room"),
        entry.c.created_at < bindparam("since", type_=UtcDateTime()),
    )
)
SIZE = Prepared(
    select(func.coalesce(func.sum(Octets(entry.c.body)), 0)).where(
        entry.c.message_id == bindparam("room"), entry.c.seq.between(bindparam("first"), bindparam("last"))
    )
)


def _ended(sign_in: Table, *, over: ColumnElement[bool]) -> Prepared:
    return by_ids(
        lambda wanted: (
            select(sign_in.c.id, and_(sign_in.c.ended_at.is_(None), person.c.suspended_at.is_(None)))
            .select_from(
                wanted.join(sign_in, sign_in.c.id == wanted.c.one).join(
                    person, person.c.id == sign_in.c.person_id
                )
            )
            .where(or_(over, person.c.suspended_at.is_not(None)))
        )
    )


ENDED_SESSIONS = _ended(
    session_table,
    over=or_(
        session_table.c.ended_at.is_not(None),
        session_table.c.expires_at <= bindparam("now", type_=UtcDateTime()),
    ),
)
ENDED_TOKENS = _ended(token, over=token.c.ended_at.is_not(None))


def recent(link: Link, people: Iterable[str], since: datetime) -> list[Recent]:
    """The discussions of these people in which something happened since `since`."""
    people = list(people)
    found = {Recent(*row) for row in look_up_ids(link, RECENT, people, since=since)}
    # As in store.participations: a room that waits for its mirror may be awake before its participations know.
    if waiting := waiting_rooms(link):
        pairs = [(room, person_id) for person_id in people for room in waiting]
        found |= {Recent(*row[:3]) for row in look_up(link, RECENT_IN, pairs) if row[3] >= since}
    return list(found)


def head_before(link: Link, discussion: str, since: datetime) -> int:
    """The number of the last line written before `since`; 0 when there is none."""
    return int(HEAD_BEFORE.rows(link, {"room": discussion, "since": since})[0][0])


def size_of(link: Link, discussion: str, first: int, last: int) -> int:
    """How many bytes the bodies of these lines hold together."""
    return int(SIZE.rows(link, {"room": discussion, "first": first, "last": last})[0][0])


def ended_sign_ins(link: Link, ids: Iterable[str], now: datetime) -> dict[str, bool]:
    """Those of these sessions and tokens that are over, or whose person is suspended; and whether only by their age."""
    ids = list(ids)
    rows = look_up_ids(link, ENDED_SESSIONS, ids, now=now) + look_up_ids(link, ENDED_TOKENS, ids)
    return {row[0]: bool(row[1]) for row in rows}
