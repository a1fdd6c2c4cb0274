"""The browsers and programs that act as somebody: she sees them all, and ends any."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from app import own_sign_ins
from app.errors import Forbidden, InvalidInput, NotFound
from app.events import Event, SignInEnded
from app.own_sign_ins import create_token, end, end_others, index
from app.sign_in import SignedIn, identify, sign_in
from app.site import Identity, Site
from tests import factories
from tests.app.entering import enter
from tests.factories import PASSWORD


async def browser(site: Site, user_agent: str = "tests", address: str = "10.0.0.1") -> SignedIn:
    """Sign in as Ann."""
    return await sign_in(site, "ann", PASSWORD, address=address, user_agent=user_agent)


async def test_she_sees_what_acts_as_her_and_nothing_of_others(site: Site, ann: str) -> None:
    """Every browser and every token, with where and when; the one that asks is marked."""
    bob = await factories.person(site, "bob")
    await factories.signed_in(site, bob)
    phone, here = await browser(site, "a phone", "10.1.1.1"), await browser(site, "a desk", "10.2.2.2")
    token = await create_token(site, here.identity, "  Timetable   bot ")
    found = await index(site, here.identity)
    assert [(one.via, one.user_agent or one.name, one.address, one.this) for one in found] == [
        ("session", "a desk", "10.2.2.2", True),
        ("session", "a phone", "10.1.1.1", False),
        ("session", "tests", "127.0.0.1", False),
        ("token", "Timetable bot", "", False),
    ]
    assert [one.id for one in found][:2] == [here.identity.session_id, phone.identity.session_id]
    assert next(one.this for one in await index(site, phone.identity)), "whoever asks comes first"
    assert token.secret not in repr(found) + repr(token)
    assert await index(site, bob)
    assert not {one.id for one in found} & {one.id for one in await index(site, bob)}


async def test_what_is_over_is_not_listed(site: Site, ann: str) -> None:
    """Neither ended nor unused nor expired sign-ins are shown."""
    ended, here = await browser(site), await browser(site)
    start = site.now()
    await end(site, here.identity, ended.identity.session_id)
    assert ended.identity.session_id not in {one.id for one in await index(site, here.identity)}
    for days in (15, 91):
        later = replace(site, now=partial(start.__add__, timedelta(days=days)))
        assert [one.via for one in await index(later, here.identity)] == []


async def test_ending_one(site: Site, site_events: list[Event], ann: str) -> None:
    """It is worth nothing at once, the others go on, and the live door is told."""
    here, there = await browser(site), await browser(site)
    token = await create_token(site, here.identity, "bot")
    site_events.clear()
    for one in (there.identity.session_id, token.id):
        await end(site, here.identity, one)
    assert site_events == [SignInEnded(ann, [there.identity.session_id]), SignInEnded(ann, [token.id])]
    assert await identify(site, cookie=there.secret) is None
    assert await identify(site, bearer=token.secret) is None
    assert await identify(site, cookie=here.secret)
    with pytest.raises(NotFound):
        await end(site, here.identity, there.identity.session_id)


async def test_nobody_ends_what_is_somebody_elses(site: Site, ann: str) -> None:
    """Another one's sign-in is not found, also by an admin here."""
    here = await browser(site)
    admin = await factories.person(site, "admin", role="admin")
    with pytest.raises(NotFound):
        await end(site, admin, here.identity.session_id)
    assert await identify(site, cookie=here.secret)


async def test_ending_all_others(site: Site, site_events: list[Event], ann: str) -> None:
    """This browser alone stays; programs are out, too."""
    here = await browser(site)
    token = await create_token(site, here.identity, "bot")
    site_events.clear()
    assert await end_others(site, here.identity) == 2
    (told,) = site_events
    assert isinstance(told, SignInEnded)
    assert here.identity.session_id not in told.sessions
    assert len(told.sessions) == 2
    assert await identify(site, bearer=token.secret) is None
    assert [one.this for one in await index(site, here.identity)] == [True]
    site_events.clear()
    assert await end_others(site, here.identity) == 0
    assert site_events == []


async def test_a_token_acts_as_her_but_makes_no_other(site: Site, ann: str) -> None:
    """Whoever finds a token cannot outlive its end."""
    here = await browser(site)
    token = await create_token(site, here.identity, "bot")
    program = await identify(site, bearer=token.secret)
    assert program
    assert (program.person_id, program.via) == (ann, "token")
    with pytest.raises(Forbidden):
        await create_token(site, program, "another")
    assert [one.name for one in await index(site, program) if one.this] == ["bot"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b", "a\u202eb"])
async def test_a_token_has_a_name_that_can_be_shown(site: Site, ann: str, name: str) -> None:
    """So that she knows later which one to end."""
    with pytest.raises(InvalidInput):
        await create_token(site, (await browser(site)).identity, name)


async def test_there_are_not_endlessly_many(site: Site, ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number nobody keeps an overview."""
    monkeypatch.setattr(own_sign_ins, "MOST_TOKENS", 2)
    here = await browser(site)
    await create_token(site, here.identity, "one")
    second = await create_token(site, here.identity, "two")
    with pytest.raises(InvalidInput):
        await create_token(site, here.identity, "three")
    await end(site, here.identity, second.id)
    await create_token(site, here.identity, "three")


async def test_signing_in_elsewhere_shows_up(site: Site, ann: str) -> None:
    """A sign-in that is not hers is there to be seen."""
    here = await browser(site)
    before = {one.id for one in await index(site, here.identity)}
    strange = await enter(site, address="203.0.113.7")
    (new,) = [one for one in await index(site, here.identity) if one.id not in before]
    assert (new.id, new.address) == (strange.identity.session_id, "203.0.113.7")


async def test_an_identity_without_sign_in_sees_nothing_as_its_own(site: Site, ann: str) -> None:
    """`this` is what the request came with, and nothing else."""
    other = await factories.person(site, "bob")
    assert isinstance(other, Identity)
    assert await index(site, other) == []
