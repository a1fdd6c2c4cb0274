"""The trash: what brings a discussion back from it, and when it empties itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.deleting import empty_trash
from app.discussions import overview
from app.filing import Deed, move, set_trashed, to_many
from app.folders import create
from app.mailbox import unread
from app.mirroring import Mirror
from app.participants import add
from app.site import Identity, Site
from tests import factories
from tests.app.boxes import ids, places
from tests.app.circles import Clock, reply
from tests.app.test_sending import one


@pytest.fixture
def clock() -> Clock:
    """The clock of `site`."""
    return Clock()


@pytest.fixture
def site(site: Site, clock: Clock) -> Site:
    """A site in which time goes on."""
    return replace(site, now=clock)


@pytest.fixture(params=[48, 1], ids=["mirrored at once", "mirrored later"])
def _mirrored(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small rooms, and such as wait for their mirror."""
    monkeypatch.setattr("store.log.MIRRORED_AT_ONCE", request.param)


@pytest.mark.usefixtures("_mirrored")
async def test_a_reply_brings_back_what_was_trashed(site: Site, people: list[Identity]) -> None:
    """At once, to where it was, mirrored or not; what only says who came does not."""
    alice, bob, carol, _ = people
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
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    await reply(site, alice, room)
    await set_trashed(site, bob, room, trashed=True)
    await Mirror(site.database).catch_up()
    assert await places(site, bob, room) == {"trash"}
    await reply(site, bob, room)
    assert await places(site, bob, room) == {"inbox", "progress"}


async def test_restored_it_is_where_it_was(site: Site, people: list[Identity]) -> None:
    """In its folder; moved out of the trash, in the other one."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    work, home = await create(site, bob, "Work"), await create(site, bob, "Home")
    await move(site, bob, room, work.id)
    await set_trashed(site, bob, room, trashed=True)
    await set_trashed(site, bob, room, trashed=False)
    assert await places(site, bob, room, work.id) == {"progress", f"folder:{work.id}"}
    await set_trashed(site, bob, room, trashed=True)
    await move(site, bob, room, home.id)
    assert await places(site, bob, room, home.id) == {"progress", f"folder:{home.id}"}


async def test_the_trash_empties_itself(site: Site, people: list[Identity], clock: Clock) -> None:
    """After so many days; what a reply brought back stays, whatever the mirror knows."""
    alice, bob, *_ = people
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
