"""Sending later: nobody has the message before its time, and its author may think again."""

from datetime import timedelta

import pytest

from app import letting_go
from app.discussions import overview
from app.drafts import count_drafts, count_waiting, get, list_drafts
from app.errors import InvalidInput, NotFound, RecipientsRefused
from app.events import EntryStored, Event
from app.held import Held, held, hold, take_back
from app.mailbox import box, unread
from app.people import suspend
from app.rules.leaving import FARTHEST
from app.sending import Sent
from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.app.departing import NOON, Hands, comes_back, drafted, leaves, sending, states, waiting

LATER = timedelta(hours=3)


@pytest.fixture
def site(timed_site: Site) -> Site:
    """A site on that clock."""
    return timed_site


async def test_it_leaves_at_its_time(site: Site, hands: Hands, site_events: list[Event]) -> None:
    """Until then nobody has it, and its author sees it among what waits; after it, it is an ordinary discussion."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, bob)
    async with sending(site):
        later = await hold(site, alice, draft, at=NOON + LATER)
        assert isinstance(later, Held)
        assert (later.leaves_at, later.held_for) == (NOON + LATER, "later")
        assert await held(site, alice, draft) == later == await hold(site, alice, draft, at=NOON + LATER)
        assert await waiting(site, alice) == [(draft, NOON + LATER, "later")]
        assert await waiting(site, bob) == []
        assert (await list_drafts(site, alice)).items == []
        for who in (alice, bob):
            with pytest.raises(NotFound):
                await overview(site, who, draft)
            assert (await box(site, who, "progress")).items == []
        hands.moment = NOON + LATER
        await leaves(site, draft)
    assert (await unread(site, bob)).count == 1
    assert (await overview(site, bob, draft)).sent_at == NOON + LATER
    assert states(site_events) == ["held", "sent"]
    assert await waiting(site, alice) == []


async def test_its_author_thinks_again(site: Site, hands: Hands, site_events: list[Event]) -> None:
    """Another time, now, or not at all; what is held for seconds may be put off as well."""
    alice, bob = await factories.people(site, "alice", "bob")
    first, second, third = [await drafted(site, alice, bob) for _ in range(3)]
    async with sending(site):
        for message in (first, second):
            await hold(site, alice, message, at=NOON + LATER)
        await hold(site, alice, third, 6)
        assert await count_waiting(site, alice) == 2
        await hold(site, alice, first, at=NOON + 2 * LATER)
        await hold(site, alice, third, at=NOON + LATER)
        assert [one[0] for one in await waiting(site, alice)] == [*sorted([second, third]), first]
        assert isinstance(await hold(site, alice, second, 6), Held)  # sent twice: it stays as it is
        assert (await take_back(site, alice, second)).leaves_at is None
        hands.moment = NOON + LATER
        await leaves(site, third)
        assert await waiting(site, alice) == [(first, NOON + 2 * LATER, "later")]
        assert isinstance(await hold(site, alice, first), Sent)
    assert (await unread(site, bob)).count == 2
    assert await count_drafts(site, alice) == 1
    assert states(site_events).count("held") == 5


@pytest.mark.parametrize(
    ("ahead", "code"),
    [(timedelta(0), "past"), (-LATER, "past"), (FARTHEST + LATER, "too_far")],
)
async def test_when_it_may_leave(site: Site, ahead: timedelta, code: str) -> None:
    """Neither in the past nor in more than a year; nothing is lost, and what waits stays as it is."""
    alice, bob = await factories.people(site, "alice", "bob")
    fresh, kept = await drafted(site, alice, bob), await drafted(site, alice, bob)
    await hold(site, alice, kept, at=NOON + LATER)
    for message in (fresh, kept):
        with pytest.raises(InvalidInput) as refused:
            await hold(site, alice, message, at=NOON + ahead)
        assert [(error.field, error.code) for error in refused.value.errors] == [("at", code)]
    assert (await get(site, alice, fresh)).body == "Hello."
    assert await waiting(site, alice) == [(kept, NOON + LATER, "later")]


async def test_it_is_checked_now_and_when_it_leaves(
    site: Site, hands: Hands, site_events: list[Event]
) -> None:
    """Whoever may not be written to is named at once; who may not any more later brings it back as a draft."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafted(site, alice, bob)
    await hold(site, alice, draft, at=NOON + LATER)
    await suspend(site, "bob")
    with pytest.raises(RecipientsRefused):
        await hold(site, alice, await drafted(site, alice, bob), at=NOON + LATER)
    hands.moment = NOON + LATER
    async with sending(site):
        await comes_back(site, alice, draft)
    assert (await get(site, alice, draft)).returned_at == hands.moment
    assert states(site_events)[-1] == "draft"


async def test_many_at_one_time_leave_together(
    site: Site, settings: Settings, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than go side by side follow each other at once; two nodes that come back late send each once."""
    monkeypatch.setattr(letting_go, "LOOK_SECONDS", 3600.0)
    monkeypatch.setattr(letting_go, "AT_ONCE", 4)
    alice, bob = await factories.people(site, "alice", "bob")
    ids = [await drafted(site, alice, bob) for _ in range(11)]
    for draft in ids:
        await hold(site, alice, draft, at=NOON + LATER)
    hands.moment = NOON + 3 * LATER  # nobody was there in time
    told: list[Event] = []
    databases = [Database(settings.database_url) for _ in range(2)]
    others = [Site(settings, one, told.extend, Throttle(), now=hands) for one in databases]
    async with sending(*others):
        await leaves(site, *ids)
    assert sorted(event.discussion for event in told if isinstance(event, EntryStored)) == sorted(ids)
    assert (await unread(site, bob)).count == len(ids)
    for database in databases:
        await database.close()
