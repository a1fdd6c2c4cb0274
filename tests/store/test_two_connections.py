"""Two nodes on one database: what both want to write at the same moment."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from store.database import Database
from store.entries import NewLine, append, find_replies, lock_rooms
from store.marks import Move, move_marks
from store.tables import Entry, Message, Participation
from tests.store.rows import NOON, people, room


@pytest.fixture
async def nodes(database: Database) -> AsyncIterator[tuple[Database, Database]]:
    """Two ways to the same database, with a room of two in it."""
    other = Database(str(database.url.render_as_string(hide_password=False)))
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    yield database, other
    await other.close()


async def post(database: Database, client_id: str) -> int:
    """Post a reply of Bob's as the reply log does, or find what it became elsewhere."""
    async with database.write() as session:
        rooms = await lock_rooms(session, ["room"])
        known = await find_replies(session, [("bob", client_id)])
        if known:
            return known["bob", client_id].seq
        [line] = await append(session, rooms, [NewLine("room", "reply", "bob", "x", client_id)], NOON)
        return line.seq


async def post_blindly(database: Database) -> None:
    """Post the same reply without looking whether it is there."""
    async with database.write() as session:
        rooms = await lock_rooms(session, ["room"])
        await append(session, rooms, [NewLine("room", "reply", "bob", "x", "same")], NOON)


async def test_same_client_id_is_one_row(nodes: tuple[Database, Database]) -> None:
    """Retried on both nodes at once, a reply is stored once, and both learn its number."""
    found = await asyncio.gather(*(post(node, "same") for node in nodes for _ in range(5)))
    assert found == [2] * 10
    async with nodes[0].read() as session:
        assert await session.scalar(select(func.count()).select_from(Entry)) == 2


async def test_database_itself_knows_a_client_id_once(nodes: tuple[Database, Database]) -> None:
    """Whoever did not look first is refused by the constraint, and nothing of the batch stays."""
    await post(nodes[0], "same")
    with pytest.raises(IntegrityError):
        await post_blindly(nodes[1])
    async with nodes[0].read() as session:
        assert (await session.get_one(Message, "room")).head_seq == 2


async def test_numbers_have_no_holes(nodes: tuple[Database, Database]) -> None:
    """Many replies over two nodes are numbered one after the other; marks that move meanwhile stay exact."""

    async def read(node: Database, seq: int) -> None:
        moves = [Move("room", "alice", seq, back=False), Move("room", "bob", seq, back=False)]
        await node.transact(lambda link: move_marks(link, moves))

    await asyncio.gather(
        *(post(nodes[number % 2], f"c{number}") for number in range(20)),
        *(read(nodes[number % 2], number) for number in range(2, 12)),
    )
    async with nodes[1].read() as session:
        numbers = await session.scalars(select(col(Entry.seq)).order_by(col(Entry.seq)))
        alice = await session.get_one(Participation, ("room", "alice"))
    assert list(numbers) == list(range(1, 22))
    assert alice.unread == 21 - alice.read_seq
