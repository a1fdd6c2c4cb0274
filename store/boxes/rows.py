"""What stands in a row of a box."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ScalarSelect, Select, Subquery, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.boxes.sieve import HAS_FILES
from store.columns import table_of
from store.log import COUNTED
from store.pairs import by_pairs, look_up
from store.tables import Entry, Message, Participation
from store.trash import IN_TRASH
from store.unread import UNREAD
from store.wanted import rooms_of

EXCERPT = 800
"""Characters of the last words that are read; what is shown of them is shorter still."""
FACES = 4

message = table_of(Message)
participation = table_of(Participation)
other = participation.alias("other")
writer = participation.alias("writer")
entry = table_of(Entry)
last = table_of(Entry).alias("last_words")


class BoxRow(msgspec.Struct, frozen=True):
    """A discussion in a box, with the last words that this person may see (`words` is cut)."""

    id: str
    subject: str
    kind: str
    author_id: str
    participant_count: int
    head: int
    last_entry_at: datetime
    role: str
    read_seq: int
    muted: bool
    unread: int
    seq: int
    writer_id: str
    at: datetime
    words: str
    folder: str | None
    trashed: bool
    has_files: bool
    called: bool
    """An entry that mentions this person is unread."""
    urgent: bool
    faces: tuple[str, ...]
    """Some of the others who are in it now, the author first."""


async def rows_of(session: AsyncSession, person_id: str, discussions: Sequence[str]) -> dict[str, BoxRow]:
    """The rows of those of these discussions that this person is in, by id."""
    pairs = [(discussion, person_id) for discussion in discussions]
    found = await (await session.connection()).run_sync(look_up, FILLED, pairs) if pairs else []
    return {row[0]: _row(row) for row in found}


def _row(columns: tuple[Any, ...]) -> BoxRow:
    plain = len(BoxRow.__struct_fields__) - 1
    fields: list[Any] = [*columns[:plain], tuple(face for face in columns[plain:] if face)]
    return BoxRow(*fields)


def _filled(wanted: Subquery) -> Select[Any]:
    """The rows of a page: what stands in them is looked up for these only."""
    words = and_(
        last.c.message_id == message.c.id,
        last.c.seq == func.coalesce(_last_words(), message.c.head_seq),
    )
    return (
        select(
            message.c.id,
            message.c.subject,
            message.c.kind,
            message.c.author_id,
            message.c.participant_count,
            message.c.head_seq,
            message.c.last_entry_at,
            participation.c.role,
            participation.c.read_seq,
            participation.c.muted,
            UNREAD,
            last.c.seq,
            last.c.author_id,
            last.c.created_at,
            func.substr(last.c.body, 1, EXCERPT),
            participation.c.folder_id,
            IN_TRASH,
            HAS_FILES,
            participation.c.called_seq > participation.c.read_seq,
            message.c.urgent,
            _author_inside(),
            *(_face(place) for place in range(FACES)),
        )
        .select_from(rooms_of(wanted).join(last, words))
        .where(participation.c.state == "active")
    )


def _last_words() -> ScalarSelect[int]:
    """The number of the last message or reply within this person's bounds."""
    return (
        select(entry.c.seq)
        .where(
            entry.c.message_id == message.c.id,
            entry.c.seq.between(participation.c.from_seq, message.c.head_seq),
            or_(*(entry.c.kind == kind for kind in sorted(COUNTED))),
        )
        .order_by(entry.c.seq.desc())
        .limit(1)
        .correlate(message, participation)
        .scalar_subquery()
    )


def _author_inside() -> ScalarSelect[str]:
    return (
        select(writer.c.person_id)
        .where(
            writer.c.message_id == message.c.id,
            writer.c.person_id == message.c.author_id,
            writer.c.person_id != participation.c.person_id,
            writer.c.state == "active",
        )
        .correlate(message, participation)
        .scalar_subquery()
    )


def _face(place: int) -> ScalarSelect[str]:
    """One of the others in it: a step along the primary key, however many there are."""
    return (
        select(other.c.person_id)
        .where(
            other.c.message_id == message.c.id,
            other.c.state == "active",
            other.c.person_id != participation.c.person_id,
            other.c.person_id != message.c.author_id,
        )
        .order_by(other.c.person_id)
        .offset(place)
        .limit(1)
        .correlate(message, participation)
        .scalar_subquery()
    )


FILLED = by_pairs(_filled)
