"""Appending to logs: numbers, heads, read marks and mirrors; and reading them back."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from store.database import Database
from store.entries import NewLine, append, find_replies, heads, lock_rooms, missing_lines, read_lines
from store.participations import active_members, seats, seats_in
from store.prepared import through
from store.tables import Message, Participation
from tests.store.rows import NOON, draft, people, reply, room


async def test_lines_get_the_next_numbers_of_their_rooms(database: Database) -> None:
    """A batch over several rooms is numbered per room, in its order, and the heads advance."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"], "one")
    await room(database, "bob", ["alice"], "two")
    async with database.write() as session:
        rooms = await lock_rooms(session, ["two", "one"])
        stored = await append(
            session,
            rooms,
            [
                NewLine("one", "reply", "bob", "b1", client_id="c1"),
                NewLine("two", "reply", "alice", "a2"),
                NewLine("one", "reply", "alice", "a1", reply_to_seq=2),
            ],
            NOON + timedelta(seconds=1),
        )
    assert [(line.message_id, line.seq, line.reply_count) for line in stored] == [
        ("one", 2, 2),
        ("two", 2, 2),
        ("one", 3, 3),
    ]
    async with database.read() as session:
        assert await through(session, heads, ["one", "two", "three"]) == {"one": 3, "two": 2}
        lines = await through(session, read_lines, "one", 1, 3, 10)
    assert [(line.seq, line.author_name, line.body) for line in lines] == [
        (1, "Alice", "First"),
        (2, "Bob", "b1"),
        (3, "Alice", "a1"),
    ]


async def test_drafts_are_no_rooms(database: Database) -> None:
    """What is not sent cannot be locked for a reply."""
    await people(database, "alice")
    await draft(database, "alice")
    async with database.write() as session:
        assert await lock_rooms(session, ["draft", "missing"]) == {}


async def test_marks_and_mirrors_follow_the_log(database: Database) -> None:
    """Own replies move one's own read mark; others' unread grows; the author receives the first answer."""
    await people(database, "alice", "bob", "carol")
    await room(database, "alice", ["bob", "carol"])
    await reply(database, "room", "bob", at=NOON + timedelta(seconds=1))
    await reply(database, "room", "bob", at=NOON + timedelta(seconds=2))
    rows = await participations(database)
    assert {name: (row.unread, row.read_seq, row.own_count) for name, row in rows.items()} == {
        "alice": (2, 1, 1),
        "bob": (0, 3, 2),
        "carol": (3, 0, 0),
    }
    assert rows["alice"].received
    assert {row.last_entry_at for row in rows.values()} == {NOON + timedelta(seconds=2)}
    async with database.read() as session:
        message = await session.get_one(Message, "room")
    assert message.answered
    assert message.mirrored_seq == message.head_seq == 3


async def test_large_rooms_wait_for_their_mirror(database: Database) -> None:
    """In a room of many, an append touches the writer's row and nobody else's."""
    names = await people(database, *(f"p{number}" for number in range(50)))
    await room(database, names[0], names[1:])
    await reply(database, "room", "p1", at=NOON + timedelta(seconds=1))
    rows = await participations(database)
    assert rows["p1"].unread == 0
    assert rows["p1"].last_entry_at == NOON + timedelta(seconds=1)
    assert rows["p2"].unread == 1
    assert rows["p2"].last_entry_at == NOON
    async with database.read() as session:
        message = await session.get_one(Message, "room")
    assert (message.mirrored_seq, message.head_seq) == (1, 2)


async def test_clock_of_a_room_never_goes_backwards(database: Database) -> None:
    """A node whose clock is behind does not put lines before those that are there."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    line = await reply(database, "room", "bob", at=NOON - timedelta(hours=1))
    assert line.created_at == NOON


async def test_lines_are_read_within_bounds(database: Database) -> None:
    """The first or the last lines of a range come ascending, and nothing from outside of it."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    for number in range(2, 8):
        await reply(database, "room", "bob", str(number))
    async with database.read() as session:
        first = await through(session, read_lines, "room", 2, 6, 2)
        last = await through(session, read_lines, "room", 2, 6, 2, descending=True)
        missing = await through(session, missing_lines, "room", 5, 99, 10)
    assert [line.seq for line in first] == [2, 3]
    assert [line.seq for line in last] == [5, 6]
    assert [line.seq for line in missing] == [6, 7]


async def test_known_replies_are_found_by_author_and_client_id(database: Database) -> None:
    """The same client_id of another author is another reply."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    async with database.write() as session:
        rooms = await lock_rooms(session, ["room"])
        lines = [NewLine("room", "reply", who, who, client_id="same") for who in ("alice", "bob")]
        await append(session, rooms, lines, NOON)
    async with database.read() as session:
        found = await find_replies(session, [("bob", "same"), ("alice", "other")])
    assert {key: (reply.seq, reply.body) for key, reply in found.items()} == {("bob", "same"): (3, "bob")}


async def test_only_active_members_are_found(database: Database) -> None:
    """Strangers and those who left are not members; seats are the active ones, awake or asked for."""
    await people(database, "alice", "bob", "carol")
    await room(database, "alice", ["bob"])
    async with database.write() as session:
        (await session.get_one(Participation, ("room", "bob"))).state = "stopped"
    async with database.read() as session:
        pairs = [("room", name) for name in ("alice", "bob", "carol")]
        assert list(await through(session, active_members, pairs)) == [("room", "alice")]
        [seat] = await through(session, seats, "alice", active_since=NOON)
        assert (seat.discussion, seat.head_seq, seat.unread) == ("room", 1, 0)
        assert await through(session, seats, "alice", active_since=NOON + timedelta(seconds=1)) == []
        assert await through(session, seats_in, "alice", ["room", "other"]) == [seat]
        assert await through(session, seats_in, "bob", ["room"]) == []


async def test_seats_know_rooms_that_woke_before_their_mirror(database: Database) -> None:
    """A large room with a fresh reply is awake for everybody in it, mirrored or not."""
    names = await people(database, *(f"p{number}" for number in range(50)))
    await room(database, names[0], names[1:])
    later = NOON + timedelta(hours=1)
    await reply(database, "room", "p1", at=later)
    async with database.read() as session:
        [seat] = await through(session, seats, "p2", active_since=later)
        assert len(await through(session, seats, "p1", active_since=later)) == 1
    assert (seat.head_seq, seat.unread) == (2, 2)


async def participations(database: Database) -> dict[str, Participation]:
    """All participations of the test's room, by person."""
    async with database.read() as session:
        rows = await session.scalars(select(Participation).where(col(Participation.message_id) == "room"))
        return {row.person_id: row for row in rows}
