"""Sending: once, to everybody, or not at all."""

import asyncio

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from app.discussions import entries, overview
from app.drafts import Address, DraftFields, change, create, discard, get
from app.errors import AlreadySent, InvalidBody, NoRecipients, NotFound, RecipientsRefused
from app.events import EntryStored, Event, Joined
from app.people import suspend
from app.sending import send
from app.site import Identity, Site
from store.tables import Entry, Participation, Person
from tests import factories


async def drafted(site: Site, author: Identity, *to: Address, body: str = "Hello.") -> str:
    """A draft to these addresses."""
    return (await create(site, author, DraftFields(subject="Trip", body=body, to=list(to)))).id


def one(who: Identity) -> Address:
    """This person as an address."""
    return Address("person", who.person_id)


async def test_sent_message_is_a_room_with_its_opening_line(site: Site, site_events: list[Event]) -> None:
    """Groups are expanded once each, the writer is in, entry 1 is the message, and all are told after it."""
    alice, bob, carol, dave = await factories.people(site, "alice", "bob", "carol", "dave")
    staff = await factories.group(site, "Staff", [alice, bob, carol])
    fields = DraftFields(subject="Trip", body="  **Tomorrow**\n", to=[staff], cc=[one(bob), one(dave)])
    draft = await create(site, alice, fields)
    site_events.clear()
    sent = await send(site, alice, draft.id)

    assert (sent.id, sent.subject, sent.sent_again) == (draft.id, "Trip", False)
    shown = await overview(site, dave, sent.id)
    roles = {participant.name: participant.role for participant in shown.participants}
    assert roles == {"Alice": "author", "Bob": "to", "Carol": "to", "Dave": "cc"}
    assert (shown.participant_count, shown.head, shown.own.unread) == (4, 1, 1)
    assert (await overview(site, alice, sent.id)).own.unread == 0
    [line] = (await entries(site, dave, sent.id)).items
    assert (line.seq, line.kind, line.author, line.body) == (1, "message", alice.ref, "**Tomorrow**")
    assert line.html
    stored, *joined = site_events
    assert isinstance(stored, EntryStored)
    assert stored.line == line
    assert {event.person for event in joined if isinstance(event, Joined) and event.head == 1} == {
        who.person_id for who in (alice, bob, carol, dave)
    }


async def test_sending_again_changes_nothing(site: Site, site_events: list[Event]) -> None:
    """A second send answers the same and tells nobody anything."""
    alice, bob = await factories.people(site, "alice", "bob")
    sent = await factories.discussion(site, alice, [bob])
    before = len(site_events)
    again = await send(site, alice, sent)
    assert (again.id, again.sent_again) == (sent, True)
    assert len(site_events) == before


async def test_double_click_sends_once(site: Site) -> None:
    """Two sends at the same moment make one discussion."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, one(bob))
    both = await asyncio.gather(send(site, alice, draft), send(site, alice, draft))
    assert sorted(sent.sent_again for sent in both) == [False, True]
    async with site.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Entry)) == 1
        assert await session.scalar(select(func.count()).select_from(Participation)) == 2


async def test_without_recipients_it_stays_a_draft(site: Site) -> None:
    """Nobody, or only a group without members, is no recipient."""
    [alice] = await factories.people(site, "alice")
    empty = await drafted(site, alice)
    with pytest.raises(NoRecipients):
        await send(site, alice, empty)
    assert (await get(site, alice, empty)).body == "Hello."


async def test_empty_body_is_not_sent(site: Site) -> None:
    """What may be saved may not always be sent."""
    alice, bob = await factories.people(site, "alice", "bob")
    with pytest.raises(InvalidBody):
        await send(site, alice, await drafted(site, alice, one(bob), body=" \n "))


async def test_refused_recipients_are_named_and_nothing_is_sent(site: Site) -> None:
    """Who was named and may not be written to stops the sending, each with the reason."""
    alice, bob, carol, dave = await factories.people(site, "alice", "bob", "carol", "dave")
    await suspend(site, "bob")
    await opt_out(site, carol)
    draft = await drafted(site, alice, one(bob), one(carol), one(dave))
    with pytest.raises(RecipientsRefused) as refusal:
        await send(site, alice, draft)
    assert {(who.name, who.why) for who in refusal.value.refused} == {
        ("Bob", "suspended"),
        ("Carol", "opted_out"),
    }
    with pytest.raises(NotFound):
        await overview(site, dave, draft)


async def test_member_of_a_group_who_is_away_does_not_silence_it(site: Site) -> None:
    """Suspended members and those who opted out are left out of a group that is written to."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    staff = await factories.group(site, "Staff", [bob, carol])
    await suspend(site, "carol")
    sent = await factories.discussion(site, alice, [staff])
    assert [who.name for who in (await overview(site, bob, sent)).participants] == ["Alice", "Bob"]


async def test_only_the_author_sends(site: Site) -> None:
    """Somebody else's draft is not found, and neither is what does not exist."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, one(bob))
    for missing in (draft, "0" * 32):
        with pytest.raises(NotFound):
            await send(site, bob, missing)


async def test_sent_message_is_no_draft_any_more(site: Site) -> None:
    """The use cases refuse to change or discard what was sent, for its author too."""
    alice, bob = await factories.people(site, "alice", "bob")
    sent = await factories.discussion(site, alice, [bob])
    with pytest.raises(AlreadySent):
        await change(site, alice, sent, DraftFields(body="Other"), version=1)
    with pytest.raises(AlreadySent):
        await discard(site, alice, sent)
    with pytest.raises(AlreadySent):
        await get(site, alice, sent)


async def test_thousands_of_recipients_are_sent_to(site: Site) -> None:
    """A large group is one sending like any other."""
    [alice] = await factories.people(site, "alice")
    members = await factories.people(site, *(f"p{number}" for number in range(2000)))
    group = await factories.group(site, "Everybody", members)
    sent = await factories.discussion(site, alice, [group])
    shown = await overview(site, members[7], sent)
    assert shown.participant_count == len(shown.participants) == 2001


async def opt_out(site: Site, who: Identity) -> None:
    """This person does not use the messaging any more."""
    async with site.database.write() as session:
        await session.execute(update(Person).where(col(Person.id) == who.person_id).values(messaging=False))
