"""Quiet hours: what is sent in them leaves when they end, unless it is urgent."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.discussions import overview
from app.drafts import DraftFields, change, get
from app.errors import InvalidInput
from app.events import Event
from app.held import Held, hold
from app.importing import import_people
from app.mailbox import unread
from app.sending import Sent
from app.sign_in import identity_of
from app.site import Site
from store import people as stored
from tests import factories
from tests.app.departing import NOON, PARIS, Hands, comes_back, drafted, leaves, sending, states, waiting
from tests.waiting import wait_for

EVENING = datetime(2026, 11, 25, 22, tzinfo=PARIS)
MORNING = datetime(2026, 11, 26, 7, tzinfo=PARIS)
QUIET = {"quiet_hours": "Mon-Fri 20:00-07:00, Sat-Sun 00:00-24:00", "urgent_groups": ("Duty", "Heads")}
LATER = timedelta(hours=3)


@pytest.fixture
def quiet(timed_site: Site) -> Site:
    """A site on that clock, with quiet hours."""
    return replace(timed_site, settings=timed_site.settings.model_copy(update=QUIET))


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
