"""Taking lines out of the index, before they are purged from their log."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, Subquery, bindparam, delete, select, text

from store.columns import table_of
from store.pairs import by_spans, look_up_spans
from store.prepared import Link, Prepared
from store.search.documents import Document, Span, documents_of
from store.search.index import link_is_sqlite
from store.search.places import last_place_of, place_of
from store.tables import SearchLine

line = table_of(SearchLine)

FURTHEST = timedelta(milliseconds=1)
"""How far from a line's moment its place may be: what finds no place in its own microsecond takes one of the next."""


def _places(wanted: Subquery) -> Select[tuple[object, ...]]:
    # The span is one of places; which of them are this discussion's is seen in the rows.
    within = line.c.place.between(wanted.c["first"], wanted.c["last"])
    return (
        select(line.c.message_id, line.c.seq, line.c.place)
        .distinct()
        .select_from(wanted.join(line, within))
        .where(line.c.message_id == wanted.c.one)
    )


PLACES = by_spans(_places)
DROP_LINES = Prepared(delete(line).where(line.c.place == bindparam("place")))
# An index without content of its own is told what stood there.
DROP_WORDS = Prepared(
    text("INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :place, :words)")
)


def forget(link: Link, spans: Sequence[Span]) -> None:
    """Take the lines of these spans, all of them indexed, out of the index."""
    documents = {(one.message_id, one.seq): one for one in documents_of(link, spans)}
    found = look_up_spans(link, PLACES, {_around(one) for one in documents.values()}) if documents else []
    rows = [
        {"place": place, "words": " ".join(documents[room, seq].tokens())}
        for room, seq, place in found
        if (room, seq) in documents
    ]
    if rows:
        if link_is_sqlite(link):
            DROP_WORDS.run(link, rows)
        DROP_LINES.run(link, rows)


def _around(document: Document) -> tuple[str, int, int]:
    return document.message_id, place_of(document.at), last_place_of(document.at + FURTHEST)
