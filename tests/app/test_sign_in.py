"""Signing in and out, sessions, tokens, and suspension."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from app.errors import NotFound, WrongCredentials
from app.events import Event, PersonChanged, SignInEnded
from app.housekeeping import purge_sign_ins
from app.people import resume, suspend
from app.sign_in import create_token, create_tokens, identify, sign_out
from app.site import Site
from store.tables import AccessToken, Person, Session
from tests.app.entering import enter
from tests.factories import person


async def test_a_sign_in_is_known_by_its_secret(site: Site, ann: str) -> None:
    """The cookie's secret says who somebody is, with her language and role."""
    entered = await enter(site)
    who = await identify(site, cookie=entered.secret)
    assert who == entered.identity
    assert who
    assert (who.person_id, who.login, who.language, who.role, who.via) == (
        ann,
        "ann",
        "fr",
        "member",
        "session",
    )


async def test_each_sign_in_is_a_session_of_its_own_and_its_secret_is_not_stored(
    site: Site, ann: str
) -> None:
    """Two sign-ins have two secrets of 256 bits, of which the store knows hashes only."""
    first, second = await enter(site), await enter(site)
    assert first.secret != second.secret
    assert len(first.secret) >= 43
    async with site.database.read() as session:
        hashes = (await session.scalars(select(col(Session.token_hash)))).all()
    assert not {first.secret, second.secret} & set(hashes)
    assert all(len(one) == 64 for one in hashes)


async def test_sign_out_ends_this_session_only_and_tells(
    site: Site, site_events: list[Event], ann: str
) -> None:
    """The secret is worth nothing afterwards; the other browser stays signed in."""
    here, there = await enter(site), await enter(site)
    await sign_out(site, here.identity)
    assert await identify(site, cookie=here.secret) is None
    assert await identify(site, cookie=there.secret)
    assert site_events == [SignInEnded(ann, [here.identity.session_id])]


async def test_a_session_ends_when_unused_and_in_any_case(site: Site, ann: str) -> None:
    """Two weeks without use end it, and three months whatever its use."""
    entered = await enter(site)
    start = site.now()

    async def known_after(days: float) -> bool:
        later = replace(site, now=lambda: start + timedelta(days=days))
        known = await identify(later, cookie=entered.secret) is not None
        await later.sightings.store()
        return known

    assert not await known_after(14.1)
    for days in range(0, 90, 10):
        assert await known_after(days), f"after {days} days of use"
    assert not await known_after(90.1)


async def test_being_seen_is_noted_every_five_minutes_at_most(site: Site, ann: str) -> None:
    """The note of when somebody was seen costs one write in a while, not one for each request."""
    entered = await enter(site)
    start = site.now()

    async def seen() -> tuple[float, float]:
        async with site.database.read() as session:
            known = col(Session.id) == entered.identity.session_id
            signed_in_at = await session.scalar(select(col(Session.seen_at)).where(known))
            last_seen_at = await session.scalar(select(col(Person.last_seen_at)))
        assert signed_in_at
        assert last_seen_at
        return (signed_in_at - start).total_seconds(), (last_seen_at - start).total_seconds()

    for minutes, noted in ((4, 0), (6, 360), (9, 360), (12, 720)):
        later = replace(site, now=partial(start.__add__, timedelta(minutes=minutes)))
        await identify(later, cookie=entered.secret)
        await later.sightings.store()
        assert await seen() == pytest.approx((noted, noted), abs=5), f"after {minutes} minutes"


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 10_000, "é\udc80", "\0"])
async def test_a_wrong_secret_is_nobody(site: Site, ann: str, secret: str) -> None:
    """Whatever stands in a cookie or header, it is looked up by its hash."""
    assert await identify(site, cookie=secret) is None
    assert await identify(site, bearer=secret) is None
    assert await identify(site) is None


async def test_a_wrong_token_is_not_helped_by_a_cookie(site: Site, ann: str) -> None:
    """Who names a token acts by it or not at all."""
    entered = await enter(site)
    assert await identify(site, cookie=entered.secret, bearer="wrong") is None


async def test_tokens_are_created_for_all_or_for_none(site: Site, ann: str) -> None:
    """An unknown login is named, and no token is left behind."""
    await person(site, "bob")
    first, second = await create_tokens(site, ["bob", "ann"])
    assert [(await identify(site, bearer=t)).login for t in (first, second)] == ["bob", "ann"]  # type: ignore[union-attr]
    with pytest.raises(NotFound, match="zoe"):
        await create_tokens(site, ["ann", "zoe"])
    async with site.database.read() as session:
        assert len((await session.scalars(select(AccessToken))).all()) == 2


async def test_suspension_shuts_every_door_and_resuming_opens_them(
    site: Site, site_events: list[Event], ann: str
) -> None:
    """Sessions end for good, tokens rest, the password is refused; all is told to the live door."""
    entered, token = await enter(site), await create_token(site, "ann")
    await suspend(site, "ann")
    assert site_events == [SignInEnded(ann, []), PersonChanged(ann)]
    assert await identify(site, cookie=entered.secret) is None
    assert await identify(site, bearer=token) is None
    with pytest.raises(WrongCredentials):
        await enter(site)
    await resume(site, "ann")
    assert await identify(site, cookie=entered.secret) is None
    assert await identify(site, bearer=token)
    await enter(site)
    with pytest.raises(NotFound):
        await suspend(site, "zoe")


async def test_what_ended_long_ago_is_purged(site: Site, ann: str) -> None:
    """Ended and unused sessions go after a while, running ones stay."""
    ended, unused, running = await enter(site), await enter(site), await enter(site)
    await sign_out(site, ended.identity)
    assert await purge_sign_ins(site) == 0
    later = replace(site, now=lambda: site.now() + timedelta(days=50))
    async with site.database.write() as session:
        kept = update(Session).where(col(Session.id) == running.identity.session_id)
        await session.execute(kept.values(seen_at=later.now()))
    # The browser of the fixture, the ended and the unused one.
    assert await purge_sign_ins(later) == 3
    assert await identify(later, cookie=running.secret)
    assert await identify(later, cookie=unused.secret) is None
