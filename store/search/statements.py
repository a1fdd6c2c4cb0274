"""The statements that look in the index, in each database's own words, and how it is told what to look for."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import func, select, text

from store.columns import table_of
from store.pairs import by_ids
from store.prepared import Prepared
from store.search.terms import SAID, Query, Term
from store.tables import Message

message = table_of(Message)

SEEN = "p.state = 'active' AND ((l.seq > 0 AND l.seq >= p.from_seq) OR (l.seq = 0 AND p.from_seq > 1))"
"""Which lines a participation shows; a subject by itself only where the opening message is not shown."""
UNREAD = " AND l.seq > p.read_seq"
IN_FOLDER = " AND p.folder_id = :folder"

# CROSS JOIN keeps SQLite from beginning anywhere but in the index, which gives out the newest first.
_SQLITE = """
SELECT f.rowid, l.message_id, l.seq
FROM search_words AS f CROSS JOIN search_line AS l ON l.place = f.rowid
CROSS JOIN participation AS p ON p.message_id = l.message_id AND p.person_id = :person
WHERE f.search_words MATCH :query AND f.rowid BETWEEN :lowest AND :highest AND {seen}
ORDER BY f.rowid DESC LIMIT :most
"""
# PostgreSQL is led line by line from the newest on, and stops with the last that is wanted: a join would look up all
# participations first and sort then. The inner LIMIT keeps it from asking its index, which would give out everything
# before the first.
_POSTGRESQL_NEWEST = """
SELECT l.place, l.message_id, l.seq
FROM (
    SELECT place, message_id, seq, words FROM search_line
    WHERE place BETWEEN :lowest AND :highest ORDER BY place DESC LIMIT :window
) AS l CROSS JOIN LATERAL (
    SELECT 1 FROM participation AS p
    WHERE p.message_id = l.message_id AND p.person_id = :person AND {seen} LIMIT 1
) AS shown
WHERE l.words @@ CAST(CAST(:query AS text) AS tsquery)
LIMIT :most
"""
# How many of the newest lines hold it, whoever may see them.
_POSTGRESQL_COMMON = """
SELECT count(*)
FROM (SELECT words FROM search_line WHERE place <= :highest ORDER BY place DESC LIMIT :window) AS l
WHERE l.words @@ CAST(CAST(:query AS text) AS tsquery)
"""
# And here it must ask it: without the fence it might go through all lines, newest first, in the hope of an early end;
# and without the sum through all between two places, since a plan that is kept does not know how many these are.
_POSTGRESQL = """
WITH l AS MATERIALIZED (
    SELECT place, message_id, seq FROM search_line
    WHERE words @@ CAST(CAST(:query AS text) AS tsquery) AND place + 0 BETWEEN :lowest AND :highest
    ORDER BY place DESC
)
SELECT l.place, l.message_id, l.seq
FROM l CROSS JOIN LATERAL (
    SELECT 1 FROM participation AS p
    WHERE p.message_id = l.message_id AND p.person_id = :person AND {seen} LIMIT 1
) AS shown
LIMIT :most
"""
# Where what is said in so few discussions is held against the question line by line: the index is asked for these
# discussions only, and must not be asked for the rest, for whose beginnings it might read a large part of itself.
_POSTGRESQL_INSIDE = """
SELECT l.place, l.message_id, l.seq
FROM (
    SELECT place, message_id, seq FROM (
        SELECT place, message_id, seq, words FROM search_line
        WHERE words @@ CAST(CAST(:rooms AS text) AS tsquery) OFFSET 0
    ) AS said
    WHERE place BETWEEN :lowest AND :highest AND words @@ CAST(CAST(:query AS text) AS tsquery)
    ORDER BY place DESC OFFSET 0
) AS l CROSS JOIN LATERAL (
    SELECT 1 FROM participation AS p
    WHERE p.message_id = l.message_id AND p.person_id = :person AND {seen} LIMIT 1
) AS shown
LIMIT :most
"""
_ROOMS = """
SELECT p.message_id FROM participation AS p
WHERE p.person_id = :person AND p.shelf <> 'left'{more} LIMIT :most
"""


@lru_cache
def newest(*, unread: bool, folder: bool) -> Prepared:
    """Look through the newest `window` lines between two places."""
    seen = SEEN + _more(unread=unread, folder=folder)
    return Prepared(
        {"sqlite": text(_SQLITE.format(seen=seen)), "postgresql": text(_POSTGRESQL_NEWEST.format(seen=seen))}
    )


@lru_cache
def everywhere(*, unread: bool, folder: bool) -> Prepared:
    """Look through all lines between two places."""
    seen = SEEN + _more(unread=unread, folder=folder)
    return Prepared(
        {"sqlite": text(_SQLITE.format(seen=seen)), "postgresql": text(_POSTGRESQL.format(seen=seen))}
    )


@lru_cache
def inside(*, unread: bool, folder: bool) -> Prepared:
    """Look through the lines of some discussions (`rooms`) between two places, on PostgreSQL."""
    seen = SEEN + _more(unread=unread, folder=folder)
    return Prepared(text(_POSTGRESQL_INSIDE.format(seen=seen)))


@lru_cache
def rooms(*, folder: bool) -> Prepared:
    """Some of the discussions that a person is in."""
    return Prepared(text(_ROOMS.format(more=_more(unread=False, folder=folder))))


# Where the newest lines end that are looked through first.
FLOOR = Prepared(
    text("SELECT place FROM search_line WHERE place <= :highest ORDER BY place DESC LIMIT 1 OFFSET :window")
)
COMMON = Prepared(text(_POSTGRESQL_COMMON))
SAID_IN = by_ids(
    lambda wanted: select(func.coalesce(func.sum(message.c.head_seq), 0)).select_from(
        wanted.join(message, message.c.id == wanted.c.one)
    )
)
BEGINNING_LIKE = Prepared(
    text("SELECT word FROM search_word WHERE word >= :first AND word <= :last ORDER BY word LIMIT :most")
)


def for_sqlite(query: Query, words: dict[str, list[str] | None]) -> str:
    """A query as FTS5 reads it. `words` are those that begin like a word; None where there are too many."""
    parts = [_any(_term_for_sqlite(term, words)) for term in query.terms]
    parts += [_any([f'"{tag}"' for tag in tags]) for tags in query.tags]
    without = "".join(f' NOT "{tag}"' for tag in query.without)
    return f"({' AND '.join(parts or [_any([SAID])])}){without}"


def any_for_postgresql(tags: Sequence[str]) -> str:
    """Any of these tags, as PostgreSQL reads it."""
    return _either([f"'{tag}'" for tag in tags])


def for_postgresql(query: Query, words: dict[str, list[str] | None]) -> str:
    """A query as PostgreSQL reads it."""
    parts = [_either(_term_for_postgresql(term, words)) for term in query.terms]
    parts += [any_for_postgresql(tags) for tags in query.tags]
    parts += [f"!'{tag}'" for tag in query.without]
    return " & ".join(parts or [f"'{SAID}'"])


def _term_for_sqlite(term: Term, words: dict[str, list[str] | None]) -> list[str]:
    if not term.begins:
        return [f'"{" ".join(term.words)}"', *(f'"{one}"' for one in (*term.others, *term.names))]
    known = words[term.words[0]]
    beginning = [f'"{term.words[0]}" *'] if known is None else [f'"{one}"' for one in known]
    return [*beginning, *(f'"{one}"' for one in (*term.others, *term.names))]


def _term_for_postgresql(term: Term, words: dict[str, list[str] | None]) -> list[str]:
    if not term.begins:
        phrase = " <-> ".join(f"'{one}'" for one in term.words)
        return [phrase, *(f"'{one}'" for one in (*term.others, *term.names))]
    known = words[term.words[0]]
    beginning = [f"'{term.words[0]}':*"] if known is None else [f"'{one}'" for one in known]
    return [*beginning, *(f"'{one}'" for one in (*term.others, *term.names))]


def _any(alternatives: Sequence[str]) -> str:
    return f"({' OR '.join(alternatives)})"


def _either(alternatives: Sequence[str]) -> str:
    return f"({' | '.join(alternatives)})"


def _more(*, unread: bool, folder: bool) -> str:
    return (UNREAD if unread else "") + (IN_FOLDER if folder else "")
