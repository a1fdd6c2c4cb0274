"""Whom a reply names with `@`: who is meant, who sees it, and what it does to a muted discussion."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from app import discussions, filing, mailbox, participants
from app.discussions import mark_read, mark_unread
from app.drafts import Address
from app.events import EntryStored, Event
from app.site import Identity, Site
from app.verdicts import NewReply
from store.columns import new_id
from store.tables import Person
from tests import factories
from tests.app.circles import reply, reply_log


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@Bob look", {"bob"}),
        ("Look, @Bob: (@Carol Ann)!", {"bob", "carol"}),
        ("**@Carol Ann**, @Carol Ann's and @Bob\u2019s", {"bob", "carol"}),
        ("@Carol", set()),
        ("@Bobby, bob@Bob, @ Bob, @bob, @", set()),
        ("@Alice, that is me; @Dave is not here", set()),
        ("@" * 300 + "Bob", {"bob"}),
        ("no sign", set()),
    ],
)
async def test_who_is_named(site: Site, people: list[Identity], body: str, named: set[str]) -> None:
    """Participants by the whole of their names, wherever a word ends; not oneself, nobody else, no e-mail."""
    alice, bob, carol, _ = people
    await _rename(site, carol, "Carol Ann")
    room = await factories.discussion(site, alice, [bob, carol])
    await reply(site, alice, room, body)
    line = (await discussions.entries(site, bob, room)).items[-1]
    logins = {bob.person_id: "bob", carol.person_id: "carol"}
    assert {logins[one.id] for one in line.mentions} == named


async def test_the_longest_name_is_meant(site: Site, people: list[Identity]) -> None:
    """Where one name begins like another; of two people of the same name both are."""
    alice, bob, carol, dave = people
    for who, name in ((bob, "Ann"), (carol, "Ann Bee"), (dave, "Ann Bee")):
        await _rename(site, who, name)
    room = await factories.discussion(site, alice, [bob, carol, dave])
    await reply(site, alice, room, "@Ann Bee and more")
    line = (await discussions.entries(site, bob, room)).items[-1]
    assert {one.id for one in line.mentions} == {carol.person_id, dave.person_id}


async def test_what_is_told_is_what_is_read(
    site: Site, people: list[Identity], site_events: list[Event]
) -> None:
    """The live line names the same people as the log."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    await reply(site, alice, room, "@Bob")
    told = [event.line for event in site_events if isinstance(event, EntryStored)][-1]
    assert told == (await discussions.entries(site, bob, room)).items[-1]
    assert [one.id for one in told.mentions] == [bob.person_id]


async def test_a_muted_discussion_counts_until_the_mention_is_read(
    site: Site, people: list[Identity]
) -> None:
    """In the badge and as new, in its folder too; nobody else's mute is touched; afterwards it is quiet again."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob, carol])
    for who in (bob, carol):
        await mark_read(site, who, room, 1)
        await filing.mute(site, who, room, muted=True)
    await reply(site, alice, room, "To nobody")
    assert await _counts(site, bob, carol) == [0, 0]
    await reply(site, alice, room, "@Bob?")
    await reply(site, alice, room, "To nobody again")
    assert await _counts(site, bob, carol) == [1, 0]
    [row] = (await mailbox.box(site, bob, "inbox")).items
    assert (row.mentioned, row.muted, row.is_new) == (True, True, True)
    await mark_read(site, bob, room, 3)
    assert await _counts(site, bob, carol) == [0, 0]
    await mark_unread(site, bob, room, 3)
    assert await _counts(site, bob, carol) == [1, 0]
    await reply(site, bob, room, "Here")
    await reply(site, alice, room, "Good")
    assert await _counts(site, bob, carol) == [0, 0]


async def test_large_rooms_are_exact_before_their_mirror(site: Site, people: list[Identity]) -> None:
    """Also where the participations do not know of the reply yet."""
    alice, bob, *_ = people
    guests = await factories.people(site, *(f"guest{number}" for number in range(50)))
    everybody = await factories.group(site, "Everybody", guests)
    room = await factories.discussion(site, alice, [bob, everybody])
    await mark_read(site, bob, room, 1)
    await filing.mute(site, bob, room, muted=True)
    await reply(site, alice, room, "@Guest7 only")
    assert await _counts(site, bob, guests[7]) == [0, 1]
    await reply(site, alice, room, "@Bob")
    assert await _counts(site, bob) == [1]


async def test_only_who_is_in_it_is_named(site: Site, people: list[Identity]) -> None:
    """Whoever has left is not; whoever was added without history does not see who was named before."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob, carol])
    await participants.stop(site, bob, room)
    await reply(site, alice, room, "@Bob @Carol")
    assert [one.id for one in (await discussions.entries(site, alice, room)).items[-1].mentions] == [
        carol.person_id
    ]
    await participants.add(site, alice, room, [Address("person", dave.person_id)], share_history=False)
    assert all(not line.mentions for line in (await discussions.entries(site, dave, room)).items)


async def test_a_repeated_reply_calls_once(site: Site, people: list[Identity]) -> None:
    """The same reply again, alone or in one batch with others, is the first one."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    log = reply_log(site)
    new = NewReply(alice.ref, room, new_id(), "@Bob")
    first = await log.post(new)
    again = await log.post(new)
    assert (again.seq, again.repeated) == (first.seq, True)
    lines = (await discussions.entries(site, bob, room)).items
    assert [len(line.mentions) for line in lines] == [0, 1]


async def _counts(site: Site, *people: Identity) -> list[int]:
    return [(await mailbox.unread(site, who)).count for who in people]


async def _rename(site: Site, who: Identity, name: str) -> None:
    async with site.database.write() as session:
        await session.execute(update(Person).where(col(Person.id) == who.person_id).values(name=name))
