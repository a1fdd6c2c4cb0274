"""Putting lines into the index, in transactions of their own: whoever writes a reply does not wait for it.

Several nodes may do this side by side: in each transaction only one of them does. What it has read is put away only
where the index is still as far as it was, so that nothing is in it twice.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, Subquery, bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite

from store.columns import table_of
from store.pairs import by_ids, by_spans, look_up_ids, look_up_spans
from store.prepared import Link, Prepared
from store.search.documents import Document, Span
from store.search.places import LAST_NUMBER, NUMBERS, place_of
from store.tables import Message, SearchLine, SearchWord

ONE_INDEXES = 7_265_716_113
"""The lock that a node takes on PostgreSQL while it indexes; any number, as long as every node takes the same one."""

message = table_of(Message)
line = table_of(SearchLine)
word = table_of(SearchWord)

MAY_INDEX = Prepared(
    {
        # Whoever may write at all is the only one.
        "sqlite": text("SELECT 1"),
        "postgresql": text("SELECT pg_try_advisory_xact_lock(:key)").bindparams(key=ONE_INDEXES),
    }
)
# Said in the index's own words: SQLite uses a partial index only when it recognises them.
WAITING = Prepared(
    select(message.c.id, message.c.indexed_seq, message.c.head_seq)
    .where(text("indexed_seq < head_seq"), message.c.id > bindparam("above"))
    .order_by(message.c.id)
    .limit(bindparam("most"))
)
INDEXED = by_ids(
    lambda wanted: (
        select(message.c.id, message.c.indexed_seq)
        .select_from(wanted.join(message, message.c.id == wanted.c.one))
        .order_by(message.c.id)
    )
)
ADVANCE = Prepared(
    update(message).where(message.c.id == bindparam("room")).values(indexed_seq=bindparam("upto"))
)
PUT_LINES = Prepared(
    {
        "sqlite": insert(line),
        "postgresql": text(
            "INSERT INTO search_line (place, message_id, seq, words) "
            "VALUES (:place, :message_id, :seq, CAST(CAST(:words AS text) AS tsvector))"
        ),
    },
    columns=("place", "message_id", "seq"),
)
PUT_WORDS = Prepared(text("INSERT INTO search_words (rowid, words) VALUES (:place, :words)"))
MERGE = Prepared(text("INSERT INTO search_words (search_words, rank) VALUES ('merge', :pages)"))
PUT_NEW_WORDS = Prepared(
    {
        "sqlite": insert_into_sqlite(word).on_conflict_do_nothing(),
        "postgresql": insert_into_postgresql(word).on_conflict_do_nothing(),
    },
    columns=("word",),
)


def _tops(wanted: Subquery) -> Select[Any]:
    within = line.c.place.between(wanted.c["first"], wanted.c["last"])
    highest = func.max(line.c.place)
    return (
        select(wanted.c["first"], highest).select_from(wanted.join(line, within)).group_by(wanted.c["first"])
    )


TOPS = by_spans(_tops)


class Waiting(msgspec.Struct, frozen=True):
    """A log of which the index knows the lines up to `indexed` only."""

    message_id: str
    indexed: int
    head: int


def waiting_logs(link: Link, above: str, most: int) -> list[Waiting]:
    """The first `most` logs, by the ids of their discussions, of which something is not in the index."""
    return [Waiting(*row) for row in WAITING.rows(link, {"above": above, "most": most})]


def put(
    link: Link, spans: Sequence[Span], documents: Iterable[tuple[Document, list[str]]], known: Collection[str]
) -> set[str] | None:
    """Put what `spans` hold, read before with their words, into the index; gives back words that are not `known`.

    Each span begins where the index of its log ended when it was read; where it ends elsewhere by now, nothing
    happens. None: another node is at it, and nothing happened at all.
    """
    if not MAY_INDEX.rows(link, {})[0][0]:
        return None
    indexed = dict(look_up_ids(link, INDEXED, [span[0] for span in spans]))
    spans = sorted(span for span in spans if indexed.get(span[0]) == span[1] - 1)
    rooms = {span[0] for span in spans}
    found = [pair for pair in documents if pair[0].message_id in rooms]
    new = {token for _, tokens in found for token in tokens if token[0].isalnum()}.difference(known)
    if found:
        _put_lines(link, found)
    if new:
        PUT_NEW_WORDS.run(link, [{"word": one} for one in sorted(new)])
    if spans:
        ADVANCE.run(link, [{"room": room, "upto": last} for room, _, last in spans])
    return new


def merge(link: Link, pages: int) -> bool:
    """Put parts of SQLite's index together, about so many `pages` of it; False when there is nothing to do.

    PostgreSQL looks after its own.
    """
    if not isinstance(link, sqlite3.Connection):
        return False
    before = link.total_changes
    MERGE.run(link, [{"pages": pages}])
    # FTS5 counts a change for the command itself (https://www.sqlite.org/fts5.html#the_merge_command).
    return link.total_changes - before > 1


def _put_lines(link: Link, found: list[tuple[Document, list[str]]]) -> None:
    is_sqlite = link_is_sqlite(link)
    found.sort(key=lambda pair: (pair[0].at, pair[0].message_id, pair[0].seq))
    places = _free_places(link, [document for document, _ in found])
    rows = [
        {
            "place": place,
            "message_id": document.message_id,
            "seq": document.seq,
            "words": " ".join(tokens) if is_sqlite else vector(tokens),
        }
        for place, (document, tokens) in zip(places, found, strict=True)
    ]
    PUT_LINES.run(link, rows)
    if is_sqlite:
        PUT_WORDS.run(link, rows)


def link_is_sqlite(link: Link) -> bool:
    """Which of the two databases is asked."""
    dialect = getattr(link, "dialect", None)
    return dialect is None or dialect.name == "sqlite"


def vector(tokens: Sequence[str]) -> str:
    """Words as PostgreSQL writes a tsvector: each with its positions."""
    positions: dict[str, list[str]] = {}
    for position, token in enumerate(tokens, 1):
        positions.setdefault(token, []).append(str(position))
    return " ".join(f"'{token}':{','.join(places)}" for token, places in positions.items())


def _free_places(link: Link, documents: Sequence[Document]) -> list[int]:
    """A place for each of these, which are in the order of time: the next free one of its moment."""
    first_places = sorted({place_of(document.at) for document in documents})
    free = {
        first: top + 1
        for first, top in look_up_spans(link, TOPS, [("", one, one + LAST_NUMBER) for one in first_places])
    }
    places = []
    for document in documents:
        first = place_of(document.at)
        while free.get(first, first) >= first + NUMBERS:
            # More happened in one microsecond than has places in it: the rest happened in the next one.
            first += NUMBERS
            if first not in free:
                tops = look_up_spans(link, TOPS, [("", first, first + LAST_NUMBER)])
                free[first] = tops[0][1] + 1 if tops else first
        places.append(free.get(first, first))
        free[first] = places[-1] + 1
    return places
