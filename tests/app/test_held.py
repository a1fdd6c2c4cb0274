"""Messages that are held: nobody has one, its author may take it back, and it leaves by itself whatever happens."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from app.discussions import overview
from app.drafts import DraftFields, change, count_drafts, discard, get, list_drafts
from app.errors import AlreadySent, MessageHeld, NoRecipients, NotFound, RecipientsRefused
from app.events import EntryStored, Event
from app.held import Held, held, hold, take_back
from app.mailbox import box, unread
from app.people import suspend
from app.sending import Sent, send
from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.app.departing import Hands, comes_back, drafted, leaves, sending, states


@pytest.fixture
def site(timed_site: Site) -> Site:
    """A site on that clock."""
    return timed_site


async def test_nobody_has_it_before_it_leaves(site: Site, hands: Hands, site_events: list[Event]) -> None:
    """Neither box, count nor discussion shows a held message; after its time it is an ordinary discussion."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, bob)
    async with sending(site):
        leaving = await hold(site, alice, draft, 6)
        assert isinstance(leaving, Held)
        assert leaving.leaves_at == hands.moment + timedelta(seconds=6)
        assert await held(site, alice, draft) == leaving
        for who in (alice, bob):
            with pytest.raises(NotFound):
                await overview(site, who, draft)
            for name in ("inbox", "progress", "sent"):
                assert (await box(site, who, name)).items == []
            assert (await unread(site, who)).count == 0
        assert (await list_drafts(site, alice)).items == []
        assert await count_drafts(site, alice) == 0
        with pytest.raises(NotFound):
            await held(site, bob, draft)
        assert states(site_events) == ["held"]

        hands.moment += timedelta(seconds=6)
        await leaves(site, draft)
    assert (await unread(site, bob)).count == 1
    assert (await overview(site, bob, draft)).sent_at == hands.moment
    assert states(site_events) == ["held", "sent"]
    assert await held(site, alice, draft) is None


async def test_taken_back_it_is_the_draft_that_it_was(site: Site, hands: Hands) -> None:
    """It does not leave any more, may be changed, and is sent another time; taking back twice is no harm."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, bob)
    before = await get(site, alice, draft)
    await hold(site, alice, draft, 6)
    assert [await take_back(site, alice, draft) for _ in range(2)] == [before, before]
    hands.moment += timedelta(minutes=1)
    async with sending(site):
        await change(site, alice, draft, DraftFields(body="Better."), version=before.version)
        await hold(site, alice, draft, 6)
        assert (await unread(site, bob)).count == 0
    with pytest.raises(NotFound):
        await take_back(site, bob, draft)
    await send(site, alice, draft)
    with pytest.raises(AlreadySent):
        await take_back(site, alice, draft)


async def test_a_held_message_stays_as_it_is(site: Site) -> None:
    """A second send finds it on its way; changing and discarding it are refused; sending it now sends it now."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, bob)
    both = await asyncio.gather(*(hold(site, alice, draft, seconds) for seconds in (6, 60)))
    assert both[0] == both[1] == await hold(site, alice, draft, 30)
    for refused in (
        change(site, alice, draft, DraftFields(body="Other"), version=1),
        discard(site, alice, draft),
        get(site, alice, draft),
    ):
        with pytest.raises(MessageHeld):
            await refused
    assert not (await send(site, alice, draft)).sent_again
    again = await hold(site, alice, draft, 6)
    assert isinstance(again, Sent)
    assert again.sent_again
    assert (await unread(site, bob)).count == 1


async def test_it_is_checked_before_it_is_held(site: Site) -> None:
    """Whoever may not be written to is named at once, and the draft stays a draft."""
    alice, bob = await factories.people(site, "alice", "bob")
    await suspend(site, "bob")
    with pytest.raises(RecipientsRefused):
        await hold(site, alice, await drafted(site, alice, bob), 6)
    with pytest.raises(NoRecipients):
        await hold(site, alice, await drafted(site, alice), 6)
    assert await count_drafts(site, alice) == 2


@pytest.mark.parametrize("shut_out", ["bob", "alice"])
async def test_refused_when_it_leaves_it_comes_back(
    site: Site, hands: Hands, site_events: list[Event], shut_out: str
) -> None:
    """The rules are asked again: it is a draft again that says so until it is saved, and the author is told."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, bob)
    await hold(site, alice, draft, 6)
    await suspend(site, shut_out)
    hands.moment += timedelta(seconds=7)
    async with sending(site):
        await comes_back(site, alice, draft)
    returned = await get(site, alice, draft)
    assert returned.returned_at == hands.moment
    assert states(site_events) == ["held", "draft"]
    with pytest.raises(NotFound):
        await overview(site, alice, draft)
    saved = await change(site, alice, draft, DraftFields(subject="Again"), version=returned.version)
    assert saved.returned_at is None


async def test_two_nodes_let_it_go_once(site: Site, settings: Settings, hands: Hands) -> None:
    """Nodes side by side send each message once, and what a node that ended has held leaves all the same."""
    alice, bob = await factories.people(site, "alice", "bob")
    ids = [await drafted(site, alice, bob) for _ in range(8)]
    for draft in ids:
        await hold(site, alice, draft, 6)
    hands.moment += timedelta(seconds=6)
    told: list[Event] = []
    databases = [Database(settings.database_url) for _ in range(2)]
    others = [Site(settings, database, told.extend, Throttle(), now=hands) for database in databases]
    async with sending(*others):
        await leaves(site, *ids)
    assert (await unread(site, bob)).count == len(ids)
    assert sorted(event.discussion for event in told if isinstance(event, EntryStored)) == sorted(ids)
    for database in databases:
        await database.close()


async def test_undo_and_leaving_at_the_same_moment(site: Site, hands: Hands) -> None:
    """Either it was taken back and nobody has it, or it is sent and cannot be taken back."""
    alice, bob = await factories.people(site, "alice", "bob")
    taken = 0
    async with sending(site):
        for _ in range(10):
            draft = await drafted(site, alice, bob)
            await hold(site, alice, draft, 6)
            hands.moment += timedelta(seconds=6)
            site.something_held.set()
            with suppress(AlreadySent):
                await take_back(site, alice, draft)
                taken += 1
                with pytest.raises(NotFound):
                    await overview(site, bob, draft)
    assert (await unread(site, bob)).count == 10 - taken
    assert await count_drafts(site, alice) == taken
