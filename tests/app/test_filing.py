"""Folder, trash, mute, read: one by one or many at once, and back again; one's own view and nobody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app import filing
from app.deleting import delete, empty_trash
from app.discussions import mark_read, overview
from app.errors import InvalidInput, NotFound
from app.events import Event, Left, ViewChanged
from app.filing import Deed, Everything, move, mute, put_back, set_trashed, to_all, to_many
from app.folders import create, tree
from app.keeping import Was
from app.mailbox import Wanted, box, unread
from app.mirroring import Mirror
from app.participants import add
from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.app.circles import Clock, reply
from tests.app.test_mailbox import ids
from tests.app.test_sending import one


@pytest.fixture
def clock() -> Clock:
    """The clock of `site`."""
    return Clock()


@pytest.fixture
def site(site: Site, clock: Clock) -> Site:
    """A site in which time goes on."""
    return replace(site, now=clock)


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """Alice, Bob and Carol."""
    return await factories.people(site, "alice", "bob", "carol")


@pytest.fixture(params=[48, 1], ids=["mirrored at once", "mirrored later"])
def _mirrored(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small rooms, and such as wait for their mirror."""
    monkeypatch.setattr("store.log.MIRRORED_AT_ONCE", request.param)


async def places(site: Site, who: Identity, room: str, folder: str | None = None) -> set[str]:
    """In which of her boxes a discussion is."""
    names = ["inbox", "progress", "sent", "trash", *([f"folder:{folder}"] if folder else [])]
    return {name for name in names if room in await ids(site, who, name)}


async def test_a_filed_discussion_is_in_its_folder(site: Site, people: list[Identity]) -> None:
    """Instead of the inbox; it is still in progress, and others have theirs where it was."""
    alice, bob, _ = people
    room = await factories.discussion(site, alice, [bob])
    folder = await create(site, bob, "Work")
    await move(site, bob, room, folder.id)
    assert await places(site, bob, room, folder.id) == {"progress", f"folder:{folder.id}"}
    assert await places(site, alice, room) == {"progress", "sent"}
    assert (await overview(site, bob, room)).own.folder == folder.id
    await move(site, bob, room, None)
    assert await places(site, bob, room, folder.id) == {"inbox", "progress"}
    for nobody_s in (folder.id, new_id()):
        with pytest.raises(InvalidInput):
            await move(site, alice, room, nobody_s)
        with pytest.raises(NotFound):
            await box(site, alice, f"folder:{nobody_s}")


@pytest.mark.usefixtures("_mirrored")
async def test_a_reply_brings_back_what_was_trashed(site: Site, people: list[Identity]) -> None:
    """At once, to where it was, mirrored or not; what only says who came does not."""
    alice, bob, carol = people
    room = await factories.discussion(site, alice, [bob])
    folder = await create(site, bob, "Work")
    await move(site, bob, room, folder.id)
    await set_trashed(site, bob, room, trashed=True)
    assert await places(site, bob, room, folder.id) == {"trash"}
    assert (await unread(site, bob)).count == 0
    await add(site, alice, room, [one(carol)], share_history=True)
    await Mirror(site.database).catch_up()
    assert await places(site, bob, room, folder.id) == {"trash"}
    await reply(site, carol, room)
    there = {"progress", f"folder:{folder.id}"}
    assert await places(site, bob, room, folder.id) == there
    assert (await unread(site, bob)).folders == {folder.id: 1}
    assert (await overview(site, bob, room)).own.trashed is False
    await Mirror(site.database).catch_up()
    assert await places(site, bob, room, folder.id) == there
    counts = await unread(site, bob)
    assert (counts.count, counts.boxes, counts.folders) == (1, {"inbox": 0}, {folder.id: 1})


@pytest.mark.usefixtures("_mirrored")
async def test_trashing_after_a_reply_that_waits_for_its_mirror_lasts(
    site: Site, people: list[Identity]
) -> None:
    """The mirror that comes later knows that the reply was there before."""
    alice, bob, _ = people
    room = await factories.discussion(site, alice, [bob])
    await reply(site, alice, room)
    await set_trashed(site, bob, room, trashed=True)
    await Mirror(site.database).catch_up()
    assert await places(site, bob, room) == {"trash"}
    await reply(site, bob, room)
    assert await places(site, bob, room) == {"inbox", "progress"}


