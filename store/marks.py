"""How far people have read. Moves keep the counts exact without a row per recipient and reply.

Plain functions on a link: many moves cost the same few statements as one.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import ScalarSelect, bindparam, func, or_, select, update

from store.columns import table_of
from store.log import COUNTED
from store.pairs import by_ids, by_pairs, look_up, look_up_ids
from store.prepared import Link, Prepared
from store.tables import Entry, Message, Participation, Person
from store.wanted import active_in, participations_of

message = table_of(Message)
entry = table_of(Entry)
participation = table_of(Participation)
person = table_of(Person)

COUNTS = or_(*(entry.c.kind == kind for kind in sorted(COUNTED)))


class Move(msgspec.Struct, frozen=True):
    """Somebody has read a discussion up to `seq`. It only moves forward, unless `back`."""

    discussion: str
    person: str
    seq: int
    back: bool


class _Mark(msgspec.Struct, frozen=True):
    from_seq: int
    read_seq: int
    read_count: int
    own_count: int


def _last_of_others() -> ScalarSelect[int]:
    return (
        select(entry.c.seq)
        .where(
            entry.c.message_id == participation.c.message_id,
            entry.c.seq >= participation.c.from_seq,
            entry.c.author_id != participation.c.person_id,
            COUNTS,
        )
        .order_by(entry.c.seq.desc())
        .limit(1)
        .correlate(participation)
        .scalar_subquery()
    )


# Shared: readers do not wait for each other, while the log stands still for the moment of the write.
HOLD_ROOMS = by_ids(
    lambda wanted: (
        select(message.c.id, message.c.head_seq, message.c.reply_count)
        .select_from(wanted.join(message, message.c.id == wanted.c.one))
        .where(message.c.state == "sent")
        .order_by(message.c.id)
        .with_for_update(read=True, of=message)
    )
)
HOLD_MARKS = by_pairs(
    lambda wanted: (
        active_in(wanted, _Mark.__struct_fields__)
        .order_by(participation.c.message_id, participation.c.person_id)
        .with_for_update(of=participation)
    )
)
MARK = Prepared(
    select(participation.c.from_seq, participation.c.read_seq, message.c.head_seq)
    .select_from(participation.join(message, message.c.id == participation.c.message_id))
    .where(
        participation.c.message_id == bindparam("room"),
        participation.c.person_id == bindparam("reader"),
        participation.c.state == "active",
    )
)
COUNT_AT = Prepared(
    select(entry.c.reply_count).where(
        entry.c.message_id == bindparam("room"), entry.c.seq == bindparam("seq")
    )
)
OTHERS_BETWEEN = Prepared(
    select(func.count()).where(
        entry.c.message_id == bindparam("room"),
        entry.c.seq > bindparam("after"),
        entry.c.seq <= bindparam("upto"),
        entry.c.author_id != bindparam("reader"),
        COUNTS,
    )
)
LAST_OF_OTHERS = by_pairs(
    lambda wanted: (
        select(participation.c.message_id, _last_of_others())
        .select_from(participations_of(wanted))
        .where(participation.c.state == "active")
    )
)
DISCREET = by_ids(
    lambda wanted: (
        select(person.c.id)
        .select_from(wanted.join(person, person.c.id == wanted.c.one))
        .where(~person.c.read_receipts)
    )
)
MOVE_MARK = Prepared(
    update(participation)
    .where(participation.c.message_id == bindparam("room"), participation.c.person_id == bindparam("reader"))
    .values(
        read_seq=bindparam("seq"),
        read_count=bindparam("others"),
        unread=bindparam("count") - participation.c.own_count - bindparam("others"),
    )
)


def mark_of(link: Link, message_id: str, person_id: str) -> tuple[int, int, int] | None:
    """(from_seq, read_seq, head_seq) of somebody who is in a discussion; None when she is not."""
    for from_seq, read_seq, head in MARK.rows(link, {"room": message_id, "reader": person_id}):
        return from_seq, read_seq, head
    return None


def last_of_others(link: Link, pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """For (discussion, person) pairs: the last message or reply of somebody else that she sees, where there is one."""
    return {row[0]: row[1] for row in look_up(link, LAST_OF_OTHERS, pairs) if row[1] is not None}


def discreet(link: Link, people: Iterable[str]) -> set[str]:
    """Who of these people lets nobody see how far she has read."""
    return {row[0] for row in look_up_ids(link, DISCREET, set(people))}


def move_marks(link: Link, moves: Sequence[Move]) -> list[int | None]:
    """Set how far people have read, each within her bounds and the head, one after the other.

    Returns each new mark where it moved, and None where it did not or where she is not in the discussion.
    """
    rooms = {row[0]: row[1:] for row in look_up_ids(link, HOLD_ROOMS, {move.discussion for move in moves})}
    wanted = {(move.discussion, move.person) for move in moves}
    marks = {(row[0], row[1]): _Mark(*row[2:]) for row in look_up(link, HOLD_MARKS, wanted)}
    moved: list[int | None] = []
    for move in moves:
        before = marks.get((move.discussion, move.person))
        after = _moved(link, move, before, *rooms[move.discussion]) if before else None
        moved.append(after.read_seq if after else None)
        if after:
            marks[move.discussion, move.person] = after
    changed = {
        (move.discussion, move.person) for move, to in zip(moves, moved, strict=True) if to is not None
    }
    if changed:
        # In one order on every node, so that two transactions never wait for each other.
        MOVE_MARK.run(link, [_as_it_is_now(rooms, pair, marks[pair]) for pair in sorted(changed)])
    return moved


def _moved(link: Link, move: Move, mark: _Mark, head: int, count: int) -> _Mark | None:
    target = max(mark.from_seq - 1, min(move.seq, head))
    if target == mark.read_seq or (target < mark.read_seq and not move.back):
        return None
    others = _others_upto(link, move, target, mark, {head: count - mark.own_count})
    return msgspec.structs.replace(mark, read_seq=target, read_count=others)


def _as_it_is_now(
    rooms: Mapping[str, Sequence[int]], pair: tuple[str, str], mark: _Mark
) -> dict[str, object]:
    room, reader = pair
    return {
        "room": room,
        "reader": reader,
        "seq": mark.read_seq,
        "others": mark.read_count,
        "count": rooms[room][1],
    }


def _others_upto(link: Link, move: Move, seq: int, mark: _Mark, at_head: Mapping[int, int]) -> int:
    """How many messages and replies of others there are up to `seq`, from the nearest place where it is known."""
    known = {0: 0, mark.read_seq: mark.read_count, **at_head}
    if seq in known:
        return known[seq]
    if mark.own_count == 0:
        [(count,)] = COUNT_AT.rows(link, {"room": move.discussion, "seq": seq})
        return int(count)
    near = min(known, key=lambda place: abs(place - seq))
    after, upto = sorted((near, seq))
    parameters = {"room": move.discussion, "reader": move.person, "after": after, "upto": upto}
    [(others,)] = OTHERS_BETWEEN.rows(link, parameters)
    return int(known[near] + (others if seq > near else -others))
