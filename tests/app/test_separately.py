"""Sent separately: each recipient has a discussion of her own with the writer, and nobody has two."""

import asyncio
from dataclasses import replace

import pytest

from app.arrivals import let_in_all
from app.discussions import entries, overview
from app.drafts import Address, DraftFields, change, create, list_drafts
from app.errors import AlreadySent, NotFound, RecipientsRefused
from app.events import Event, Joined
from app.mailbox import box, unread
from app.people import suspend
from app.sending import Sent, send
from app.site import Identity, Site
from store.arrivals import AT_ONCE
from store.database import StoreUnavailable
from store.separate import separate_id
from tests import factories
from tests.app.leaving import LeavingDatabase


async def drafted(
    site: Site, author: Identity, *to: Identity | Address, reply_policy: str = "everyone"
) -> str:
    """A draft that is to be sent separately."""
    addresses = [Address("person", one.person_id) if isinstance(one, Identity) else one for one in to]
    fields = DraftFields(
        subject="Marks", body=" *Yours*\n", to=addresses, separately=True, reply_policy=reply_policy
    )
    return (await create(site, author, fields)).id


async def test_each_has_a_discussion_of_her_own(site: Site, site_events: list[Event]) -> None:
    """Two are in each, with the message as entry 1; the writer has them all under sent, and no draft is left."""
    alice, bob, carol, dave = await factories.people(site, "alice", "bob", "carol", "dave")
    staff = await factories.group(site, "Staff", [alice, bob, carol])
    draft = await drafted(site, alice, staff, dave, reply_policy="nobody")
    sent = await send(site, alice, draft)
    assert sent.separate
    assert [one.name for one in sent.separate] == ["Bob", "Carol", "Dave"]
    for one, reader in zip(sent.separate, (bob, carol, dave), strict=True):
        shown = await overview(site, reader, one.id)
        assert [who.name for who in shown.participants] == ["Alice", reader.name]
        assert (shown.subject, shown.head, shown.reply_policy) == ("Marks", 1, "nobody")
        assert (shown.own.unread, shown.own.role) == (1, "to")
        [line] = (await entries(site, reader, one.id)).items
        assert (line.kind, line.author, line.body) == ("message", alice.ref, "*Yours*")
        assert (await unread(site, reader)).count == 1
        assert [row.id for row in (await box(site, reader, "inbox")).items] == [one.id]
    others = [one.id for one in sent.separate[1:]]
    for other in others:
        with pytest.raises(NotFound):
            await overview(site, bob, other)
    assert {row.id for row in (await box(site, alice, "sent")).items} == {one.id for one in sent.separate}
    assert (await box(site, alice, "inbox")).items == []
    assert (await list_drafts(site, alice)).items == []
    joined = [(event.person, event.discussion) for event in site_events if isinstance(event, Joined)]
    assert sorted(joined) == sorted(
        (who.person_id, separate_id(draft, reader.person_id))
        for reader in (bob, carol, dave)
        for who in (alice, reader)
    )


async def test_sending_again_makes_no_second_set(site: Site) -> None:
    """A double click and a repeat answer the same; what was sent is not changed, and no room itself."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    draft = await drafted(site, alice, bob, carol)
    both = await asyncio.gather(send(site, alice, draft), send(site, alice, draft))
    again = await send(site, alice, draft)
    assert _rooms(both[0]) == _rooms(both[1]) == _rooms(again)
    assert (await unread(site, bob)).count == 1
    with pytest.raises(AlreadySent):
        await change(site, alice, draft, DraftFields(body="Other"), version=1)
    with pytest.raises(NotFound):
        await overview(site, alice, draft)


async def test_nothing_is_sent_if_one_is_refused(site: Site) -> None:
    """All or nothing holds for all of them together."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    await suspend(site, "carol")
    draft = await drafted(site, alice, bob, carol)
    with pytest.raises(RecipientsRefused):
        await send(site, alice, draft)
    assert (await unread(site, bob)).count == 0


async def test_for_one_alone_it_is_an_ordinary_message(site: Site) -> None:
    """One recipient has the discussion to herself with the writer anyway, under the message's own id."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, bob)
    assert _rooms(await send(site, alice, draft)) == [draft]
    assert (await overview(site, bob, draft)).participant_count == 2


async def test_what_was_left_unfinished_is_finished(site: Site, leaving: LeavingDatabase) -> None:
    """The store goes away in the middle: who looks next opens the rest, and nobody has two."""
    [alice] = await factories.people(site, "alice")
    pupils = await factories.people(site, *(f"p{number:03}" for number in range(AT_ONCE + 20)))
    draft = await drafted(site, alice, await factories.group(site, "Pupils", pupils))
    leaving.answers = 2
    with pytest.raises(StoreUnavailable):
        await send(replace(site, database=leaving), alice, draft)
    assert [(await unread(site, who)).count for who in (pupils[0], pupils[-1])] == [1, 0]
    await asyncio.gather(let_in_all(site, draft), let_in_all(site, draft))
    sent = await send(site, alice, draft)
    assert len(_rooms(sent)) == len(pupils)
    assert [(await unread(site, who)).count for who in (pupils[0], pupils[-1])] == [1, 1]


def _rooms(sent: Sent) -> list[str]:
    """The discussions that it has become."""
    return [one.id for one in sent.separate or []]
