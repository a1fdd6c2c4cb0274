"""Adding, removing, stopping: who may, what they see, and that it is ordered with the replies."""

import asyncio
from dataclasses import replace

import pytest

from app.discussions import entries, overview
from app.drafts import Address
from app.errors import Forbidden, InvalidInput, NotFound, RecipientsRefused
from app.events import EntryStored, Event, Joined, Left
from app.participants import add, remove, stop
from app.people import suspend
from app.site import Identity, Site
from app.verdicts import Posted
from store.database import Database
from tests import factories
from tests.app.circles import Clock, reply, seen
from tests.app.test_sending import one


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


async def test_with_history_everything_is_seen_and_unread(site: Site, people: list[Identity]) -> None:
    """Who is added with history sees from the first entry on and has all of it unread."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob])
    await reply(site, bob, room)
    await add(site, bob, room, [one(carol)], share_history=True)
    assert await seen(site, carol, room) == [1, 2, 3]
    own = (await overview(site, carol, room)).own
    assert (own.role, own.from_seq, own.unread) == ("added", 1, 2)


async def test_without_history_sight_begins_with_the_adding(site: Site, people: list[Identity]) -> None:
    """Nothing before is seen, and nothing is unread yet."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob])
    await reply(site, bob, room)
    await add(site, alice, room, [one(carol)], share_history=False)
    assert await seen(site, carol, room) == [3]
    assert (await overview(site, carol, room)).own.unread == 0
    assert [line.seq for line in (await entries(site, carol, room, before=3)).items] == []
    await reply(site, bob, room)
    assert await seen(site, carol, room) == [3, 4]
    assert (await overview(site, carol, room)).own.unread == 1


async def test_coming_back_without_history_hides_what_was_seen(site: Site, people: list[Identity]) -> None:
    """Her own earlier replies are hidden too, and her counts stay exact."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob, carol])
    await reply(site, carol, room)
    await remove(site, alice, room, carol.person_id)
    await reply(site, bob, room)
    await add(site, bob, room, [one(carol)], share_history=False)
    assert await seen(site, carol, room) == [5]
    await reply(site, bob, room)
    own = (await overview(site, carol, room)).own
    assert (own.from_seq, own.unread) == (5, 1)


async def test_coming_back_with_history_keeps_the_old_mark(site: Site, people: list[Identity]) -> None:
    """What she had read stays read; what was said meanwhile is unread."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob, carol])
    await reply(site, carol, room)
    await stop(site, carol, room)
    await reply(site, bob, room)
    await add(site, bob, room, [one(carol)], share_history=True)
    assert await seen(site, carol, room) == [1, 2, 3, 4, 5]
    own = (await overview(site, carol, room)).own
    assert (own.read_seq, own.unread) == (2, 1)


async def test_those_who_are_in_are_named_without_an_entry(
    site: Site, people: list[Identity], site_events: list[Event]
) -> None:
    """Groups are expanded; each newcomer has one entry, told before she is."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob])
    staff = await factories.group(site, "Staff", [bob, carol, dave])
    site_events.clear()
    outcome = await add(site, bob, room, [staff, one(carol)], share_history=True)
    assert {who.name for who in outcome.added} == {"Carol", "Dave"}
    assert outcome.already == [bob.ref]
    kinds = [type(event) for event in site_events]
    assert kinds == [EntryStored, Joined, EntryStored, Joined]
    for stored, joined in zip(site_events[::2], site_events[1::2], strict=True):
        assert isinstance(stored, EntryStored)
        assert isinstance(joined, Joined)
        assert stored.line.about is not None
        assert (stored.line.kind, stored.line.author) == ("added", bob.ref)
        assert (joined.person, joined.head) == (stored.line.about.id, stored.line.seq)
    site_events.clear()
    again = await add(site, alice, room, [one(carol)], share_history=True)
    assert (again.added, [who.name for who in again.already]) == ([], ["Carol"])
    assert site_events == []
    assert (await overview(site, dave, room)).participant_count == 4


async def test_nobody_is_added_when_anybody_is_refused(site: Site, people: list[Identity]) -> None:
    """The rules that hold for sending hold for adding, and unknown ids are named."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob])
    await suspend(site, "carol")
    with pytest.raises(RecipientsRefused) as refusal:
        await add(site, alice, room, [one(carol), one(dave)], share_history=True)
    assert [who.name for who in refusal.value.refused] == ["Carol"]
    with pytest.raises(InvalidInput):
        await add(site, alice, room, [one(dave), Address("group", "0" * 32)], share_history=True)
    assert (await overview(site, alice, room)).head == 1


