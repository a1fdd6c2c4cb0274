"""Folder and mute: one by one; one's own view and nobody else's."""

from dataclasses import replace

import pytest

from app.deleting import delete
from app.discussions import overview
from app.errors import InvalidInput, NotFound
from app.events import Event, Left, ViewChanged
from app.filing import move, mute, set_trashed
from app.folders import create, tree
from app.mailbox import box, unread
from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.app.boxes import places
from tests.app.circles import Clock


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


async def test_a_filed_discussion_is_in_its_folder(site: Site, people: list[Identity]) -> None:
    """Instead of the inbox; it is still in progress, and others have theirs where it was."""
    alice, bob, *_ = people
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


async def test_muted_is_not_counted(site: Site, people: list[Identity], site_events: list[Event]) -> None:
    """Neither in the badge nor in its folder; her other tabs are told."""
    alice, bob, *_ = people
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
    alice, bob, *_ = people
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
