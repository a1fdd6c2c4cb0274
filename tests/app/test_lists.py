"""Lists of one's own, and whom the recipient field offers."""

import pytest

from app import lists
from app.discussions import overview
from app.drafts import Address, DraftFields, create
from app.errors import InvalidInput, NotFound
from app.offering import offer
from app.participants import add
from app.people import suspend
from app.sending import send
from app.signing import sign_with, signature, signed
from app.site import Identity, Site
from tests import factories


def one(who: Identity) -> Address:
    """This person as an address."""
    return Address("person", who.person_id)


async def test_a_list_lives(site: Site, people: list[Identity]) -> None:
    """It is made, renamed, filled anew and deleted; those in it keep its owner's order, and come once."""
    alice, bob, carol, _ = people
    staff = await factories.group(site, "Staff", [bob, carol])
    made = await lists.create(site, alice, "  My   friends ", [one(carol), staff, one(carol)])
    assert (made.name, [member.name for member in made.members]) == ("My friends", ["Carol", "Staff"])
    assert await lists.get(site, alice, made.id) == made
    other = await lists.create(site, alice, "Choir")
    assert await lists.index(site, alice) == [other, made]
    changed = await lists.change(site, alice, made.id, members=[Address("list", other.id), one(bob)])
    assert (changed.name, [member.name for member in changed.members]) == ("My friends", ["Bob"])
    assert (await lists.change(site, alice, made.id, name="Friends")).members == changed.members
    await lists.delete(site, alice, made.id)
    assert await lists.index(site, alice) == [other]


async def test_a_list_is_ones_own(site: Site, people: list[Identity]) -> None:
    """Nobody else finds it, changes it, deletes it or writes to it; not even those who are in it."""
    alice, bob, *_ = people
    made = await lists.create(site, alice, "Friends", [one(bob)])
    assert await lists.index(site, bob) == []
    for foreign in (
        lists.get(site, bob, made.id),
        lists.change(site, bob, made.id, name="Mine"),
        lists.delete(site, bob, made.id),
    ):
        with pytest.raises(NotFound):
            await foreign
    with pytest.raises(InvalidInput):
        await create(site, bob, DraftFields(to=[Address("list", made.id)]))
    assert await lists.create(site, bob, "Friends")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b", "Friends"])
async def test_names(site: Site, people: list[Identity], name: str) -> None:
    """A name is something, not too long, and not taken by another list of hers."""
    await lists.create(site, people[0], "Friends")
    with pytest.raises(InvalidInput):
        await lists.create(site, people[0], name)


async def test_it_stands_for_those_in_it(site: Site, people: list[Identity]) -> None:
    """A draft is addressed to those who are in the list at that moment; so is who is added to a discussion."""
    alice, bob, carol, dave = people
    made = await lists.create(site, alice, "Friends", [one(bob), one(carol)])
    to = [one(bob), Address("list", made.id)]
    draft = await create(site, alice, DraftFields(subject="Trip", body="Hello.", to=to))
    assert [ref.name for ref in draft.to] == ["Bob", "Carol"]
    await lists.change(site, alice, made.id, members=[one(dave)])
    room = (await send(site, alice, draft.id)).id
    assert (await overview(site, carol, room)).participant_count == 3
    added = await add(site, alice, room, [Address("list", made.id)], share_history=True)
    assert [who.name for who in added.added] == ["Dave"]


async def test_what_is_offered(site: Site, people: list[Identity]) -> None:
    """Before a letter is typed: her lists, then her latest correspondents, then everybody; each once."""
    alice, bob, carol, dave = people
    await factories.discussion(site, alice, [dave])
    await factories.discussion(site, carol, [alice])
    made = await lists.create(site, alice, "Étoiles", [one(bob)])
    await lists.create(site, alice, "Empty")
    found = await offer(site, alice, "")
    assert [(option.type, option.name) for option in found] == [
        ("list", "Étoiles"),
        ("person", "Carol"),
        ("person", "Dave"),
        ("person", "Bob"),
    ]
    assert [option.id for option in await offer(site, alice, "eto")] == [made.id]
    assert [option.name for option in await offer(site, alice, "b")] == ["Bob"]
    assert await offer(site, bob, "eto") == []
    await suspend(site, "carol")
    assert [option.name for option in await offer(site, alice, "", limit=2)] == ["Étoiles", "Dave"]


async def test_signatures(site: Site, people: list[Identity]) -> None:
    """A person signs with what she wants, or not at all; a new message begins with room for her words."""
    alice, bob, *_ = people
    assert signed(await signature(site, alice)) == ""
    assert await sign_with(site, alice, " Alice\r\n*Head* ") == "Alice\n*Head*"
    assert signed(await signature(site, alice)) == "\n\n-- \nAlice\n*Head*"
    assert await signature(site, bob) == ""
    for wrong in ("x" * 1001, "a\0b", "\ud800"):
        with pytest.raises(InvalidInput):
            await sign_with(site, alice, wrong)
    assert await sign_with(site, alice, "") == ""
