"""Links into an account: made by admins, used once, worth nothing afterwards."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.errors import Forbidden, InvalidInput, NotFound, RateLimited, WrongCredentials
from app.events import Event, SignInEnded
from app.inviting import Invitation, choose_password, invite, invited_by, reset
from app.people import resume, suspend
from app.sign_in import SignedIn, create_token, identify
from app.site import Identity, Site
from store.tables import AccountLink, Audit
from tests import factories
from tests.app.entering import enter

CHOSEN = "a password of one's own"


@pytest.fixture
async def admin(site: Site) -> Identity:
    """Who may invite."""
    return await factories.person(site, "admin", role="admin")


async def use(site: Site, link: Invitation | str, password: str = CHOSEN) -> SignedIn:
    """Choose a password by a link, in some browser."""
    secret = link if isinstance(link, str) else link.secret
    return await choose_password(site, secret, password, address="10.0.0.9", user_agent="tests")


async def look(site: Site, link: Invitation) -> str:
    """Whom the page behind a link speaks to."""
    return (await invited_by(site, link.secret, address="10.0.0.9")).login


async def test_who_is_invited_chooses_her_password_and_is_in(site: Site, admin: Identity) -> None:
    """She had no password; now she has one, and is signed in at once."""
    bob = await factories.person(site, "bob")
    link = await invite(site, admin, bob.person_id)
    assert await look(site, link) == "bob"
    signed_in = await use(site, link)
    who = await identify(site, cookie=signed_in.secret)
    assert who
    assert who.person_id == bob.person_id
    await enter(site, "bob", CHOSEN)


async def test_looking_uses_nothing_up_and_using_does(site: Site, admin: Identity, ann: str) -> None:
    """The page may be opened again and again; the password is chosen once."""
    link = await reset(site, admin, ann)
    for _ in range(3):
        assert await look(site, link) == "ann"
    await use(site, link)
    with pytest.raises(NotFound):
        await look(site, link)
    with pytest.raises(NotFound):
        await use(site, link, "another password than that")
    await enter(site, "ann", CHOSEN)


async def test_of_two_at_once_one_gets_in(site: Site, admin: Identity, ann: str) -> None:
    """Two people with the same link: one password is chosen, and only one is told so."""
    link = await reset(site, admin, ann)
    chosen = [f"{CHOSEN} {number}" for number in range(4)]
    results = await asyncio.gather(*(use(site, link, one) for one in chosen), return_exceptions=True)
    assert [isinstance(one, NotFound) for one in results].count(True) == 3
    (winner,) = [one for one, result in zip(chosen, results, strict=True) if isinstance(result, SignedIn)]
    await enter(site, "ann", winner)


async def test_choosing_ends_all_that_let_somebody_act_as_her(
    site: Site, site_events: list[Event], admin: Identity, ann: str
) -> None:
    """Browsers, programs and other links that knew the way in do not any more."""
    browser, token = await enter(site), await create_token(site, "ann")
    program = await identify(site, bearer=token)
    link = await reset(site, admin, ann)
    assert await identify(site, cookie=browser.secret), "a link that nobody used changes nothing"
    await enter(site)
    site_events.clear()
    here = await use(site, link)
    assert await identify(site, cookie=browser.secret) is None
    assert await identify(site, bearer=token) is None
    assert await identify(site, cookie=here.secret)
    with pytest.raises(WrongCredentials):
        await enter(site)
    (ended,) = site_events
    assert isinstance(ended, SignInEnded)
    assert program
    assert {browser.identity.session_id, program.session_id} <= set(ended.sessions)
    assert here.identity.session_id not in ended.sessions


@pytest.mark.parametrize(("hours", "good_until"), [(1, 60), (48, 48 * 60)])
async def test_an_invitation_is_good_for_as_long_as_the_site_says(
    site: Site, admin: Identity, hours: int, good_until: int
) -> None:
    """An hour, unless a setting makes it longer; a reset is one hour in any case."""
    site = replace(site, settings=site.settings.model_copy(update={"invitation_hours": hours}))
    bob, carol = await factories.people(site, "bob", "carol")
    invitation, other = await invite(site, admin, bob.person_id), await reset(site, admin, carol.person_id)
    start = site.now()

    def after(minutes: float) -> Site:
        return replace(site, now=lambda: start + timedelta(minutes=minutes))

    assert await look(after(good_until - 1), invitation) == "bob"
    assert await look(after(59), other) == "carol"
    for late, link in ((after(good_until + 1), invitation), (after(61), other)):
        with pytest.raises(NotFound):
            await look(late, link)
        with pytest.raises(NotFound):
            await use(late, link)


async def test_a_newer_link_ends_the_earlier_ones(site: Site, admin: Identity, ann: str) -> None:
    """Only the last link that was made for somebody is good."""
    first, second = await invite(site, admin, ann), await reset(site, admin, ann)
    with pytest.raises(NotFound):
        await look(site, first)
    assert await look(site, second) == "ann"


async def test_who_is_suspended_does_not_come_in_by_a_link(site: Site, admin: Identity, ann: str) -> None:
    """The link rests with her account."""
    link = await reset(site, admin, ann)
    await suspend(site, "ann")
    with pytest.raises(NotFound):
        await use(site, link)
    await resume(site, "ann")
    assert await look(site, link) == "ann"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "too_short"),
        ("short one", "too_short"),
        ("x" * 1001, "too_long"),
        ("aaaaaaaaaaaa", "too_simple"),
        ("1234567890", "too_simple"),
        ("annaliese", "too_short"),
        ("Annaliese-2026", "like_login"),
    ],
)
async def test_a_password_that_will_not_do_leaves_the_link_as_it_was(
    site: Site, admin: Identity, password: str, why: str
) -> None:
    """The reason is told, and she tries another one."""
    person = await factories.person(site, "annaliese")
    link = await invite(site, admin, person.person_id)
    with pytest.raises(InvalidInput) as refused:
        await use(site, link, password)
    assert [(error.field, error.code) for error in refused.value.errors] == [("password", why)]
    await use(site, link)


async def test_only_admins_make_links_and_each_is_in_the_audit_log(site: Site, admin: Identity) -> None:
    """Members and operators may not; at the command line there is nobody to name."""
    bob, operator = await factories.person(site, "bob"), await factories.person(site, "o", role="operator")
    for who in (bob, operator):
        with pytest.raises(Forbidden):
            await reset(site, who, bob.person_id)
    with pytest.raises(NotFound):
        await invite(site, admin, "0" * 32)
    await invite(site, admin, bob.person_id)
    await reset(site, None, bob.person_id)
    async with site.database.read() as session:
        made = col(Audit.action).in_(["person_invited", "password_reset"])
        lines = (await session.scalars(select(Audit).where(made).order_by(col(Audit.id)))).all()
    assert [(line.actor_id, line.action, line.about_id, line.about) for line in lines] == [
        (admin.person_id, "person_invited", bob.person_id, "Bob"),
        (None, "password_reset", bob.person_id, "Bob"),
    ]


async def test_the_secret_is_kept_hashed_and_shown_nowhere(site: Site, admin: Identity, ann: str) -> None:
    """256 bits, of which the store has a hash; what is printed of a link by mistake does not have them."""
    link = await reset(site, admin, ann)
    assert len(link.secret) >= 43
    async with site.database.read() as session:
        (row,) = (await session.scalars(select(AccountLink))).all()
    assert link.secret not in repr(row)
    assert len(row.token_hash) == 64
    signed_in = await use(site, link)
    assert link.secret not in repr(link)
    assert signed_in.secret not in repr(signed_in)


@pytest.mark.parametrize("secret", ["", "unknown", "é\udc80", "\0", "x" * 10_000])
async def test_whatever_stands_in_the_address_is_looked_up_by_its_hash(site: Site, secret: str) -> None:
    """Nonsense is a link that does not exist."""
    with pytest.raises(NotFound):
        await use(site, secret)


async def test_who_tries_many_links_is_slowed_down(site: Site, admin: Identity, ann: str) -> None:
    """Guessing is hopeless; it is bounded all the same."""
    link = await reset(site, admin, ann)
    for number in range(50):
        assert await look(site, link) == "ann"
        with pytest.raises(NotFound):
            await use(site, f"guess {number}")
    with pytest.raises(RateLimited):
        await use(site, link)
    assert (await invited_by(site, link.secret, address="10.0.0.10")).login == "ann"
