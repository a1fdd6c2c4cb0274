"""What stands in a result of a search: read once the few that are shown are known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, Subquery, and_, bindparam, select

from store.columns import table_of
from store.log import COUNTED
from store.pairs import by_ids, by_spans, look_up_ids, look_up_spans
from store.prepared import Link
from store.search.asked import Key
from store.search.documents import SUBJECT, SUBJECTS, file_names
from store.search.unindexed import Seen, seen_in
from store.search.unsent import UNSENT
from store.tables import Entry, Message, Person

message = table_of(Message)
entry = table_of(Entry)
author = table_of(Person).alias("author")
about = table_of(Person).alias("about")


class Result(msgspec.Struct, frozen=True):
    """A line that was found, as it stands in its log, or a message that is not sent (`kind` `draft` or `held`).

    Where the subject was found and the opening message is not shown (`kind` `subject`), `seq` is the first line that
    is, and there is no body.
    """

    key: Key
    kind: str
    message_id: str
    seq: int
    subject: str
    author_id: str
    author_name: str
    about_id: str | None
    about_name: str | None
    body: str
    at: datetime
    is_unread: bool
    files: tuple[str, ...]


def results(link: Link, person_id: str, keys: Sequence[Key]) -> list[Result]:
    """What stands in these results, in their order; without what this person sees no longer."""
    spans = [(room, max(seq, 1), max(seq, 1)) for _, room, seq in keys if seq != UNSENT]
    files = file_names(link, [(room, max(seq, 0), max(seq, 0)) for _, room, seq in keys])
    rows = look_up_spans(link, LINES, spans) if spans else []
    # Looked up apart. In one statement SQLite would go through all of the person's discussions in the hope that they
    # are few, and PostgreSQL through all lines of each discussion.
    subjects = dict(look_up_ids(link, SUBJECTS, {span[0] for span in spans})) if spans else {}
    seen = seen_in(link, person_id, {span[0] for span in spans}) if spans else {}
    lines = {(row[0], row[1]): row for row in rows}
    drafts = [room for _, room, seq in keys if seq == UNSENT]
    unsent = {row[0]: row for row in look_up_ids(link, DRAFTS, drafts, person=person_id)} if drafts else {}
    found = []
    for key in keys:
        _, room, seq = key
        names = tuple(files.get((room, max(seq, 0)), ()))
        if seq == UNSENT and room in unsent:
            found.append(_draft(key, unsent[room], names))
        elif seq != UNSENT and room in seen and seen[room].shows(seq) and (room, max(seq, 1)) in lines:
            found.append(_line(key, subjects[room], lines[room, max(seq, 1)], names, seen[room], person_id))
    return found


def _draft(key: Key, row: tuple[Any, ...], files: tuple[str, ...]) -> Result:
    draft, state, subject, author_id, author_name, body, at = row
    return Result(key, state, draft, 0, subject, author_id, author_name, None, None, body, at, False, files)


def _line(
    key: Key, subject: str, row: tuple[Any, ...], files: tuple[str, ...], seen: Seen, person_id: str
) -> Result:
    room, seq, kind, author_id, author_name, about_id, about_name, body, at = row
    if key[2] == SUBJECT:
        kind, seq, body, files = "subject", seen.from_seq, "", ()
    unread = seq > seen.read_seq and author_id != person_id and kind in COUNTED
    people = (author_id, author_name, about_id, about_name)
    return Result(key, kind, room, seq, subject, *people, body, at, unread, files)


def _lines(wanted: Subquery) -> Select[Any]:
    within = and_(
        entry.c.message_id == wanted.c.one, entry.c.seq.between(wanted.c["first"], wanted.c["last"])
    )
    return select(
        entry.c.message_id,
        entry.c.seq,
        entry.c.kind,
        entry.c.author_id,
        author.c.name,
        entry.c.about_person_id,
        about.c.name,
        entry.c.body,
        entry.c.created_at,
    ).select_from(
        wanted.join(entry, within)
        .join(author, author.c.id == entry.c.author_id)
        .outerjoin(about, about.c.id == entry.c.about_person_id)
    )


def _drafts(wanted: Subquery) -> Select[Any]:
    return (
        select(
            message.c.id,
            message.c.state,
            message.c.subject,
            message.c.author_id,
            author.c.name,
            message.c.body,
            message.c.updated_at,
        )
        .select_from(
            wanted.join(message, message.c.id == wanted.c.one).join(
                author, author.c.id == message.c.author_id
            )
        )
        .where(message.c.author_id == bindparam("person"), message.c.state != "sent")
    )


LINES = by_spans(_lines)
DRAFTS = by_ids(_drafts)
