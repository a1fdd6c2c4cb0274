"""Messages to very many: everybody comes in, once, whatever happens while they do."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from app.arrivals import go_on_letting_in
from app.discussions import mark_read, overview
from app.drafts import Address, DraftFields, create
from app.errors import NotFound
from app.events import EntryStored, Event, Joined
from app.mailbox import box, unread
from app.mirroring import Mirror
from app.participants import add, stop
from app.sending import send
from app.site import Identity, Site
from store.arrivals import AT_ONCE, awaiting
from store.database import StoreUnavailable
from tests import factories
from tests.app.circles import reply
from tests.app.leaving import LeavingDatabase
from tests.waiting import wait_for

MEMBERS = 2 * AT_ONCE + 30


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """An author, and very many others."""
    return await factories.people(site, *(f"p{number:03}" for number in range(MEMBERS + 1)))


async def drafted(site: Site, people: list[Identity]) -> str:
    """A message of the first of them to all the others, as a group."""
    school = await factories.group(site, "School", people[1:])
    return (await create(site, people[0], DraftFields(subject="All", body="Hello.", to=[school]))).id


async def test_everybody_comes_in_once(site: Site, site_events: list[Event], people: list[Identity]) -> None:
    """All are told, with what there was before them; the sender's answer comes when all are in."""
    draft = await drafted(site, people)
    site_events.clear()
    room = (await send(site, people[0], draft)).id
    assert isinstance(site_events[0], EntryStored)
    joined = [event.person for event in site_events[1:] if isinstance(event, Joined) and event.head == 1]
    assert sorted(joined) == sorted(who.person_id for who in people)
    shown = await overview(site, people[-1], room)
    assert (shown.participant_count, shown.own.unread, shown.own.role) == (MEMBERS + 1, 1, "to")
    assert [(await unread(site, who)).count for who in (people[0], people[1], people[-1])] == [0, 1, 1]


async def test_what_was_left_unfinished_is_finished(
    site: Site, leaving: LeavingDatabase, people: list[Identity]
) -> None:
    """The store goes away in the middle; life in the room goes on; those who come later find it as it is then."""
    author, early, late, last = people[0], people[1], people[-2], people[-1]
    draft = await drafted(site, people)
    leaving.answers = 2
    with pytest.raises(StoreUnavailable):
        await send(replace(site, database=leaving), author, draft)
    await reply(site, early, draft)
    await add(site, author, draft, [Address("person", last.person_id)], share_history=True)
    await mark_read(site, last, draft, 3)
    await add(site, author, draft, [Address("person", late.person_id)], share_history=True)
    await stop(site, late, draft)
    with pytest.raises(NotFound):
        await overview(site, people[-3], draft)

    finishing = asyncio.create_task(go_on_letting_in(site))

    async def nobody_is_awaited() -> bool:
        return not await site.database.look(awaiting)

    await wait_for(nobody_is_awaited, "everybody is in")
    finishing.cancel()
    with suppress(asyncio.CancelledError):
        await finishing
    with pytest.raises(NotFound):
        await overview(site, late, draft)
    shown = await overview(site, people[-3], draft)
    assert shown.participant_count == len(shown.participants) == MEMBERS
    for _ in range(2):
        rows = [(await box(site, who, "inbox")).items[0] for who in (early, people[-3], last)]
        assert [(row.unread, row.head) for row in rows] == [(0, 5), (2, 5), (0, 5)]
        assert [(await unread(site, who)).count for who in (early, people[-3], last)] == [0, 1, 0]
        await Mirror(site.database).catch_up()


async def test_sending_again_finishes_it_too(
    site: Site, leaving: LeavingDatabase, people: list[Identity]
) -> None:
    """Who was told that the store was away sends once more, even twice at once, and then all are in."""
    draft = await drafted(site, people)
    leaving.answers = 1
    with pytest.raises(StoreUnavailable):
        await send(replace(site, database=leaving), people[0], draft)
    both = await asyncio.gather(*(send(site, people[0], draft) for _ in range(2)))
    assert [sent.sent_again for sent in both] == [True, True]
    shown = await overview(site, people[-1], draft)
    assert shown.participant_count == len(shown.participants) == MEMBERS + 1
