"""Sending later, and quiet hours: nobody has the message before its time, and its author may think again."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app import letting_go
from app.discussions import overview
from app.drafts import DraftFields, change, count_drafts, count_waiting, get, list_drafts, list_waiting
from app.errors import InvalidInput, NotFound, RecipientsRefused
from app.events import EntryStored, Event
from app.held import Held, held, hold, take_back
from app.importing import import_people
from app.mailbox import box, unread
from app.people import suspend
from app.rules.leaving import FARTHEST
from app.sending import Sent
from app.settings import Settings
from app.sign_in import identity_of
from app.site import Identity, Site
from app.throttle import Throttle
from store import people as stored
from store.database import Database
from tests import factories
from tests.app.departing import Hands, comes_back, drafted, leaves, sending, states
from tests.waiting import wait_for

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 25, 12, tzinfo=PARIS)
EVENING = datetime(2026, 11, 25, 22, tzinfo=PARIS)
MORNING = datetime(2026, 11, 26, 7, tzinfo=PARIS)
QUIET = {"quiet_hours": "Mon-Fri 20:00-07:00, Sat-Sun 00:00-24:00", "urgent_groups": ("Duty", "Heads")}
LATER = timedelta(hours=3)


@pytest.fixture
def hands() -> Hands:
    """The clock of the sites, at noon of a Wednesday."""
    hands = Hands()
    hands.moment = NOON
    return hands


@pytest.fixture
def site(settings: Settings, database: Database, site_events: list[Event], hands: Hands) -> Site:
    """A site on that clock."""
    return Site(settings, database, site_events.extend, Throttle(), now=hands)


@pytest.fixture
def quiet(settings: Settings, database: Database, site_events: list[Event], hands: Hands) -> Site:
    """The same site with quiet hours."""
    with_hours = settings.model_copy(update=QUIET)
    return Site(with_hours, database, site_events.extend, Throttle(), now=hands)


async def waiting(site: Site, who: Identity) -> list[tuple[str, datetime | None, str | None]]:
    """What waits of hers, when it leaves and why."""
    page = await list_waiting(site, who)
    assert await count_waiting(site, who) == len(page.items)
    return [(one.id, one.leaves_at, one.held_for) for one in page.items]


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


async def test_quiet_hours(quiet: Site, hands: Hands, site_events: list[Event]) -> None:
    """What is sent in them is delivered when they end, whoever sends; before and after them it leaves at once."""
    alice, bob = await factories.people(quiet, "alice", "bob")
    assert isinstance(await hold(quiet, alice, await drafted(quiet, alice, bob)), Sent)
    hands.moment = EVENING
    draft = await drafted(quiet, alice, bob)
    async with sending(quiet):
        for seconds in (0, 6):
            waits = await hold(quiet, alice, draft, seconds)
            assert isinstance(waits, Held)
            assert (waits.leaves_at, waits.held_for) == (MORNING, "quiet")
        assert await waiting(quiet, alice) == [(draft, MORNING, "quiet")]
        assert (await unread(quiet, bob)).count == 1
        hands.moment = MORNING
        await leaves(quiet, draft)
    assert (await unread(quiet, bob)).count == 2
    assert [state for state in states(site_events) if state != "draft"] == ["sent", "held", "sent"]


async def test_a_time_in_quiet_hours(quiet: Site) -> None:
    """A message for the night is delivered in the morning, and can be moved out of it."""
    alice, bob = await factories.people(quiet, "alice", "bob")
    draft = await drafted(quiet, alice, bob)
    await hold(quiet, alice, draft, at=EVENING)
    assert await waiting(quiet, alice) == [(draft, MORNING, "quiet")]
    await hold(quiet, alice, draft, at=NOON + LATER)
    assert await waiting(quiet, alice) == [(draft, NOON + LATER, "later")]


async def test_quiet_hours_are_asked_when_it_leaves(
    site: Site, quiet: Site, hands: Hands, site_events: list[Event]
) -> None:
    """They may be new, or nobody was there in time: it is put off, and its author is told; a few seconds are not."""
    alice, bob = await factories.people(site, "alice", "bob")
    late, undone = await drafted(site, alice, bob), await drafted(site, alice, bob)
    await hold(site, alice, late, at=EVENING)
    await hold(site, alice, undone, 6)
    hands.moment = EVENING

    async def is_put_off() -> bool:
        return await waiting(quiet, alice) == [(late, MORNING, "quiet")]

    async with sending(quiet):
        await leaves(quiet, undone)
        await wait_for(is_put_off, "the message is put off")
    assert (await unread(site, bob)).count == 1
    assert states(site_events).count("held") == 3


async def test_urgent_messages_do_not_wait(quiet: Site, hands: Hands) -> None:
    """An administrator, or a member of a group that the site names, may mark one so; its readers see that it is."""
    alice, bob, carol = await factories.people(quiet, "alice", "bob", "carol")
    admin = await factories.person(quiet, "admin", role="admin")
    await factories.group(quiet, "Duty", [carol])
    hands.moment = EVENING
    for who in (admin, carol):
        message = await drafted(quiet, who, bob)
        assert isinstance(await hold(quiet, who, message, urgent=True), Sent)
        assert (await overview(quiet, bob, message)).urgent
        marked = await drafted(quiet, who, bob, urgent=True)
        assert isinstance(await hold(quiet, who, marked), Sent)
        waits = await drafted(quiet, who, bob)
        assert isinstance(await hold(quiet, who, waits), Held)
        assert isinstance(await hold(quiet, who, waits, urgent=True), Sent)
    ordinary = await drafted(quiet, alice, bob)
    for refused in (ordinary, await drafted(quiet, alice, bob, urgent=True)):
        with pytest.raises(InvalidInput) as error:
            await hold(quiet, alice, refused, urgent=refused == ordinary)
        assert [problem.code for problem in error.value.errors] == ["not_allowed"]
    assert isinstance(await hold(quiet, alice, ordinary), Held)
    assert (await unread(quiet, bob)).count == 6
    hands.moment = NOON
    plain = await drafted(quiet, alice, bob)
    await hold(quiet, alice, plain)
    assert not (await overview(quiet, bob, plain)).urgent


async def test_each_recipient_alone_sees_that_it_is_urgent(quiet: Site) -> None:
    """Sent separately, every discussion is marked."""
    admin, bob, carol = await factories.people(quiet, "admin", "bob", "carol", role="admin")
    message = await drafted(quiet, admin, bob, carol, urgent=True)
    draft = await get(quiet, admin, message)
    await change(quiet, admin, message, DraftFields(separately=True), version=draft.version)
    sent = await hold(quiet, admin, message)
    assert isinstance(sent, Sent)
    assert sent.separate
    for one, reader in zip(sent.separate, (bob, carol), strict=True):
        assert (await overview(quiet, reader, one.id)).urgent


async def test_urgent_no_more_when_it_leaves(quiet: Site, hands: Hands) -> None:
    """Who has lost the right meanwhile gets it back as a draft."""
    admin, bob = await factories.people(quiet, "admin", "bob", role="admin")
    message = await drafted(quiet, admin, bob, urgent=True)
    await hold(quiet, admin, message, at=EVENING)
    await import_people(quiet, [{"login": "admin", "name": "Admin", "role": "member"}])
    hands.moment = EVENING
    async with sending(quiet):
        await comes_back(quiet, admin, message)
    async with quiet.database.read() as session:
        person = await stored.by_login(session, "admin")
    assert person
    draft = await get(quiet, identity_of(person, "session"), message)
    assert (draft.urgent, draft.returned_at) == (True, EVENING)
