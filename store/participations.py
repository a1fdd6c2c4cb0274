"""Participations: who is in which discussion, with which bounds of sight."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import UtcDateTime, table_of
from store.pairs import by_pairs, look_up
from store.prepared import Link, Prepared
from store.tables import INSIDE_SHELVES, Message, Participation, Person
from store.trash import IN_TRASH
from store.unread import UNREAD
from store.waiting import waiting_rooms
from store.wanted import active_in, rooms_of

message = table_of(Message)
participation = table_of(Participation)
author = table_of(Person).alias("author")


class MemberState(msgspec.Struct, frozen=True):
    """What writing needs to know of somebody who is in a discussion now."""

    role: str
    from_seq: int
    read_seq: int


class Seat(msgspec.Struct, frozen=True):
    """A discussion that somebody is in now, as the live stream begins it."""

    discussion: str
    subject: str
    head_seq: int
    from_seq: int
    read_seq: int
    unread: int
    muted: bool
    last_entry_at: datetime


class View(msgspec.Struct, frozen=True):
    """A discussion and somebody's own part in it."""

    id: str
    subject: str
    kind: str
    author_id: str
    author_name: str
    sent_at: datetime
    head_seq: int
    reply_policy: str
    urgent: bool
    role: str
    from_seq: int
    read_seq: int
    unread: int
    muted: bool
    folder: str | None
    trashed: bool


ACTIVE_MEMBERS = by_pairs(lambda wanted: active_in(wanted, MemberState.__struct_fields__))
_SEAT = (
    message.c.id,
    message.c.subject,
    message.c.head_seq,
    participation.c.from_seq,
    participation.c.read_seq,
    UNREAD,
    participation.c.muted,
    message.c.last_entry_at,
)
# A room that waits for its mirror may be awake although the participation does not know it yet.
SEATS = Prepared(
    select(*_SEAT)
    .select_from(participation.join(message, message.c.id == participation.c.message_id))
    .where(
        participation.c.person_id == bindparam("person"),
        text(INSIDE_SHELVES),
        participation.c.last_entry_at >= bindparam("since", type_=UtcDateTime()),
    )
)
VIEW: Select[Any] = (
    select(
        message.c.id,
        message.c.subject,
        message.c.kind,
        message.c.author_id,
        author.c.name,
        message.c.sent_at,
        message.c.head_seq,
        message.c.reply_policy,
        message.c.urgent,
        participation.c.role,
        participation.c.from_seq,
        participation.c.read_seq,
        UNREAD,
        participation.c.muted,
        participation.c.folder_id,
        IN_TRASH,
    )
    .select_from(
        participation.join(message, message.c.id == participation.c.message_id).join(
            author, author.c.id == message.c.author_id
        )
    )
    .where(
        participation.c.message_id == bindparam("room"),
        participation.c.person_id == bindparam("person"),
        participation.c.state == "active",
    )
)
SEATS_IN = by_pairs(
    lambda wanted: (
        select(*_SEAT, participation.c.person_id)
        .select_from(rooms_of(wanted))
        .where(participation.c.state == "active")
    )
)


def active_members(link: Link, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], MemberState]:
    """Those of the (discussion, person) `pairs` who are in it now."""
    rows = look_up(link, ACTIVE_MEMBERS, pairs)
    return {(row[0], row[1]): MemberState(*row[2:]) for row in rows}


def seats(link: Link, person_id: str, *, active_since: datetime) -> list[Seat]:
    """Every discussion that this person is in and in which something happened since `active_since`."""
    found = [Seat(*row) for row in SEATS.rows(link, {"person": person_id, "since": active_since})]
    waiting = set(waiting_rooms(link)) - {seat.discussion for seat in found}
    late = seats_in(link, person_id, waiting) if waiting else []
    return [*found, *(seat for seat in late if seat.last_entry_at >= active_since)]


def seats_in(link: Link, person_id: str, discussions: Iterable[str]) -> list[Seat]:
    """Those of `discussions` that this person is in now, however long they have slept."""
    return list(seats_of(link, [(discussion, person_id) for discussion in discussions]).values())


def seats_of(link: Link, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Seat]:
    """The seats of those of these (discussion, person) who are in it now."""
    return {(row[0], row[-1]): Seat(*row[:-1]) for row in look_up(link, SEATS_IN, pairs)}


async def view_of(session: AsyncSession, message_id: str, person_id: str) -> View | None:
    """A discussion as somebody sees it who is in it; None when she is not."""
    rows = await (await session.connection()).execute(VIEW, {"room": message_id, "person": person_id})
    return next((View(*row) for row in rows), None)
