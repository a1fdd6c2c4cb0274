"""The log from inside a transaction: plain functions on a link, for `Database.transact`.

Everything that is appended, whoever asks, goes through `lock_rooms` and `append` in one transaction. A batch
costs the same few statements whatever its size. Statements are built once, on the tables rather than on the
mapped classes, and nothing is awaited between them: this is the path that every reply takes.
`store.entries` offers the same to sessions.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, null, select, update

from store.carrying import carry, ids_by_entry
from store.columns import table_of
from store.pairs import by_ids, by_pairs, look_up, look_up_ids
from store.prepared import Link, Prepared
from store.room import NewLine, Room, StoredLine, StoredReply
from store.tables import Entry, Message, Participation
from store.trash import mirrored_trash

MIRRORED_AT_ONCE = 48
"""Rooms of up to so many participants are mirrored into the participations with every append."""

COUNTED = frozenset({"message", "reply"})
"""The kinds of entries that others have unread."""

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)


LOCK_ROOMS = by_ids(
    lambda wanted: (
        select(*(message.c[field] for field in Room.__struct_fields__))
        .select_from(wanted.join(message, message.c.id == wanted.c.one))
        .where(message.c.state == "sent")
        .order_by(message.c.id)
        .with_for_update(of=message)
    )
)
INSERT_ENTRIES = Prepared(insert(entry), columns=StoredLine.__struct_fields__)
ADVANCE_HEADS = Prepared(
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
MOVE_AUTHORS = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("writer"))
    .values(
        own_count=participation.c.own_count + bindparam("own"),
        read_seq=bindparam("upto"),
        read_count=bindparam("count_upto") - participation.c.own_count - bindparam("own"),
        unread=bindparam("count_after"),
        last_entry_at=bindparam("at"),
        trashed_at=null(),
    )
)
MIRROR_ROOMS = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.state == "active")
    .values(
        unread=bindparam("count") - participation.c.own_count - participation.c.read_count,
        last_entry_at=bindparam("at"),
        trashed_at=mirrored_trash(bindparam("count")),
    )
)
RECEIVE_ANSWERS = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("writer"))
    .values(received=True)
)
PEOPLE_INSIDE = by_ids(
    lambda wanted: (
        select(participation.c.message_id, participation.c.person_id)
        .select_from(wanted.join(participation, participation.c.message_id == wanted.c.one))
        .where(participation.c.state == "active")
    )
)
FIND_REPLIES = by_pairs(
    lambda wanted: select(
        entry.c.author_id,
        entry.c.client_id,
        *(entry.c[field] for field in StoredReply.__struct_fields__ if field != "attachments"),
    ).select_from(
        wanted.join(entry, and_(entry.c.author_id == wanted.c.one, entry.c.client_id == wanted.c.two))
    )
)


def lock_rooms(link: Link, ids: Iterable[str]) -> dict[str, Room]:
    """The sent messages among `ids`, locked in the order of their ids until the transaction ends."""
    return {row[0]: Room(*row) for row in look_up_ids(link, LOCK_ROOMS, ids)}


def find_replies(link: Link, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], StoredReply]:
    """What these (author, client_id) already name. Ask after `lock_rooms`: nobody slips in between."""
    rows = look_up(link, FIND_REPLIES, keys)
    carried = ids_by_entry(link, [(row[2], row[3]) for row in rows])
    return {(row[0], row[1]): StoredReply(*(*row[2:], carried[row[2], row[3]])) for row in rows}


def people_inside(link: Link, discussions: Iterable[str]) -> dict[str, list[str]]:
    """Everybody who is in each of these discussions now."""
    people: dict[str, list[str]] = {discussion: [] for discussion in discussions}
    for discussion, person_id in look_up_ids(link, PEOPLE_INSIDE, people):
        people[discussion].append(person_id)
    return people


def append(
    link: Link, rooms: Mapping[str, Room], lines: Sequence[NewLine], now: datetime
) -> list[StoredLine]:
    """Number and store `lines` in their order; advance heads, authors' read marks and small rooms' mirrors.

    `rooms` come from `lock_rooms` in this transaction and are stale afterwards. A room's clock never goes
    backwards, whatever the machine's does.
    """
    if not lines:
        return []
    stored = _number(rooms, lines, now)
    INSERT_ENTRIES.insert(link, stored)
    if any(line.attachments for line in lines):
        _carry(link, lines, stored)
    last = {line.message_id: line for line in stored}
    answered = {line.message_id for line in stored if _answers(rooms[line.message_id], line)}
    ADVANCE_HEADS.run(link, [_advance(rooms[line.message_id], line, answered) for line in last.values()])
    if authors := _author_moves(stored, last):
        MOVE_AUTHORS.run(link, authors)
    if small := [line for line in last.values() if _is_small(rooms[line.message_id])]:
        MIRROR_ROOMS.run(
            link,
            [{"room": line.message_id, "count": line.reply_count, "at": line.created_at} for line in small],
        )
    if first := [room for room in answered if not rooms[room].answered]:
        RECEIVE_ANSWERS.run(link, [{"room": room, "writer": rooms[room].author_id} for room in sorted(first)])
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


def _carry(link: Link, lines: Sequence[NewLine], stored: Sequence[StoredLine]) -> None:
    carry(
        link,
        [
            (line.message_id, line.seq, new.attachments)
            for new, line in zip(lines, stored, strict=True)
            if new.attachments
        ],
    )


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
