"""Pages of a person's boxes, newest activity first, however many discussions there are.

A page is found by the mirrored columns and their index, together with the few rooms that wait for their mirror,
whose own numbers are asked; then only the rows of the page are filled. One statement, one moment.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import UtcDateTime, table_of
from store.log import COUNTED
from store.tables import Entry, Message, Participation
from store.unread import UNREAD

Box = Literal["inbox", "progress", "sent"]

EXCERPT = 800
"""Characters of the last words that are read; what is shown of them is shorter still."""
FACES = 4
FIRST: tuple[datetime, str] = (datetime(9999, 12, 31, tzinfo=UTC), "~")
"""A place before every row."""

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
    faces: tuple[str, ...]
    """Some of the others who are in it now, the author first."""


async def page(
    session: AsyncSession, box: Box, person_id: str, after: tuple[datetime, str] | None, limit: int
) -> list[BoxRow]:
    """The first `limit` rows of a box after the row at that moment with that id."""
    at, row_id = after or FIRST
    rows = await (await session.connection()).execute(
        PAGES[box], {"person": person_id, "at": at, "row": row_id, "most": limit}
    )
    return [_row(tuple(row)) for row in rows]


def _row(columns: tuple[Any, ...]) -> BoxRow:
    plain = len(BoxRow.__struct_fields__) - 1
    fields: list[Any] = [*columns[:plain], tuple(face for face in columns[plain:] if face)]
    return BoxRow(*fields)


def _before(moment: ColumnElement[datetime], row_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Keyset paging: rows that come after the cursor when the newest come first."""
    return tuple_(moment, row_id) < tuple_(bindparam("at", type_=UtcDateTime()), bindparam("row"))


def _in_box(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The identifiers of a page of the discussions that this person is in."""
    mine = (
        select(message.c.id.label("id"), message.c.last_entry_at.label("at"))
        .select_from(participation.join(message, message.c.id == participation.c.message_id))
        .where(
            participation.c.person_id == bindparam("person"),
            participation.c.state == "active",
            participation.c.trashed_at.is_(None),
            *conditions,
        )
    )
    mirrored = _cut(
        mine.where(
            message.c.mirrored_seq >= message.c.head_seq,
            _before(participation.c.last_entry_at, participation.c.message_id),
        ),
        participation.c.last_entry_at,
        participation.c.message_id,
    )
    waiting = _cut(
        mine.where(text("mirrored_seq < head_seq"), _before(message.c.last_entry_at, message.c.id)),
        message.c.last_entry_at,
        message.c.id,
    )
    both = mirrored.union_all(waiting).subquery("both_kinds")
    return _cut(select(both.c.id, both.c.at), both.c.at, both.c.id)


def _sent() -> Select[Any]:
    """The identifiers of a page of what this person wrote and is still in; the room's own index knows it all."""
    found = (
        select(message.c.id.label("id"), message.c.last_entry_at.label("at"))
        .select_from(
            message.join(
                participation,
                and_(
                    participation.c.message_id == message.c.id,
                    participation.c.person_id == message.c.author_id,
                ),
            )
        )
        .where(
            message.c.author_id == bindparam("person"),
            text("message.state = 'sent'"),
            participation.c.state == "active",
            participation.c.trashed_at.is_(None),
            _before(message.c.last_entry_at, message.c.id),
        )
    )
    return _cut(found, message.c.last_entry_at, message.c.id)


def _cut(query: Select[Any], at: ColumnElement[Any], row_id: ColumnElement[Any]) -> Select[Any]:
    cut = query.order_by(at.desc(), row_id.desc()).limit(bindparam("most")).subquery()
    return select(cut.c.id, cut.c.at)


def _filled(chosen: Callable[[], Select[Any]]) -> Select[Any]:
    """The rows of a page: what stands in them is looked up for these rows only."""
    rows = chosen().subquery("chosen")
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
            _author_inside(),
            *(_face(place) for place in range(FACES)),
        )
        .select_from(
            rows.join(message, message.c.id == rows.c.id)
            .join(
                participation,
                and_(
                    participation.c.message_id == rows.c.id,
                    participation.c.person_id == bindparam("person"),
                ),
            )
            .join(
                last,
                and_(
                    last.c.message_id == message.c.id,
                    last.c.seq == func.coalesce(_last_words(), message.c.head_seq),
                ),
            )
        )
        .order_by(rows.c.at.desc(), rows.c.id.desc())
    )


def _last_words() -> ScalarSelect[int]:
    """The number of the last message or reply within this person's bounds."""
    return (
        select(entry.c.seq)
        .where(
            entry.c.message_id == message.c.id,
            entry.c.seq.between(participation.c.from_seq, message.c.head_seq),
            entry.c.kind.in_(sorted(COUNTED)),
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
            writer.c.person_id != bindparam("person"),
            writer.c.state == "active",
        )
        .correlate(message)
        .scalar_subquery()
    )


def _face(place: int) -> ScalarSelect[str]:
    """One of the others in it: a step along the primary key, however many there are."""
    return (
        select(other.c.person_id)
        .where(
            other.c.message_id == message.c.id,
            other.c.state == "active",
            other.c.person_id != bindparam("person"),
            other.c.person_id != message.c.author_id,
        )
        .order_by(other.c.person_id)
        .offset(place)
        .limit(1)
        .correlate(message)
        .scalar_subquery()
    )


PAGES: dict[Box, Select[Any]] = {
    "inbox": _filled(lambda: _in_box(participation.c.received)),
    "progress": _filled(_in_box),
    "sent": _filled(_sent),
}