async def test_author_and_adder_may_remove(site: Site, people: list[Identity]) -> None:
    """Others see but may not; whoever is not in is not found."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob, dave])
    await add(site, bob, room, [one(carol)], share_history=True)
    with pytest.raises(Forbidden):
        await remove(site, dave, room, carol.person_id)
    await remove(site, bob, room, carol.person_id)
    with pytest.raises(NotFound):
        await remove(site, alice, room, carol.person_id)
    await remove(site, alice, room, dave.person_id)
    assert (await overview(site, alice, room)).participant_count == 2


async def test_site_may_let_everybody_remove(site: Site, people: list[Identity]) -> None:
    """The setting that SPIP has."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob, carol])
    free = replace(site, settings=site.settings.model_copy(update={"anyone_removes": True}))
    await remove(free, bob, room, alice.person_id)
    assert await seen(site, alice, room) == []


async def test_end_is_an_entry_and_is_told(
    site: Site, people: list[Identity], site_events: list[Event]
) -> None:
    """Removing and stopping are lines that the others see, followed by who lost the discussion."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob, carol])
    site_events.clear()
    await remove(site, alice, room, bob.person_id)
    await remove(site, carol, room, carol.person_id)
    removed, lost, stopped, left = site_events
    assert isinstance(removed, EntryStored)
    assert isinstance(stopped, EntryStored)
    assert (removed.line.kind, removed.line.about) == ("removed", bob.ref)
    assert (stopped.line.kind, stopped.line.author) == ("stopped", carol.ref)
    assert lost == Left(bob.person_id, room, 2, "removed")
    assert left == Left(carol.person_id, room, 3, "stopped")
    assert await seen(site, alice, room) == [1, 2, 3]


async def test_author_may_leave_and_come_back(site: Site, people: list[Identity]) -> None:
    """Her role stays; the discussion goes on without her meanwhile."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    await stop(site, alice, room)
    await reply(site, bob, room)
    await add(site, bob, room, [one(alice)], share_history=True)
    own = (await overview(site, alice, room)).own
    assert (own.role, own.unread) == ("author", 1)


async def test_reply_and_removal_at_once_are_ordered(site: Site, people: list[Identity]) -> None:
    """A writer who is removed by another node meanwhile has her reply before that entry, or not at all."""
    alice, bob, *_ = people
    other = replace(site, database=Database(site.settings.database_url))
    try:
        for _ in range(5):
            room = await factories.discussion(site, alice, [bob])
            posted, _ = await asyncio.gather(
                reply(other, bob, room), remove(site, alice, room, bob.person_id), return_exceptions=True
            )
            log = (await entries(site, alice, room)).items
            kinds = [line.kind for line in log]
            if isinstance(posted, Posted):
                assert kinds == ["message", "reply", "removed"]
            else:
                assert isinstance(posted, NotFound)
                assert kinds == ["message", "removed"]
    finally:
        await other.database.close()


async def test_many_at_once_from_two_nodes_leave_no_hole(site: Site, people: list[Identity]) -> None:
    """Replies, additions and departures over two nodes: numbers without holes, counts that agree."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob])
    other = replace(site, database=Database(site.settings.database_url))
    try:
        await asyncio.gather(
            *(reply(node, who, room) for node in (site, other) for who in (alice, bob) for _ in range(5)),
            add(site, alice, room, [one(carol)], share_history=True),
            add(other, bob, room, [one(carol), one(dave)], share_history=False),
        )
    finally:
        await other.database.close()
    shown = await overview(site, alice, room)
    log = (await entries(site, alice, room, after=0, limit=200)).items
    assert [line.seq for line in log] == list(range(1, shown.head + 1))
    assert [line.kind for line in log].count("reply") == 20
    assert sum(line.kind == "added" for line in log) == 2
    assert len(shown.participants) == shown.participant_count == 4
