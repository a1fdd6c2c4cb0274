"""One person's boxes and what is unread in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast, get_args

import msgspec

from app.errors import FieldError, InvalidInput
from app.events import PersonRef
from app.markdown import plain_excerpt
from app.paging import Page, check_limit, decode_cursor, encode_cursor
from app.site import Identity, Site
from store import boxes
from store.boxes.places import Box
from store.boxes.rows import BoxRow
from store.people import person_names
from store.prepared import through
from store.unread import counts_for

MOST_ROWS = 100
MOST_FACES = 4


class Last(msgspec.Struct, frozen=True):
    """The last words of a discussion, in one line of plain text; empty where only something happened."""

    seq: int
    author: PersonRef
    at: datetime
    text: str


class Row(msgspec.Struct, frozen=True):
    """A discussion in a box. `people` are some of the others in it; `participant_count` counts all."""

    id: str
    subject: str
    kind: str
    people: list[PersonRef]
    participant_count: int
    unread: int
    head: int
    read_seq: int
    last: Last
    last_entry_at: datetime
    author: PersonRef
    role: str
    muted: bool


class Unread(msgspec.Struct, frozen=True):
    """How many discussions hold something unread, in all and by box."""

    count: int
    boxes: dict[str, int]


async def box(
    site: Site, who: Identity, name: str, *, cursor: str | None = None, limit: int = 30
) -> Page[Row]:
    """A page of `inbox`, `progress` (all one is in) or `sent`, newest activity first.

    Raises `InvalidInput` for another box, a foreign cursor or a limit out of bounds (1 to 100).
    """
    check_limit(limit, MOST_ROWS)
    after = decode_cursor(cursor) if cursor is not None else None
    async with site.database.read() as session:
        shown, more = await boxes.page(session, _known(name), who.person_id, after, limit)
        names = await person_names(session, {person for row in shown for person in _people_of(row)})
    return Page([_row(row, names) for row in shown], encode_cursor(*more) if more else None)


async def unread(site: Site, who: Identity) -> Unread:
    """The badge: discussions with something unread, not muted, not in the trash."""
    async with site.database.read() as session:
        count = (await through(session, counts_for, [who.person_id]))[who.person_id]
    # Nothing is unread in what one wrote until somebody answers, which brings it into the inbox.
    return Unread(count, {"inbox": count})


def _known(name: str) -> Box:
    if name in get_args(Box):
        return cast("Box", name)
    raise InvalidInput(FieldError("box", "unknown", "There is no such box."))


def _people_of(row: BoxRow) -> tuple[str, ...]:
    return (row.author_id, row.writer_id, *row.faces)


def _row(row: BoxRow, names: Mapping[str, str]) -> Row:
    return Row(
        id=row.id,
        subject=row.subject,
        kind=row.kind,
        people=[PersonRef(person, names[person]) for person in row.faces[:MOST_FACES]],
        participant_count=row.participant_count,
        unread=row.unread,
        head=row.head,
        read_seq=row.read_seq,
        last=Last(row.seq, PersonRef(row.writer_id, names[row.writer_id]), row.at, plain_excerpt(row.words)),
        last_entry_at=row.last_entry_at,
        author=PersonRef(row.author_id, names[row.author_id]),
        role=row.role,
        muted=row.muted,
    )
