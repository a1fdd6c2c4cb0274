"""One person's boxes and what is unread in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast, get_args

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app import following
from app.errors import FieldError, InvalidInput, NotFound
from app.events import PersonRef
from app.markdown import plain_excerpt
from app.paging import Page, check_limit, decode_cursor, encode_cursor
from app.site import Identity, Site
from store import boxes, folders
from store.boxes.places import Box, BoxName
from store.boxes.rows import BoxRow
from store.boxes.sieve import Sieve
from store.people import person_names

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
    folder: str | None
    trashed: bool
    has_attachments: bool
    mentioned: bool
    """Something unread names the reader: then it counts although it is muted."""
    urgent: bool
    """Its author marked it so."""

    @property
    def is_new(self) -> bool:
        """Whether the badge counts it, where it is in no trash."""
        return self.unread > 0 and (self.mentioned or not self.muted)


class Unread(msgspec.Struct, frozen=True):
    """How many discussions hold something unread: in all, by box, and by folder of one's own."""

    count: int
    boxes: dict[str, int]
    folders: dict[str, int]


class Wanted(msgspec.Struct, frozen=True):
    """What of a box is wanted: what is unread, what somebody wrote first, carries a file, somebody else is in now."""

    unread: bool = False
    author: str | None = None
    attachments: bool = False
    shared_with: str | None = None


WHOLE = Wanted()


async def box(
    site: Site,
    who: Identity,
    name: str,
    *,
    cursor: str | None = None,
    limit: int = 30,
    wanted: Wanted = WHOLE,
) -> Page[Row]:
    """A page of `inbox`, `progress` (all one is in), `sent`, `trash` or `folder:<id>`, newest activity first.

    Of what is wanted there may be fewer rows than `limit` although `next` leads on: a page looks at so many only.
    Raises `InvalidInput` for another box, a foreign cursor or a limit out of bounds (1 to 100), and `NotFound` for a
    folder that is not one's own.
    """
    check_limit(limit, MOST_ROWS)
    after = decode_cursor(cursor) if cursor is not None else None
    async with site.database.read() as session:
        where = await known_box(session, who, name)
        shown, more = await boxes.page(session, where, who.person_id, after, limit, sieve_of(wanted))
        rows = await _shown(session, shown)
    return Page(rows, encode_cursor(*more) if more else None)


async def among(
    site: Site, who: Identity, name: str, discussions: Sequence[str], wanted: Wanted = WHOLE
) -> list[Row]:
    """The rows of those of these discussions that are in a box at this moment, in its order. Raises as `box`."""
    async with site.database.read() as session:
        where = await known_box(session, who, name)
        found = await boxes.among(session, where, who.person_id, discussions, sieve_of(wanted))
        return await _shown(session, found)


async def unread(site: Site, who: Identity) -> Unread:
    """The badge: discussions with something unread, not muted (or mentioned there), not in the trash."""
    badge = await following.badge(site.database, who.person_id)
    # Nothing is unread in what one wrote until somebody answers, which brings it into the inbox.
    return Unread(badge.count, {"inbox": badge.count - sum(badge.folders.values())}, badge.folders)


async def known_box(session: AsyncSession, who: Identity, name: str) -> Box:
    """The box that is called so. Raises `InvalidInput`, or `NotFound` for a folder that is not one's own."""
    kind, _, folder = name.partition(":")
    if kind == "folder" and folder:
        if not await folders.is_own(session, who.person_id, folder):
            raise NotFound
        return Box("folder", folder)
    if name != "folder" and name in get_args(BoxName):
        return Box(cast("BoxName", name))
    raise InvalidInput(FieldError("box", "unknown", "There is no such box."))


def sieve_of(wanted: Wanted) -> Sieve:
    """What the places of a box are asked."""
    return Sieve(wanted.unread, wanted.author, wanted.attachments, wanted.shared_with)


async def _shown(session: AsyncSession, rows: Sequence[BoxRow]) -> list[Row]:
    names = await person_names(session, {person for row in rows for person in _people_of(row)})
    return [_row(row, names) for row in rows]


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
        folder=row.folder,
        trashed=row.trashed,
        has_attachments=row.has_files,
        mentioned=row.called,
        urgent=row.urgent,
    )