async def test_restored_it_is_where_it_was(site: Site, people: list[Identity]) -> None:
    """In its folder; moved out of the trash, in the other one."""
    alice, bob, _ = people
    room = await factories.discussion(site, alice, [bob])
    work, home = await create(site, bob, "Work"), await create(site, bob, "Home")
    await move(site, bob, room, work.id)
    await set_trashed(site, bob, room, trashed=True)
    await set_trashed(site, bob, room, trashed=False)
    assert await places(site, bob, room, work.id) == {"progress", f"folder:{work.id}"}
    await set_trashed(site, bob, room, trashed=True)
    await move(site, bob, room, home.id)
    assert await places(site, bob, room, home.id) == {"progress", f"folder:{home.id}"}


async def test_muted_is_not_counted(site: Site, people: list[Identity], site_events: list[Event]) -> None:
    """Neither in the badge nor in its folder; her other tabs are told."""
    alice, bob, _ = people
    room = await factories.discussion(site, alice, [bob])
    folder = await create(site, bob, "Work")
    await move(site, bob, room, folder.id)
    assert (await unread(site, bob)).folders == {folder.id: 1}
    site_events.clear()
    await mute(site, bob, room, muted=True)
    assert site_events == [ViewChanged(bob.person_id, [room])]
    assert (await unread(site, bob)).count == 0
    assert (await unread(site, bob)).folders == {}
    assert [row.muted for row in (await box(site, bob, f"folder:{folder.id}")).items] == [True]
    await mute(site, bob, room, muted=False)
    assert [folder.unread for folder in await tree(site, bob)] == [1]


async def test_deleting_is_leaving(site: Site, people: list[Identity], site_events: list[Event]) -> None:
    """It is in no box any more, the others see who left, and she is told that it was deleted."""
    alice, bob, _ = people
    room = await factories.discussion(site, alice, [bob])
    site_events.clear()
    await delete(site, bob, room)
    assert site_events[0] == Left(bob.person_id, room, 2, "deleted")
    assert await places(site, bob, room) == set()
    assert (await overview(site, alice, room)).participant_count == 1
    for call in (
        delete(site, bob, room),
        set_trashed(site, bob, room, trashed=True),
        mute(site, bob, room, muted=True),
        move(site, bob, room, None),
        delete(site, bob, new_id()),
    ):
        with pytest.raises(NotFound):
            await call


async def test_many_at_once_and_back(
    site: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed is told with how it was, and put back by that; what one is not in is missing."""
    monkeypatch.setattr("app.filing.AT_ONCE", 2)
    alice, bob, carol = people
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
    alice, bob, _ = people
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
    alice, bob, carol = people
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


async def test_a_box_gives_what_is_wanted_of_it(
    site: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is unread, and what somebody wrote first; page by page, looking at so many each time."""
    monkeypatch.setattr("store.boxes.LOOKED_AT_ONCE", 2)
    monkeypatch.setattr("store.boxes.MOST_LOOKED_AT", 4)
    alice, bob, carol = people
    hers = [await factories.discussion(site, alice, [bob]) for _ in range(3)]
    others = [await factories.discussion(site, carol, [bob]) for _ in range(5)]
    await mark_read(site, bob, hers[1], 1)
    unread_ones = await box(site, bob, "inbox", wanted=Wanted(unread=True))
    assert [row.id for row in unread_ones.items] == others[:0:-1]
    unread_ones = await box(site, bob, "inbox", wanted=Wanted(unread=True), cursor=unread_ones.next)
    assert [row.id for row in unread_ones.items] == [others[0], hers[2], hers[0]]
    by_alice = Wanted(author=alice.person_id)
    page = await box(site, bob, "inbox", wanted=by_alice)
    assert (page.items, page.next is None) == ([], False)
    page = await box(site, bob, "inbox", wanted=by_alice, cursor=page.next)
    assert [row.id for row in page.items] == [hers[2], hers[1], hers[0]]
    page = await box(site, bob, "inbox", wanted=Wanted(unread=True, author=alice.person_id), limit=1)
    assert [row.id for row in page.items] in ([], [hers[2]])
    assert (await box(site, bob, "inbox", wanted=Wanted(attachments=True), limit=100)).items == []


async def test_the_trash_empties_itself(site: Site, people: list[Identity], clock: Clock) -> None:
    """After so many days; what a reply brought back stays, whatever the mirror knows."""
    alice, bob, _ = people
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(3)]
    await to_many(site, bob, rooms[:2], Deed("trash"))
    later = replace(site, now=lambda: clock() + timedelta(days=site.settings.trash_days))
    early = replace(site, now=lambda: clock() + timedelta(days=site.settings.trash_days, minutes=-5))
    assert await empty_trash(early) == 0
    await reply(site, alice, rooms[1])
    assert await empty_trash(later) == 1
    assert await ids(site, bob, "progress") == [rooms[1], rooms[2]]
    assert await ids(site, bob, "trash") == []
    assert len(await ids(site, alice, "progress")) == 3
