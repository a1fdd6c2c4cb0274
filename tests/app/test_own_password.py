"""Changing one's own password."""

import asyncio

import pytest
from sqlalchemy import update
from sqlmodel import col

from app import own_password
from app.errors import Forbidden, InvalidInput, NotFound, RateLimited, WrongCredentials
from app.events import Event, SignInEnded
from app.inviting import invited_by, reset
from app.own_password import Renewed, change, has_password
from app.own_sign_ins import create_token
from app.sign_in import SignedIn, identify
from app.site import Site
from store.tables import Person
from tests.app.entering import enter
from tests.factories import PASSWORD

NEW = "another one, just as long"


async def test_the_new_password_holds_and_other_browsers_are_out(
    site: Site, site_events: list[Event], ann: str
) -> None:
    """This browser goes on under a new secret; programs go on as they are; links that were made before end."""
    here, there = await enter(site), await enter(site)
    token, link = await create_token(site, here.identity, "bot"), await reset(site, None, ann)
    site_events.clear()
    renewed = await change(site, here.identity, PASSWORD, NEW)
    assert renewed.ended == 2
    (told,) = site_events
    assert isinstance(told, SignInEnded)
    assert there.identity.session_id in told.sessions
    assert here.identity.session_id not in told.sessions
    assert await identify(site, cookie=there.secret) is None
    assert await identify(site, cookie=here.secret) is None, "its old secret is worth nothing"
    assert await identify(site, cookie=renewed.secret) == here.identity
    assert await identify(site, bearer=token.secret)
    with pytest.raises(NotFound):
        await invited_by(site, link.secret, address="10.0.0.1")
    with pytest.raises(WrongCredentials):
        await enter(site)
    await enter(site, password=NEW)


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("wrong", NEW, "old", "wrong"),
        ("", NEW, "old", "wrong"),
        (PASSWORD, "short", "new", "too_short"),
        (PASSWORD, PASSWORD, "new", "same"),
        (PASSWORD, "aaaaaaaaaaaaaa", "new", "too_simple"),
    ],
)
async def test_what_will_not_do_changes_nothing(
    site: Site, ann: str, old: str, new: str, field: str, code: str
) -> None:
    """The present password is asked for, and the new one has to be worth something."""
    here, there = await enter(site), await enter(site)
    with pytest.raises(InvalidInput) as refused:
        await change(site, here.identity, old, new)
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]
    assert await identify(site, cookie=there.secret)
    assert await identify(site, cookie=here.secret)
    await enter(site)


async def test_who_finds_an_open_browser_cannot_guess_for_long(site: Site, ann: str) -> None:
    """Wrong present passwords are counted per account."""
    here = await enter(site)
    for _ in range(own_password.TRIES.amount):
        with pytest.raises(InvalidInput):
            await change(site, here.identity, "wrong", NEW)
    with pytest.raises(RateLimited):
        await change(site, here.identity, PASSWORD, NEW)


async def test_a_program_changes_no_password(site: Site, ann: str) -> None:
    """A token that was found takes nobody's account away."""
    here = await enter(site)
    token = await create_token(site, here.identity, "bot")
    program = await identify(site, bearer=token.secret)
    assert program
    with pytest.raises(Forbidden):
        await change(site, program, PASSWORD, NEW)


async def test_who_has_no_password_gets_one_by_a_link_only(site: Site, ann: str) -> None:
    """Who comes in through a provider alone has nothing to prove that she is not somebody at her desk."""
    here = await enter(site)
    assert await has_password(site, here.identity)
    async with site.database.write() as session:
        await session.execute(update(Person).where(col(Person.id) == ann).values(password_hash=None))
    assert not await has_password(site, here.identity)
    with pytest.raises(Forbidden):
        await change(site, here.identity, "", NEW)


async def test_of_two_changes_at_once_one_holds(site: Site, ann: str) -> None:
    """Two browsers at the same moment: one password is chosen, and the other browser is out."""
    browsers = [await enter(site), await enter(site)]
    chosen = [f"{NEW} {number}" for number in range(2)]
    results = await asyncio.gather(
        *(change(site, one.identity, PASSWORD, new) for one, new in zip(browsers, chosen, strict=True)),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["NotSignedIn", "Renewed"]
    (won,) = [n for n, result in enumerate(results) if isinstance(result, Renewed)]
    await enter(site, password=chosen[won])
    assert await identify(site, cookie=browsers[1 - won].secret) is None


async def test_a_sign_in_under_way_does_not_survive_the_change(site: Site, ann: str) -> None:
    """Who typed the old password a moment before is not in a moment after."""
    here = await enter(site)
    results = await asyncio.gather(
        change(site, here.identity, PASSWORD, NEW),
        *(enter(site) for _ in range(4)),
        return_exceptions=True,
    )
    secrets = [result.secret for result in results[1:] if isinstance(result, SignedIn)]
    assert isinstance(results[0], Renewed)
    for secret in secrets:
        assert await identify(site, cookie=secret) is None
