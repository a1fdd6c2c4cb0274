"""The lines that the index does not know yet: read as they are, so that a search misses nothing."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Select, Subquery, bindparam, select, text

from store.columns import table_of
from store.pairs import by_pairs, look_up
from store.prepared import Link, Prepared
from store.search.documents import SUBJECT, Document, documents_of
from store.tables import Message, Participation
from store.wanted import rooms_of

message = table_of(Message)
participation = table_of(Participation)

MOST_ROOMS = 2_000
"""Discussions that may wait for the index and are looked at nevertheless, the youngest first."""
MOST_LINES = 5_000
"""Lines that are read directly, the newest of each discussion first."""

# Said in the index's own words: SQLite uses a partial index only when it recognises them.
YOUNGEST = Prepared(
    select(message.c.id)
    .where(text("indexed_seq < head_seq"))
    .order_by(message.c.id.desc())
    .limit(bindparam("most"))
)


class Seen(msgspec.Struct, frozen=True):
    """What a person may see of a log, and how much of it the index knows."""

    message_id: str
    indexed: int
    head: int
    from_seq: int
    read_seq: int
    folder_id: str | None

    def shows(self, seq: int) -> bool:
        """Whether this line is within her bounds; a subject by itself only where the opening message is not."""
        return self.from_seq > 1 if seq == SUBJECT else seq >= self.from_seq


def _seen(wanted: Subquery) -> Select[Any]:
    return (
        select(
            message.c.id,
            message.c.indexed_seq,
            message.c.head_seq,
            participation.c.from_seq,
            participation.c.read_seq,
            participation.c.folder_id,
        )
        .select_from(rooms_of(wanted))
        .where(participation.c.state == "active")
    )


SEEN = by_pairs(_seen)


def seen_in(link: Link, person_id: str, rooms: Iterable[str]) -> dict[str, Seen]:
    """What this person may see of those of these discussions that she is in."""
    return {row[0]: Seen(*row) for row in look_up(link, SEEN, [(room, person_id) for room in rooms])}


def unindexed(link: Link, person_id: str) -> tuple[list[tuple[Seen, Document]], bool]:
    """What this person may see that is not in the index, and whether that is all of it.

    It is not when the index is far behind, as after the first start with a large store.
    """
    rooms = [row[0] for row in YOUNGEST.rows(link, {"most": MOST_ROOMS + 1})]
    if not rooms:
        return [], True
    seen = seen_in(link, person_id, rooms[:MOST_ROOMS])
    spans, is_all, left = [], len(rooms) <= MOST_ROOMS, MOST_LINES
    for one in seen.values():
        first = max(one.indexed + 1, one.from_seq if one.indexed else 1)
        if one.head - first >= left:
            first, is_all = one.head - left + 1, False
        if first <= one.head:
            spans.append((one.message_id, first, one.head))
            left -= one.head - first + 1
    found = [(seen[document.message_id], document) for document in documents_of(link, spans)]
    return [(one, document) for one, document in found if one.shows(document.seq)], is_all
