"""With whom one writes most, and to whom of some people one may write."""

import pytest

from app import company, mailbox
from app.people import suspend
from app.site import Identity, Site
from tests import factories
from tests.app.circles import reply


async def test_the_closest_come_first(site: Site, people: list[Identity]) -> None:
    """Much was said with her, lately, among few; what goes to many makes nobody a correspondent."""
    alice, bob, carol, dave = people
    crowd = await factories.people(site, *(f"guest{number}" for number in range(15)))
    old = await factories.discussion(site, alice, [dave])
    for number in range(3):
        await reply(site, dave, old, f"number {number}")
    await factories.discussion(site, alice, [bob, carol])
    close = await factories.discussion(site, carol, [alice])
    for number in range(3):
        await reply(site, carol, close, f"number {number}")
    loud = await factories.discussion(site, alice, [await factories.group(site, "Everybody", crowd)])
    for number in range(5):
        await reply(site, crowd[0], loud, f"number {number}")
    rows = (await mailbox.box(site, alice, "progress")).items
    found = await company.main_correspondents(site, alice, rows)
    assert found == [one.person_id for one in (carol, dave, bob)]


@pytest.mark.parametrize("rooms", [0, 1])
async def test_alone_one_has_nobody(site: Site, people: list[Identity], rooms: int) -> None:
    """No discussion, or one with oneself."""
    for _ in range(rooms):
        await factories.discussion(site, people[0], [people[0]])
    rows = (await mailbox.box(site, people[0], "progress")).items
    assert await company.main_correspondents(site, people[0], rows) == []


async def test_only_whom_one_may_write_to(site: Site, people: list[Identity]) -> None:
    """Not who does not use the messaging, not who is shut out, not oneself, and nobody who does not exist."""
    alice, bob, carol, dave = people
    (quiet,) = await factories.people(site, "quiet", messaging="no")
    await suspend(site, dave.login)
    asked = [one.person_id for one in (dave, carol, quiet, alice, bob)]
    found = await company.writable(site, alice, [*asked, "nobody"])
    assert [one.name for one in found] == ["Carol", "Bob"]
