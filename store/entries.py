"""The log of a discussion: appending in batches (`store.lines` reads it).

Everything that is appended, whoever asks, goes through `lock_rooms` and `append` in one transaction. A batch
costs the same few statements whatever its size. Statements are built once, on the tables rather than on the
mapped classes: this is the path that every reply takes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.lines import ReadLine, heads, missing_lines, read_lines
from store.pairs import by_pairs, look_up
from store.participations import MemberState, active_members
from store.tables import Entry, Message, Participation

__all__ = [
    "COUNTED",
    "MIRRORED_AT_ONCE",
    "MemberState",
    "NewLine",
    "ReadLine",
    "Room",
    "StoredLine",
    "StoredReply",
    "active_members",
    "append",
    "find_replies",
    "heads",
    "lock_rooms",
    "missing_lines",
    "read_lines",
]

MIRRORED_AT_ONCE = 48
"""Rooms of up to so many participants are mirrored into the participations with every append."""

COUNTED = frozenset({"message", "reply"})
"""The kinds of entries that others have unread."""

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)


class Room(msgspec.Struct, frozen=True):
    """A sent message's head, as it is while its row is locked."""

    id: str
    head_seq: int
    reply_count: int
    participant_count: int
    mirrored_seq: int
    author_id: str
    reply_policy: str
    answered: bool
    last_entry_at: datetime
    subject: str


class NewLine(msgspec.Struct, frozen=True):
    """A line to be appended; it gets its number from its room."""

    message_id: str
    kind: str
    author_id: str
    body: str = ""
    client_id: str | None = None
    about_person_id: str | None = None
    reply_to_seq: int | None = None


class StoredLine(msgspec.Struct, frozen=True):
    """A line of the log as it was just stored. `reply_count` counts messages and replies up to it."""

    message_id: str
    seq: int
    kind: str
    author_id: str
    body: str
    client_id: str | None
    about_person_id: str | None
    reply_to_seq: int | None
    reply_count: int
    created_at: datetime


class StoredReply(msgspec.Struct, frozen=True):
    """What a `client_id` of an author already names."""

    message_id: str
    seq: int
    body: str
    reply_to_seq: int | None
    created_at: datetime


LOCK_ROOMS = (
    select(*(message.c[field] for field in Room.__struct_fields__))
    .where(message.c.id.in_(bindparam("ids", expanding=True)), message.c.state == "sent")
    .order_by(message.c.id)
    .with_for_update()
)
INSERT_ENTRIES = insert(entry)
ADVANCE_HEADS = (
    update(message)
    .where(message.c.id == bindparam("room"))
    .values(
        head_seq=bindparam("head"),
        reply_count=bindparam("count"),
        last_entry_at=bindparam("at"),
        answered=bindparam("is_answered"),
        mirrored_seq=bindparam("mirrored"),
    )
)
# `own_count` on the right is what it was before: all others' messages and replies up to her last own one.
MOVE_AUTHORS = (
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("writer"))
    .values(
        own_count=participation.c.own_count + bindparam("own"),
        read_seq=bindparam("upto"),
        read_count=bindparam("count_upto") - participation.c.own_count - bindparam("own"),
        unread=bindparam("count_after"),
        last_entry_at=bindparam("at"),
    )
)
MIRROR_ROOMS = (
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.state == "active")
    .values(
        unread=bindparam("count") - participation.c.own_count - participation.c.read_count,
        last_entry_at=bindparam("at"),
    )
)
RECEIVE_ANSWERS = (
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("writer"))
    .values(received=True)
)
FIND_REPLIES = by_pairs(
    lambda wanted: select(
        entry.c.author_id,
        entry.c.client_id,
        *(entry.c[field] for field in StoredReply.__struct_fields__),
    ).select_from(
        wanted.join(entry, and_(entry.c.author_id == wanted.c.one, entry.c.client_id == wanted.c.two))
    )
)


