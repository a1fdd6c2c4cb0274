"""The delivery report: who has a message, who has opened it, who did not get it, and who may know."""

from collections.abc import Sequence

import pytest

from app import delivery, discussions, participants
from app.draft_fields import Address
from app.drafts import DraftFields, create
from app.errors import Forbidden, InvalidInput, NotFound
from app.own_settings import change
from app.people import suspend
from app.sending import send
from app.site import Identity, Site
from store.columns import new_id
from tests import factories

Told = tuple[str, str, str | None, bool]


async def told(site: Site, who: Identity, room: str) -> list[Told]:
    """The report, line by line."""
    found = await delivery.report(site, who, room)
    return [(one.name, one.state, one.why, one.inside) for one in found.items]


async def test_received_opened_and_not_reached(site: Site, people: Sequence[Identity]) -> None:
    """As it goes on; who was left out of a group is named with the reason."""
    alice, bob, carol, dave = people
    erin = await factories.person(site, "erin")
    await change(site, dave, messaging=False)
    await suspend(site, "erin")
    everybody = await factories.group(site, "Everybody", [bob, carol, dave, erin])
    room = await factories.discussion(site, alice, [everybody])
    left_out: list[Told] = [
        ("Dave", "unreached", "opted_out", False),
        ("Erin", "unreached", "suspended", False),
    ]
    assert await told(site, alice, room) == [
        ("Bob", "received", None, True),
        ("Carol", "received", None, True),
        *left_out,
    ]
    await discussions.mark_read(site, bob, room, 1)
    await participants.stop(site, carol, room)
    assert await told(site, alice, room) == [
        ("Bob", "opened", None, True),
        ("Carol", "received", None, False),
        *left_out,
    ]
    found = await delivery.report(site, alice, room)
    assert (found.received, found.opened, found.unreached) == (2, 1, 2)


async def test_who_keeps_her_reading_to_herself_has_only_received_it(
    site: Site, people: Sequence[Identity]
) -> None:
    """Also what she read before she did."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    await discussions.mark_read(site, bob, room, 1)
    await change(site, bob, read_receipts=False)
    assert await told(site, alice, room) == [("Bob", "received", None, True)]


async def test_who_is_added_receives_it_with_the_history(site: Site, people: Sequence[Identity]) -> None:
    """Whoever comes without it has not got the message; who was left out at first may get it so."""
    alice, bob, carol, dave = people
    await change(site, dave, messaging=False)
    both = await factories.group(site, "Both", [bob, dave])
    room = await factories.discussion(site, alice, [both])
    await participants.add(site, alice, room, [Address("person", carol.person_id)], share_history=False)
    assert [name for name, *_ in await told(site, alice, room)] == ["Bob", "Dave"]
    await change(site, dave, messaging=True)
    await participants.add(site, alice, room, [Address("person", dave.person_id)], share_history=True)
    assert (await told(site, alice, room))[1] == ("Dave", "received", None, True)


async def test_only_the_author_is_told(site: Site, people: Sequence[Identity]) -> None:
    """Participants may not, for others there is nothing; nor for an author who has left."""
    alice, bob, carol, _ = people
    room = await factories.discussion(site, alice, [bob])
    with pytest.raises(Forbidden):
        await delivery.report(site, bob, room)
    with pytest.raises(NotFound):
        await delivery.report(site, carol, room)
    with pytest.raises(NotFound):
        await delivery.report(site, alice, new_id())
    await participants.stop(site, alice, room)
    with pytest.raises(NotFound):
        await delivery.report(site, alice, room)


async def test_it_comes_in_pages(site: Site, people: Sequence[Identity]) -> None:
    """By name, each person once, also of one state alone; a foreign cursor is refused."""
    alice, *others = people
    room = await factories.discussion(site, alice, others)
    await discussions.mark_read(site, others[1], room, 1)
    first = await delivery.report(site, alice, room, limit=2)
    second = await delivery.report(site, alice, room, limit=2, cursor=first.next)
    assert [one.name for one in (*first.items, *second.items)] == ["Bob", "Carol", "Dave"]
    assert second.next is None
    assert [one.name for one in (await delivery.report(site, alice, room, only="opened")).items] == ["Carol"]
    for cursor in ("x", new_id()):
        with pytest.raises(InvalidInput):
            await delivery.report(site, alice, room, cursor=cursor)


async def test_sent_separately(site: Site, people: Sequence[Identity]) -> None:
    """Each discussion tells of its one recipient, and who was left out of all of it."""
    alice, bob, carol, dave = people
    await change(site, dave, messaging=False)
    group = await factories.group(site, "All", [bob, carol, dave])
    draft = await create(site, alice, DraftFields(body="Hello.", to=[group], separately=True))
    sent = await send(site, alice, draft.id)
    assert sent.separate is not None
    for one in sent.separate:
        states = [(name, state) for name, state, *_ in await told(site, alice, one.id)]
        assert states[-1] == ("Dave", "unreached")
        assert len(states) == 2
