"""Administering people: found, made, changed, shut out; by admins only, and never without one."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.administration import log, people
from app.administration.acting import check_admin
from app.errors import Forbidden, InvalidInput, NotFound
from app.events import Event, PersonChanged, SignInEnded
from app.people import resume, suspend
from app.sign_in import identify, sign_in
from app.site import Identity, Site
from store.columns import new_id
from tests import factories

NEW = {"login": "bob", "name": "Bob Small", "email": "bob@example.org", "role": "announcer", "language": "fr"}


@pytest.fixture
async def admin(site: Site) -> Identity:
    """The only admin."""
    return await factories.person(site, "ada", role="admin")


async def names(site: Site, admin: Identity, **sought: Any) -> list[str]:
    """Who is found."""
    return [one.name for one in (await people.find(site, admin, **sought)).items]


async def done(site: Site, admin: Identity) -> list[tuple[str, str, str]]:
    """What the audit log tells, the latest first, without the import that made the people."""
    lines = (await log.read(site, admin)).items
    return [(one.action, one.about, one.detail) for one in lines if one.action != "people_imported"]


async def test_an_account_is_made_and_changed(site: Site, admin: Identity, site_events: list[Event]) -> None:
    """What is not named stays; what she is to others is told to who sees her; the log names what changed."""
    bob = await people.create(site, admin, NEW)
    made = await people.get(site, admin, bob)
    assert (made.login, made.email, made.role, made.language, made.time_zone, made.has_password) == (
        "bob",
        "bob@example.org",
        "announcer",
        "fr",
        site.settings.time_zone,
        False,
    )
    changes = {
        "name": "Bob Tall",
        "email": "",
        "role": "member",
        "time_zone": "America/Lima",
        "messaging": "no",
    }
    await people.change(site, admin, bob, changes)
    after = await people.get(site, admin, bob)
    assert (after.name, after.login, after.email, after.role, after.time_zone, after.messaging) == (
        "Bob Tall",
        "bob",
        None,
        "member",
        "America/Lima",
        False,
    )
    assert await names(site, admin, q="tal") == ["Bob Tall"]
    assert site_events == [PersonChanged(bob)]
    await people.change(site, admin, bob, changes)
    assert await done(site, admin) == [
        ("person_changed", "Bob Tall", "name role=announcer>member messaging time_zone email"),
        ("person_created", "Bob Small", ""),
    ]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("login", "", "empty"),
        ("login", "two words", "invalid"),
        ("login", "ada", "taken"),
        ("name", "a\0b", "invalid"),
        ("role", "", "empty"),
        ("role", "boss", "unknown"),
        ("language", "tlh", "unknown"),
        ("email", "nobody", "invalid"),
        ("time_zone", "Europe/Atlantis", "unknown"),
        ("time_zone", "../../etc/passwd", "unknown"),
    ],
)
async def test_a_wrong_field_is_named(site: Site, admin: Identity, field: str, value: str, code: str) -> None:
    """In a new account and in one that is there, and nothing is changed."""
    carol = await people.create(site, admin, {"login": "carol", "name": "Carol"})
    before = await people.get(site, admin, carol)
    deeds: list[Awaitable[object]] = [people.change(site, admin, carol, {field: value})]
    if value or field == "login":
        # What else is empty in a new account is as it is by default.
        deeds.append(people.create(site, admin, {**NEW, field: value}))
    for deed in deeds:
        with pytest.raises(InvalidInput) as error:
            await deed
        assert [(one.field, one.code) for one in error.value.errors] == [(field, code)]
    assert await people.get(site, admin, carol) == before


async def test_people_are_found_by_letters_group_role_and_state(site: Site, admin: Identity) -> None:
    """By name, in pages; filters narrow what is found."""
    bob, carol, dora = await factories.people(site, "bob", "carol", "dora")
    choir = await factories.group(site, "Choir", [bob, dora])
    await factories.signed_in(site, carol)
    await suspend(site, "dora")
    assert await names(site, admin) == ["Ada", "Bob", "Carol", "Dora"]
    assert await names(site, admin, group=choir.id) == ["Bob", "Dora"]
    assert await names(site, admin, role="admin") == ["Ada"]
    assert await names(site, admin, state="suspended") == ["Dora"]
    assert await names(site, admin, state="active", group=choir.id) == ["Bob"]
    assert await names(site, admin, state="waiting") == ["Ada", "Bob"]
    assert await names(site, admin, q="ca") == ["Carol"]
    assert await names(site, admin, q="%") == []
    first = await people.find(site, admin, limit=3)
    rest = await people.find(site, admin, cursor=first.next, limit=3)
    assert [one.name for one in [*first.items, *rest.items]] == ["Ada", "Bob", "Carol", "Dora"]
    assert rest.next is None
    for cursor in ("x", new_id()):
        with pytest.raises(InvalidInput):
            await people.find(site, admin, cursor=cursor)


async def test_the_last_active_admin_stays_one(site: Site, admin: Identity) -> None:
    """She is neither suspended nor made something else, by nobody; a second one may be."""
    eve = await factories.person(site, "eve", role="admin")
    await suspend(site, "eve", admin)
    for who in (admin, None):
        with pytest.raises(InvalidInput, match="Nobody would be left"):
            await suspend(site, "ada", who)
        with pytest.raises(InvalidInput, match="Nobody would be left"):
            await people.change(site, who, admin.person_id, {"role": "operator"})
    await resume(site, "eve", admin)
    await people.change(site, eve, admin.person_id, {"role": "operator"})
    with pytest.raises(Forbidden):
        await people.get(site, replace(admin, role="operator"), eve.person_id)
    with pytest.raises(Forbidden):
        # What her open tab still believes counts for nothing.
        await people.change(site, admin, eve.person_id, {"role": "member"})


async def test_signing_somebody_out_ends_all_of_hers(
    site: Site, admin: Identity, site_events: list[Event]
) -> None:
    """Browsers and tokens; her live connections are told at once."""
    bob = await factories.person(site, "bob")
    await factories.give_password(site, bob)
    signed = await sign_in(site, "bob", factories.PASSWORD, address="", user_agent="")
    token = await factories.token(site, bob)
    assert (await people.get(site, admin, bob.person_id)).sessions == 1
    await people.end_sessions(site, admin, bob.person_id)
    assert await identify(site, cookie=signed.secret) is None
    assert await identify(site, bearer=token) is None
    assert (await people.get(site, admin, bob.person_id)).sessions == 0
    assert site_events[-1] == SignInEnded(bob.person_id, [])
    assert (await done(site, admin))[0] == ("session_ended", "Bob", "")


@given(role=st.sampled_from(["member", "announcer", "operator"]))
def test_nobody_but_admins_is_let_in(role: str) -> None:
    """Whatever else somebody is."""
    with pytest.raises(Forbidden):
        check_admin(Identity("p", "bob", "Bob", role, "en", "UTC", "s", "session"))


async def test_missing_and_erased_accounts_are_not_there(site: Site, admin: Identity) -> None:
    """Neither shown nor changed."""
    for deed in (
        people.get(site, admin, new_id()),
        people.change(site, admin, new_id(), {"name": "x"}),
        people.end_sessions(site, admin, new_id()),
    ):
        with pytest.raises(NotFound):
            await deed


async def test_the_log_is_read_backwards_by_action_and_person(site: Site, admin: Identity) -> None:
    """In pages; a person is found as who did it and as whom it was done to."""
    bob = await people.create(site, admin, NEW)
    await people.create(site, None, {"login": "carol", "name": "Carol"})
    await suspend(site, "carol", admin)
    lines = (await log.read(site, admin, action="person_created")).items
    assert [(one.actor, one.about) for one in lines] == [(None, "Carol"), ("Ada", "Bob Small")]
    assert [one.action for one in (await log.read(site, admin, person=bob)).items] == ["person_created"]
    assert len((await log.read(site, admin, person="car")).items) == 2
    assert (await log.read(site, admin, person="nobody")).items == []
    first = await log.read(site, admin, limit=2)
    rest = await log.read(site, admin, limit=50, cursor=first.next)
    assert [one.action for one in [*first.items, *rest.items]][:3] == [
        "person_suspended",
        "person_created",
        "person_created",
    ]
    with pytest.raises(Forbidden):
        await log.read(site, replace(admin, role="operator"))
    with pytest.raises(InvalidInput):
        await log.read(site, admin, action="person_read")