async def lock_rooms(session: AsyncSession, ids: Iterable[str]) -> dict[str, Room]:
    """The sent messages among `ids`, locked in the order of their ids until the transaction ends."""
    rows = await (await session.connection()).execute(LOCK_ROOMS, {"ids": list(ids)})
    return {row[0]: Room(*row) for row in rows}


async def find_replies(
    session: AsyncSession, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], StoredReply]:
    """What these (author, client_id) already name. Ask after `lock_rooms`: nobody slips in between."""
    rows = await look_up(await session.connection(), FIND_REPLIES, keys)
    return {(row[0], row[1]): StoredReply(*row[2:]) for row in rows}


async def append(
    session: AsyncSession, rooms: Mapping[str, Room], lines: Sequence[NewLine], now: datetime
) -> list[StoredLine]:
    """Number and store `lines` in their order; advance heads, authors' read marks and small rooms' mirrors.

    `rooms` come from `lock_rooms` in this transaction and are stale afterwards. A room's clock never goes
    backwards, whatever the machine's does.
    """
    if not lines:
        return []
    stored = _number(rooms, lines, now)
    connection = await session.connection()
    await connection.execute(INSERT_ENTRIES, [msgspec.structs.asdict(line) for line in stored])
    last = {line.message_id: line for line in stored}
    answered = {line.message_id for line in stored if _answers(rooms[line.message_id], line)}
    await connection.execute(
        ADVANCE_HEADS, [_advance(rooms[line.message_id], line, answered) for line in last.values()]
    )
    if authors := _author_moves(stored, last):
        await connection.execute(MOVE_AUTHORS, authors)
    if small := [line for line in last.values() if _is_small(rooms[line.message_id])]:
        await connection.execute(
            MIRROR_ROOMS,
            [{"room": line.message_id, "count": line.reply_count, "at": line.created_at} for line in small],
        )
    if first := [room for room in answered if not rooms[room].answered]:
        await connection.execute(
            RECEIVE_ANSWERS, [{"room": room, "writer": rooms[room].author_id} for room in sorted(first)]
        )
    return stored


def _number(rooms: Mapping[str, Room], lines: Sequence[NewLine], now: datetime) -> list[StoredLine]:
    position = {room.id: (room.head_seq, room.reply_count) for room in rooms.values()}
    stored = []
    for line in lines:
        seq, count = position[line.message_id]
        position[line.message_id] = seq, count = seq + 1, count + (line.kind in COUNTED)
        stored.append(
            StoredLine(
                line.message_id,
                seq,
                line.kind,
                line.author_id,
                line.body,
                line.client_id,
                line.about_person_id,
                line.reply_to_seq,
                count,
                max(now, rooms[line.message_id].last_entry_at),
            )
        )
    return stored


def _answers(room: Room, line: StoredLine) -> bool:
    return line.kind == "reply" and line.author_id != room.author_id


def _is_small(room: Room) -> bool:
    return room.participant_count <= MIRRORED_AT_ONCE


def _advance(room: Room, last: StoredLine, answered: set[str]) -> dict[str, object]:
    return {
        "room": room.id,
        "head": last.seq,
        "count": last.reply_count,
        "at": last.created_at,
        "is_answered": room.answered or room.id in answered,
        "mirrored": last.seq if _is_small(room) else room.mirrored_seq,
    }


def _author_moves(stored: Sequence[StoredLine], last: Mapping[str, StoredLine]) -> list[dict[str, object]]:
    moves: dict[tuple[str, str], dict[str, Any]] = {}
    for line in stored:
        if line.kind not in COUNTED:
            continue
        end = last[line.message_id]
        before = moves.get((line.message_id, line.author_id))
        moves[line.message_id, line.author_id] = {
            "room": line.message_id,
            "writer": line.author_id,
            "own": before["own"] + 1 if before else 1,
            "upto": line.seq,
            "count_upto": line.reply_count,
            "count_after": end.reply_count - line.reply_count,
            "at": end.created_at,
        }
    # In one order on every node, so that two transactions never wait for each other.
    return [moves[key] for key in sorted(moves)]
