"""A discussion as its participants see it: the log in pages, read marks, and nothing for anybody else."""

from dataclasses import replace

import pytest

from app.discussions import entries, mark_read, mark_unread, overview
from app.errors import InvalidInput, NotFound
from app.events import Event, ReadMoved
from app.participants import add, remove, stop
from app.site import Identity, Site
from tests import factories
from tests.app.circles import Clock, reply
from tests.app.test_sending import one


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


async def test_log_is_read_in_pages_both_ways(site: Site, people: list[Identity]) -> None:
    """Entries are ascending; `next` goes on in the same direction and ends at the bounds."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    for number in range(2, 8):
        await reply(site, bob, room, str(number))
    pages = []
    after: int | None = 0
    while after is not None:
        page = await entries(site, alice, room, after=after, limit=3)
        pages.append([line.seq for line in page.items])
        after = page.next
    assert pages == [[1, 2, 3], [4, 5, 6], [7]]
    latest = await entries(site, alice, room, limit=3)
    assert ([line.seq for line in latest.items], latest.next) == ([5, 6, 7], 5)
    earlier = await entries(site, alice, room, before=5, limit=4)
    assert ([line.seq for line in earlier.items], earlier.next) == ([1, 2, 3, 4], None)
    beyond = await entries(site, alice, room, after=7)
    assert (beyond.items, beyond.next) == ([], None)


async def test_page_bounds_are_checked(site: Site, people: list[Identity]) -> None:
    """One direction at a time, and 1 to 200 entries."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    with pytest.raises(InvalidInput):
        await entries(site, alice, room, after=1, before=3)
    for limit in (0, 201):
        with pytest.raises(InvalidInput):
            await entries(site, alice, room, limit=limit)


async def test_participants_are_by_name_with_who_added_them(site: Site, people: list[Identity]) -> None:
    """The overview names everybody, and tells each reader whom she may remove."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob])
    await add(site, bob, room, [one(carol)], share_history=True)
    shown = await overview(site, bob, room)
    assert [(who.name, who.role, who.added_by) for who in shown.participants] == [
        ("Alice", "author", None),
        ("Bob", "to", None),
        ("Carol", "added", bob.ref),
    ]
    assert [who.removable for who in shown.participants] == [False, True, True]
    assert [who.removable for who in (await overview(site, alice, room)).participants] == [True, True, True]


async def test_reading_only_moves_forward_up_to_the_head(
    site: Site, people: list[Identity], site_events: list[Event]
) -> None:
    """Beyond the head means the head; what moves nothing is told to nobody."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    for _ in range(3):
        await reply(site, alice, room)
    site_events.clear()
    await mark_read(site, bob, room, 2)
    await mark_read(site, bob, room, 1)
    await mark_read(site, bob, room, 2)
    assert site_events == [ReadMoved(bob.person_id, room, 2)]
    own = (await overview(site, bob, room)).own
    assert (own.read_seq, own.unread) == (2, 2)
    await mark_read(site, bob, room, 99)
    own = (await overview(site, bob, room)).own
    assert (own.read_seq, own.unread) == (4, 0)


async def test_marking_unread_names_the_first_unread(site: Site, people: list[Identity]) -> None:
    """One's own replies after it never count as unread."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    await reply(site, bob, room)
    await reply(site, alice, room)
    await reply(site, bob, room)
    await mark_unread(site, bob, room, 2)
    own = (await overview(site, bob, room)).own
    assert (own.read_seq, own.unread) == (1, 1)
    await mark_unread(site, bob, room, 0)
    own = (await overview(site, bob, room)).own
    assert (own.read_seq, own.unread) == (0, 2)
    await mark_read(site, bob, room, 1)
    assert (await overview(site, bob, room)).own.unread == 1


async def test_marks_stay_within_the_bounds_of_sight(site: Site, people: list[Identity]) -> None:
    """Who came without history cannot mark what was before her as unread."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob])
    await reply(site, bob, room)
    await add(site, alice, room, [one(carol)], share_history=False)
    await reply(site, bob, room)
    await mark_unread(site, carol, room, 1)
    own = (await overview(site, carol, room)).own
    assert (own.from_seq, own.read_seq, own.unread) == (3, 2, 1)


async def test_nothing_is_found_by_others(site: Site, people: list[Identity]) -> None:
    """Strangers, those who left and those who were removed find nothing, by any function, like what never was."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob, carol])
    await stop(site, bob, room)
    await remove(site, alice, room, carol.person_id)
    for who in (bob, carol, dave):
        for place in (room, "0" * 32):
            for call in (
                overview(site, who, place),
                entries(site, who, place),
                mark_read(site, who, place, 1),
                mark_unread(site, who, place, 1),
                add(site, who, place, [one(dave)], share_history=True),
                remove(site, who, place, alice.person_id),
                remove(site, who, place, who.person_id),
                stop(site, who, place),
            ):
                with pytest.raises(NotFound):
                    await call


async def test_draft_is_no_discussion(site: Site, people: list[Identity]) -> None:
    """Not even its author finds a draft as a discussion."""
    from app.drafts import DraftFields, create

    alice, bob, *_ = people
    draft = await create(site, alice, DraftFields(body="x", to=[one(bob)]))
    for call in (overview(site, alice, draft.id), stop(site, alice, draft.id)):
        with pytest.raises(NotFound):
            await call
