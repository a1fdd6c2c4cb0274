"""Lines of the log as people see them: with names, and with HTML where the body is more than plain text."""

from collections.abc import Sequence
from typing import cast

import msgspec

from app.events import Attached, EntryKind, EntryStored, Line, PersonRef
from app.markdown import render
from store.lines import ReadLine
from store.mentions import Called
from store.room import CarriedFile, StoredLine


def shown(line: ReadLine) -> Line:
    """A line read from the store, as it is shown and sent."""
    return Line(
        seq=line.seq,
        kind=cast("EntryKind", line.kind),
        author=PersonRef(line.author_id, line.author_name),
        at=line.created_at,
        body=line.body,
        attachments=attached(line.attachments) if line.attachments else (),
        html=render(line.body),
        client_id=line.client_id,
        reply_to=line.reply_to_seq,
        about=PersonRef(line.about_id, line.about_name or "") if line.about_id else None,
        mentions=mentioned(line.mentions) if line.mentions else (),
    )


def happened(
    author: PersonRef, line: StoredLine, kind: EntryKind, about: PersonRef | None = None
) -> EntryStored:
    """What is told of a line, just stored, that is about people and says nothing."""
    shown = Line(
        seq=line.seq,
        kind=kind,
        author=author,
        at=line.created_at,
        body=line.body,
        attachments=(),
        about=about,
    )
    return EntryStored(line.message_id, shown)


def mentioned(called: Sequence[Called]) -> tuple[PersonRef, ...]:
    """Whom an entry names, as it is shown and sent."""
    return tuple(PersonRef(one.id, one.name) for one in called)


def attached(files: Sequence[CarriedFile]) -> tuple[Attached, ...]:
    """What an entry or a draft carries, as it is shown and sent."""
    return tuple(Attached(*msgspec.structs.astuple(file)) for file in files)
