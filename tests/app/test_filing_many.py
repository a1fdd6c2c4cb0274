"""Many discussions at once, named or all that match, and the way back."""

from dataclasses import replace

import pytest

from app import filing
from app.discussions import mark_read, overview
from app.errors import InvalidInput
from app.filing import Deed, Everything, move, put_back, to_all, to_many
from app.folders import create
from app.keeping import Was
from app.mailbox import Wanted, box, unread
from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.app.boxes import ids
from tests.app.circles import Clock, reply


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


async def test_many_at_once_and_back(
    site: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed is told with how it was, and put back by that; what one is not in is missing."""
    monkeypatch.setattr("app.filing.AT_ONCE", 2)
    alice, bob, carol, _ = people
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(5)]
    foreign = await factories.discussion(site, alice, [carol])
    work, home = await create(site, bob, "Work"), await create(site, bob, "Home")
    await move(site, bob, rooms[0], work.id)
    await move(site, bob, rooms[1], home.id)
    moved = await to_many(site, bob, [*rooms, foreign, rooms[0]], Deed("move", home.id))
    assert moved.missing == [foreign]
    assert moved.changed == [Was(rooms[0], folder=work.id), *(Was(room, folder=None) for room in rooms[2:])]
    assert set(await ids(site, bob, f"folder:{home.id}")) == set(rooms)
    await put_back(site, bob, moved.changed)
    assert await ids(site, bob, f"folder:{work.id}") == [rooms[0]]
    assert await ids(site, bob, f"folder:{home.id}") == [rooms[1]]
    trashed = await to_many(site, bob, rooms[:2], Deed("trash"))
    assert trashed.changed == [Was(room, trashed=False) for room in rooms[:2]]
    await put_back(site, bob, trashed.changed)
    assert await ids(site, bob, f"folder:{work.id}") == [rooms[0]]
    deleted = await to_many(site, bob, [*rooms, foreign], Deed(None))
    assert ([one.id for one in deleted.changed], deleted.missing) == (rooms, [foreign])
    assert (await put_back(site, bob, deleted.changed)).missing == rooms


async def test_many_are_marked_at_once_and_back(site: Site, people: list[Identity]) -> None:
    """Read is up to the head; unread is the last words of somebody else."""
    alice, bob, *_ = people
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(2)]
    await reply(site, alice, rooms[0], "More.")
    await reply(site, bob, rooms[0], "Mine.")
    read = await to_many(site, bob, rooms, Deed("read"))
    assert read.changed == [Was(rooms[1], read_seq=0)]
    assert (await unread(site, bob)).count == 0
    again = await to_many(site, bob, rooms, Deed("unread"))
    assert again.changed == [Was(rooms[0], read_seq=3), Was(rooms[1], read_seq=1)]
    assert [(await overview(site, bob, room)).own.unread for room in rooms] == [1, 1]
    await put_back(site, bob, again.changed)
    assert (await unread(site, bob)).count == 0
    await put_back(site, bob, read.changed)
    assert (await unread(site, bob)).count == 1


async def test_all_that_match_but_nothing_that_came_later(
    site: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The box and what of it is wanted are named instead of the discussions; very many are done by several requests."""
    monkeypatch.setattr("app.filing.AT_ONCE", 2)
    monkeypatch.setattr("app.filing.MOST_MATCHING", 4)
    alice, bob, carol, _ = people
    old = [await factories.discussion(site, author, [bob]) for author in (alice, carol) * 3]
    await mark_read(site, bob, old[0], 1)
    until = (await box(site, bob, "inbox")).items[0].last_entry_at
    later = await factories.discussion(site, alice, [bob])
    await reply(site, alice, old[2])
    unread_of_alice = Everything("inbox", until, Wanted(unread=True, author=alice.person_id))
    done = await to_all(site, bob, unread_of_alice, Deed("trash"))
    assert [was.id for was in done.changed] == [old[4]]
    everything = Everything("inbox", until)
    done = await to_all(site, bob, everything, Deed("trash"))
    assert {was.id for was in done.changed} == {old[5], old[3], old[1], old[0]}
    assert set(await ids(site, bob, "inbox")) == {later, old[2]}
    until = (await box(site, bob, "trash")).items[0].last_entry_at
    done = await to_all(site, bob, Everything("trash", until), Deed(None))
    assert len(done.changed) == 4
    assert done.next is not None
    done = await to_all(site, bob, Everything("trash", until), Deed(None), cursor=done.next)
    assert (len(done.changed), done.next) == (1, None)
    assert await ids(site, bob, "trash") == []


async def test_too_many_are_refused(site: Site, people: list[Identity]) -> None:
    """By name; all of a box is said otherwise."""
    with pytest.raises(InvalidInput):
        await to_many(site, people[0], [new_id() for _ in range(filing.MOST_NAMED + 1)], Deed("read"))
