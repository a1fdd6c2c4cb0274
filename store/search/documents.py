"""Lines of logs as words: what the index keeps of them, and what is looked through before it does."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, Subquery, and_, select

from store.columns import table_of
from store.log import COUNTED
from store.pairs import by_ids, by_spans, look_up_ids, look_up_spans
from store.prepared import Link
from store.search.terms import BREAK, FILE, SAID, author_tag, name_tag, room_tag
from store.tables import Attachment, Carried, Entry, Message, Recipient
from store.words import folded_words

entry = table_of(Entry)
message = table_of(Message)
recipient = table_of(Recipient)
carried = table_of(Carried)
attachment = table_of(Attachment)

Span = tuple[str, int, int]
"""Some lines of a log: discussion, first and last number."""
SUBJECT = 0
"""The number under which a subject stands by itself: for those who do not see the opening message."""


class Document(msgspec.Struct, frozen=True, gc=False):
    """What is found or not: a line, or a subject by itself. `texts` are folded when `tokens` are asked for."""

    message_id: str
    seq: int
    at: datetime
    tags: tuple[str, ...]
    texts: tuple[str, ...]

    def tokens(self) -> list[str]:
        """Tags, then the words of each text."""
        tokens = list(self.tags)
        for text in self.texts:
            tokens.append(BREAK)
            tokens += folded_words(text)
        return tokens


class _Line(msgspec.Struct, frozen=True, gc=False):
    message_id: str
    seq: int
    kind: str
    author_id: str
    about_id: str | None
    body: str
    at: datetime


class _Around(msgspec.Struct, frozen=True):
    """What belongs to lines and is kept elsewhere."""

    subjects: dict[str, str]
    addressed: dict[str, list[str]]
    files: dict[tuple[str, int], list[str]]


def documents_of(link: Link, spans: Sequence[Span]) -> list[Document]:
    """What there is to find in these lines. What only says that somebody left holds nothing."""
    lines = [_Line(*row) for row in look_up_spans(link, LINES, spans)] if spans else []
    if not lines:
        return []
    openings = [line.message_id for line in lines if line.seq == 1]
    addressed = defaultdict(list)
    for room, person, group in look_up_ids(link, ADDRESSED, openings) if openings else []:
        addressed[room].append(person or group)
    around = _Around(
        dict(look_up_ids(link, SUBJECTS, openings)) if openings else {},
        addressed,
        file_names(link, spans),
    )
    return [document for line in lines for document in _documents(line, around)]


def file_names(link: Link, spans: Sequence[Span]) -> dict[tuple[str, int], list[str]]:
    """The names of the files that these lines carry."""
    files = defaultdict(list)
    for room, seq, name in look_up_spans(link, FILES, spans):
        files[room, seq].append(name)
    return files


def _documents(line: _Line, around: _Around) -> list[Document]:
    room = room_tag(line.message_id)
    if line.kind == "added" and line.about_id:
        tags: tuple[str, ...] = (room, name_tag(line.about_id))
        return [Document(line.message_id, line.seq, line.at, tags, ())]
    if line.kind not in COUNTED:
        return []
    files = around.files.get((line.message_id, line.seq), [])
    names = dict.fromkeys(
        name_tag(one) for one in (line.author_id, *around.addressed.get(line.message_id, ()))
    )
    if line.seq > 1:
        names = {name_tag(line.author_id): None}
    tags = (SAID, room, author_tag(line.author_id), *names, *([FILE] if files else ()))
    if line.seq > 1:
        return [Document(line.message_id, line.seq, line.at, tags, (line.body, *files))]
    subject = around.subjects.get(line.message_id, "")
    return [
        Document(line.message_id, SUBJECT, line.at, (room, *names), (subject,)),
        Document(line.message_id, line.seq, line.at, tags, (subject, line.body, *files)),
    ]


def _lines(wanted: Subquery) -> Select[Any]:
    within = and_(
        entry.c.message_id == wanted.c.one, entry.c.seq.between(wanted.c["first"], wanted.c["last"])
    )
    return select(
        entry.c.message_id,
        entry.c.seq,
        entry.c.kind,
        entry.c.author_id,
        entry.c.about_person_id,
        entry.c.body,
        entry.c.created_at,
    ).select_from(wanted.join(entry, within))


def _files(wanted: Subquery) -> Select[Any]:
    within = and_(
        carried.c.message_id == wanted.c.one, carried.c.seq.between(wanted.c["first"], wanted.c["last"])
    )
    return (
        select(carried.c.message_id, carried.c.seq, attachment.c.name)
        .select_from(
            wanted.join(carried, within).join(attachment, attachment.c.id == carried.c.attachment_id)
        )
        .order_by(carried.c.message_id, carried.c.seq, carried.c.position)
    )


LINES = by_spans(_lines)
FILES = by_spans(_files)
SUBJECTS = by_ids(
    lambda wanted: select(message.c.id, message.c.subject).select_from(
        wanted.join(message, message.c.id == wanted.c.one)
    )
)
ADDRESSED = by_ids(
    lambda wanted: (
        select(recipient.c.message_id, recipient.c.person_id, recipient.c.group_id)
        .select_from(wanted.join(recipient, recipient.c.message_id == wanted.c.one))
        .order_by(recipient.c.message_id, recipient.c.position)
    )
)
