"""Marks of many people go together, each as if it had come alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import pytest

from app.discussions import mark_read, overview
from app.events import Event, ReadMoved
from app.reading import ReadMarks
from app.site import Identity, Site
from store.database import Database, StoreUnavailable
from store.entries import lock_rooms
from store.marks import Move
from store.prepared import Link
from tests import factories
from tests.app.circles import reply
from tests.waiting import wait_for

T = TypeVar("T")


class CountingDatabase(Database):
    """A database that counts its direct transactions, and that may be away."""

    commits = 0
    is_away = False

    async def transact(self, work: Callable[[Link], T]) -> T:
        """A transaction, if it is there."""
        if self.is_away:
            raise StoreUnavailable
        self.commits += 1
        return await super().transact(work)


@pytest.fixture
async def counting(site: Site) -> AsyncIterator[CountingDatabase]:
    """The same store, counted."""
    database = CountingDatabase(site.settings.database_url)
    yield database
    await database.close()


@pytest.fixture
def site(site: Site, site_events: list[Event]) -> Site:
    """A site that is quiet about how it was set up."""
    return replace(site, announce=site_events.extend)


async def room_of(site: Site, people: list[Identity]) -> str:
    """A discussion of all of them with three entries, the last by the last of them."""
    room = await factories.discussion(site, people[0], people[1:])
    await reply(site, people[0], room)
    await reply(site, people[-1], room)
    return room


async def test_many_marks_are_few_commits(
    site: Site, counting: CountingDatabase, site_events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody who looks at a reply at the same time is stored with the others, and all are told."""
    people = await factories.people(site, *(f"p{number:02}" for number in range(40)))
    room = await room_of(site, people)
    site_events.clear()
    counted, moves, move = replace(site, database=counting), [], ReadMarks.move

    async def noted(marks: ReadMarks, wanted: Move) -> None:
        moves.append(wanted)
        await move(marks, wanted)

    monkeypatch.setattr(ReadMarks, "move", noted)
    async with site.database.write() as session:
        await lock_rooms(session, [room])
        marking = [asyncio.create_task(mark_read(counted, who, room, 3)) for who in people]
        await wait_for(lambda: len(moves) == 39, "all but the author of the last wait for a commit")
    await asyncio.gather(*marking)
    # That of the first, and that of those who came while it was under way.
    assert counting.commits <= 2
    readers = [event.person for event in site_events if isinstance(event, ReadMoved) and event.seq == 3]
    assert sorted(readers) == sorted(who.person_id for who in people[:-1])
    owns = [(await overview(site, who, room)).own for who in people]
    assert [(own.read_seq, own.unread) for own in owns] == [(3, 0)] * 40


async def test_marks_of_one_person_keep_their_order(site: Site) -> None:
    """What she did last is what holds, also when it is stored in one go with what she did before."""
    alice, bob = await factories.people(site, "alice", "bob")
    rooms = [await room_of(site, [alice, bob]) for _ in range(2)]
    for room in rooms:
        await reply(site, bob, room)
    moves = [
        Move(rooms[0], alice.person_id, 4, back=False),
        Move(rooms[0], alice.person_id, 2, back=True),
        Move(rooms[1], alice.person_id, 3, back=False),
        Move(rooms[1], alice.person_id, 4, back=False),
    ]
    await asyncio.gather(*(site.marks.move(move) for move in moves))
    owns = [(await overview(site, alice, room)).own for room in rooms]
    assert [(own.read_seq, own.unread) for own in owns] == [(2, 2), (4, 0)]


async def test_who_goes_away_has_read_all_the_same(site: Site) -> None:
    """A caller that is cancelled does not take the others' marks with it, nor her own."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await room_of(site, [alice, bob, carol])
    async with site.database.write() as session:
        await lock_rooms(session, [room])
        going = asyncio.create_task(mark_read(site, alice, room, 3))
        await wait_for(lambda: site.marks.is_moving, "a commit is under way")
        staying = asyncio.create_task(mark_read(site, bob, room, 3))
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
    await staying
    await site.marks.close()
    assert [(await overview(site, who, room)).own.read_seq for who in (alice, bob)] == [3, 3]


async def test_marks_wait_for_no_store(site: Site, counting: CountingDatabase) -> None:
    """Everybody who waits is refused with the first; afterwards all goes on."""
    people = await factories.people(site, "alice", "bob", "carol")
    room = await room_of(site, people)
    counted = replace(site, database=counting)
    counting.is_away = True
    answers = await asyncio.gather(
        *(mark_read(counted, who, room, 3) for who in people), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [StoreUnavailable, StoreUnavailable, type(None)]
    counting.is_away = False
    await mark_read(counted, people[0], room, 3)
    assert (await overview(site, people[0], room)).own.read_seq == 3
