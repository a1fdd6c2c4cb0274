"""Pages of a person's boxes, newest activity first, however many discussions there are.

A page is found by the mirrored columns and their index, together with the few rooms that wait for their mirror,
whose own moments are asked; then only the rows of the page are filled.
"""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    ColumnElement,
    Join,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import UtcDateTime, table_of
from store.log import COUNTED
from store.pairs import by_pairs, look_up
from store.prepared import through
from store.tables import Entry, Message, Participation
from store.unread import UNREAD
from store.waiting import waiting_rooms

Box = Literal["inbox", "progress", "sent"]

EXCERPT = 800
"""Characters of the last words that are read; what is shown of them is shorter still."""
FACES = 4
Place = tuple[datetime, str]
"""What a box is sorted by: the moment of the last activity, then the id."""
FIRST: Place = (datetime(9999, 12, 31, tzinfo=UTC), "~")
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
    session: AsyncSession, box: Box, person_id: str, after: Place | None, limit: int
) -> tuple[list[BoxRow], Place | None]:
    """The first `limit` rows of a box after a place, and the place that leads to the next ones (None: the end)."""
    places = await _places(session, box, person_id, after or FIRST, limit + 1)
    shown, more = places[:limit], len(places) > limit
    pairs = [(row_id, person_id) for _, row_id in shown]
    found = await (await session.connection()).run_sync(look_up, FILLED, pairs) if pairs else []
    rows = {row[0]: _row(row) for row in found}
    # Whoever left this moment is missing from the rows and no longer hers to see.
    return [rows[row_id] for _, row_id in shown if row_id in rows], shown[-1] if more else None


async def _places(session: AsyncSession, box: Box, person_id: str, after: Place, most: int) -> list[Place]:
    """Where the first rows after a place stand: a room that waits for its mirror stands by its own moment."""
    at, row_id = after
    waiting = [] if box == "sent" else await through(session, waiting_rooms)
    parameters = {"person": person_id, "at": at, "row": row_id, "most": most, "waiting": waiting}
    if box == "sent":
        del parameters["waiting"]
    connection = await session.connection()
    places: list[Place] = [(row[0], row[1]) for row in await connection.execute(PLACES[box], parameters)]
    if not waiting:
        return places
    late = await connection.run_sync(look_up, LATE, [(room, person_id) for room in waiting])
    places += [
        (moment, room)
        for moment, room, received in late
        if (moment, room) < after and (received or box == "progress")
    ]
    return sorted(places, reverse=True)[:most]


def _row(columns: tuple[Any, ...]) -> BoxRow:
    plain = len(BoxRow.__struct_fields__) - 1
    fields: list[Any] = [*columns[:plain], tuple(face for face in columns[plain:] if face)]
    return BoxRow(*fields)


def _before(moment: ColumnElement[datetime], row_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Keyset paging: rows that come after the cursor when the newest come first."""
    return tuple_(moment, row_id) < tuple_(bindparam("at", type_=UtcDateTime()), bindparam("row"))


_INSIDE = (participation.c.state == "active", participation.c.trashed_at.is_(None))
_PROGRESS = (
    select(participation.c.last_entry_at, participation.c.message_id)
    .where(
        participation.c.person_id == bindparam("person"),
        *_INSIDE,
        participation.c.message_id.not_in(bindparam("waiting", expanding=True)),
        _before(participation.c.last_entry_at, participation.c.message_id),
    )
    .order_by(participation.c.last_entry_at.desc(), participation.c.message_id.desc())
    .limit(bindparam("most"))
)
# The room's own index knows all of what somebody wrote, mirrored or not.
_SENT = (
    select(message.c.last_entry_at, message.c.id)
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
        *_INSIDE,
        _before(message.c.last_entry_at, message.c.id),
    )
    .order_by(message.c.last_entry_at.desc(), message.c.id.desc())
    .limit(bindparam("most"))
)
PLACES: dict[Box, Select[Any]] = {
    "inbox": _PROGRESS.where(participation.c.received),
    "progress": _PROGRESS,
    "sent": _SENT,
}


def _mine(wanted: Subquery) -> Join:
    """The participations and rooms of the wanted (discussion, person) pairs."""
    mine = and_(participation.c.message_id == wanted.c.one, participation.c.person_id == wanted.c.two)
    return wanted.join(participation, mine).join(message, message.c.id == participation.c.message_id)


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
            _author_inside(),
            *(_face(place) for place in range(FACES)),
        )
        .select_from(_mine(wanted).join(last, words))
        .where(*_INSIDE)
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
LATE = by_pairs(
    lambda wanted: (
        select(message.c.last_entry_at, message.c.id, participation.c.received)
        .select_from(_mine(wanted))
        .where(*_INSIDE)
    )
)
