"""Reading the log: lines with the names of the people in them, and the heads of discussions.

Bounds are arguments of every query: what somebody may not see is not read.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import FromClause, Select, and_, bindparam, select

from store.carrying import carried_by_lines
from store.columns import table_of
from store.mentions import Called, called_in
from store.pairs import by_ids, by_spans, look_up_ids, look_up_spans
from store.prepared import Link, Prepared
from store.room import CarriedFile
from store.tables import Entry, Message, Person

message = table_of(Message)
entry = table_of(Entry)
author = table_of(Person).alias("author")
about = table_of(Person).alias("about")


class ReadLine(msgspec.Struct, frozen=True):
    """A line of the log with the names of the people in it."""

    message_id: str
    seq: int
    kind: str
    author_id: str
    author_name: str
    body: str
    client_id: str | None
    about_id: str | None
    about_name: str | None
    reply_to_seq: int | None
    created_at: datetime
    attachments: tuple[CarriedFile, ...] = ()
    mentions: tuple[Called, ...] = ()


BODY = ReadLine.__struct_fields__.index("body")


def _lines_of(entries: FromClause) -> Select[Any]:
    return select(
        entry.c.message_id,
        entry.c.seq,
        entry.c.kind,
        entry.c.author_id,
        author.c.name,
        entry.c.body,
        entry.c.client_id,
        entry.c.about_person_id,
        about.c.name,
        entry.c.reply_to_seq,
        entry.c.created_at,
    ).select_from(
        entries.join(author, author.c.id == entry.c.author_id).outerjoin(
            about, about.c.id == entry.c.about_person_id
        )
    )


LINES = Prepared(
    _lines_of(entry)
    .where(
        entry.c.message_id == bindparam("room"),
        entry.c.seq.between(bindparam("first"), bindparam("last")),
    )
    .order_by(entry.c.seq)
)
SINGLE_LINES = by_spans(
    lambda wanted: _lines_of(
        wanted.join(entry, and_(entry.c.message_id == wanted.c.one, entry.c.seq == wanted.c.first))
    )
)
HEADS = by_ids(
    lambda wanted: (
        select(message.c.id, message.c.head_seq)
        .select_from(wanted.join(message, message.c.id == wanted.c.one))
        .where(message.c.state == "sent")
    )
)


def read_lines(
    link: Link, message_id: str, first: int, last: int, limit: int, *, descending: bool = False
) -> list[ReadLine]:
    """The first (`descending`: the last) `limit` of the lines numbered `first` to `last`, ascending.

    `descending` needs a `last` that is not beyond the head.
    """
    if first > last:
        # Also keeps numbers that no column holds away from the database.
        return []
    # A log's numbers have no holes, so bounds alone say how many lines there are. PostgreSQL would take a LIMIT for an
    # afterthought: with values that it does not know it expects one line, and sorts all of them to keep the last few.
    if descending:
        first = max(first, last - limit + 1)
    else:
        last = min(last, first + limit - 1)
    rows = LINES.rows(link, {"room": message_id, "first": first, "last": last})
    # After the lines, since on PostgreSQL each statement sees what was committed before it.
    carried = carried_by_lines(link, message_id, first, last) if rows else {}
    called = called_in(link, message_id, first, last) if any("@" in row[BODY] for row in rows) else {}
    return [ReadLine(*(*row, carried.get(row[1], ()), called.get(row[1], ()))) for row in rows]


def missing_lines(link: Link, message_id: str, after: int, upto: int, limit: int) -> list[ReadLine]:
    """The first `limit` lines after `after` and up to `upto`, for a stream that has a hole."""
    return read_lines(link, message_id, after + 1, upto, limit)


def single_lines(link: Link, message_id: str, numbers: Iterable[int]) -> list[ReadLine]:
    """The lines with these numbers, wherever they stand, without what they carry."""
    spans = [(message_id, number, number) for number in numbers]
    return [ReadLine(*row) for row in look_up_spans(link, SINGLE_LINES, spans)]


def heads(link: Link, ids: Iterable[str]) -> dict[str, int]:
    """The number of the last line of each of these discussions."""
    return {row[0]: row[1] for row in look_up_ids(link, HEADS, ids)}
