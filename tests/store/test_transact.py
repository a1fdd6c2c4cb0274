"""Transactions of plain functions: all or nothing, in turn with sessions, ended before a cancelled caller goes on."""

import asyncio
import threading

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from store import log
from store.columns import table_of
from store.database import Database, StoreUnavailable
from store.prepared import Link, Prepared
from store.room import NewLine
from store.tables import Person
from tests.store.rows import NOON, people, reply, room
from tests.waiting import wait_for

person = table_of(Person)
RENAME = Prepared(update(person).values(name="Other"))
RENAMED = Prepared(select(func.count()).where(person.c.name == "Other"))
ADD = Prepared(insert(person), columns=("id", "login", "name", "folded", "created_at"))
CARELESS = Prepared(insert(person), columns=("id", "login", "name", "folded"))

NEWCOMER = {"id": "x", "login": "newcomer", "name": "Somebody", "folded": "somebody", "created_at": NOON}


def rename(link: Link) -> int:
    """Change something and give back how many rows that were."""
    RENAME.run(link, [{}])
    return int(RENAMED.rows(link, {})[0][0])


async def test_what_it_did_is_kept_and_returned(database: Database) -> None:
    """The transaction is committed when the function returns."""
    await people(database, "alice", "bob")
    assert await database.transact(rename) == 2
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM person WHERE name = 'Other'")) == 2


async def test_what_raises_leaves_nothing(database: Database) -> None:
    """Errors come through as they are, and the database's own as everywhere else."""
    await people(database, "alice")

    def fail(link: Link) -> None:
        rename(link)
        raise LookupError("on purpose")

    with pytest.raises(LookupError):
        await database.transact(fail)
    async with database.read() as session:
        assert await session.scalar(text("SELECT name FROM person")) == "Alice"
    with pytest.raises(IntegrityError):
        await database.transact(lambda link: ADD.run(link, [NEWCOMER | {"login": "alice"}]))


async def test_what_an_insert_leaves_out_is_as_the_table_says(database: Database) -> None:
    """Fixed defaults are filled in on every database; on SQLite, what is made anew for each row has to be named."""
    await database.transact(lambda link: ADD.run(link, [NEWCOMER]))
    async with database.read() as session:
        assert await session.scalar(text("SELECT role FROM person")) == "member"
    if database.is_sqlite:
        with pytest.raises(TypeError, match="created_at"):
            await database.transact(lambda link: CARELESS.run(link, [NEWCOMER]))


async def test_it_takes_turns_with_sessions(database: Database) -> None:
    """Both ways of writing at once: every line is there, in order."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])

    def post(link: Link) -> int:
        rooms = log.lock_rooms(link, ["room"])
        return log.append(link, rooms, [NewLine("room", "reply", "bob", "x")], NOON)[0].seq

    numbers = await asyncio.gather(
        *(database.transact(post) for _ in range(8)), *(seq(database) for _ in range(8))
    )
    assert sorted(numbers) == list(range(2, 18))


async def seq(database: Database) -> int:
    """Post by a session, and give back the number."""
    return (await reply(database, "room", "alice")).seq


async def test_cancelled_caller_waits_for_its_end(sqlite_url: str) -> None:
    """Nobody else writes in between, and the next transaction finds what this one did."""
    database = Database(sqlite_url)
    await people(database, "alice")
    began, go_on = threading.Event(), threading.Event()

    def slow(link: Link) -> None:
        began.set()
        go_on.wait(10)
        rename(link)

    task = asyncio.create_task(database.transact(slow))
    await wait_for(began.is_set, "the transaction has begun")
    task.cancel()
    next_one = asyncio.create_task(database.transact(rename))
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await next_one == 1
    await database.close()


async def test_store_that_is_away_is_said_to_be_unavailable() -> None:
    """As for sessions."""
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable):
        await database.transact(rename)
    await database.close()
