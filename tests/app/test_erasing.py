"""Erasing an account: it goes as if it had never been, and what others received is whole."""

import json

import pytest
from sqlalchemy import select

from app import discussions, drafts, erasing, folders, lists, own_data, participants
from app.administration import log
from app.drafts import Address, DraftFields
from app.errors import Forbidden, InvalidInput, NotFound, WrongCredentials
from app.events import Event, Left, PersonChanged, SignInEnded
from app.filing import move
from app.search import Wanted, search
from app.sign_in import identify, sign_in
from app.site import Identity, Site
from store import erasing as stored
from store.tables import Person
from tests import factories
from tests.app.circles import reply

MARKED = "Zephyranthes"


@pytest.fixture
async def zoe(site: Site) -> Identity:
    """Somebody with everything that one can have, signed in."""
    who = await factories.person(site, "zoe", name=f"Zoé {MARKED}", email=f"{MARKED}@example.org")
    await factories.group(site, "Choir", [who])
    await factories.give_password(site, who)
    signed_in = await sign_in(site, "zoe", factories.PASSWORD, address="::1", user_agent=MARKED)
    return signed_in.identity


async def test_what_is_hers_goes_and_what_others_have_stays(
    site: Site, zoe: Identity, people: list[Identity], site_events: list[Event]
) -> None:
    """Her row is empty, her name is nowhere, her words are with those who received them."""
    alice = people[0]
    ours = await factories.discussion(site, zoe, [alice], "For all of us", subject="Kept")
    theirs = await factories.discussion(site, alice, [zoe], "Come")
    await reply(site, zoe, theirs, "I shall")
    await _litter(site, zoe, alice, ours)
    site_events.clear()
    await erasing.erase_own(site, zoe, factories.PASSWORD)

    for room in (ours, theirs):
        overview = await discussions.overview(site, alice, room)
        assert [one.id for one in overview.participants] == [alice.person_id]
        log_ = (await discussions.entries(site, alice, room)).items
        assert log_[-1].kind == "stopped"
        assert {line.author.name for line in log_ if line.author.id == zoe.person_id} == {
            "Former participant"
        }
    assert (await discussions.entries(site, alice, ours)).items[0].body == "For all of us"
    assert [type(event) for event in site_events[:2]] == [SignInEnded, PersonChanged]
    assert {event.discussion for event in site_events if isinstance(event, Left)} == {ours, theirs}
    assert MARKED not in await _whole_store(site)


async def test_she_is_nobody_afterwards(site: Site, zoe: Identity, people: list[Identity]) -> None:
    """Neither password nor session nor token lets in; nobody finds her; her login is free again."""
    alice = people[0]
    token = await factories.token(site, zoe)
    secret = (await sign_in(site, "zoe", factories.PASSWORD, address="::1", user_agent="")).secret
    await erasing.erase(site, None, zoe.person_id)
    with pytest.raises(WrongCredentials):
        await sign_in(site, "zoe", factories.PASSWORD, address="::1", user_agent="")
    assert await identify(site, bearer=token) is None
    assert await identify(site, cookie=secret) is None
    assert (await search(site, alice, Wanted(q=MARKED))).items == []
    with pytest.raises(NotFound):
        await erasing.erase(site, None, zoe.person_id)
    await factories.person(site, "zoe")


async def test_the_password_is_asked_for_and_programs_may_not(site: Site, zoe: Identity) -> None:
    """A tab that was left open does not erase an account, nor does a bot; then nothing is changed."""
    with pytest.raises(InvalidInput, match="not the password"):
        await erasing.erase_own(site, zoe, "guessed")
    token = await identify(site, bearer=await factories.token(site, zoe))
    assert token is not None
    with pytest.raises(Forbidden):
        await erasing.erase_own(site, token, factories.PASSWORD)
    assert (await own_data.profile(site, zoe)).name.endswith(MARKED)


async def test_the_last_admin_stays(site: Site) -> None:
    """Somebody must be able to administer the site; with a second one, the first may go."""
    first = await factories.person(site, "first", role="admin")
    with pytest.raises(InvalidInput) as refused:
        await erasing.erase(site, None, first.person_id)
    assert refused.value.errors[0].code == "last_admin"
    second = await factories.person(site, "second", role="admin")
    await erasing.erase(site, None, first.person_id)
    line = (await log.read(site, second)).items[0]
    assert line.action == "person_erased"


async def test_what_was_interrupted_is_finished(site: Site, zoe: Identity, people: list[Identity]) -> None:
    """After the first step she is shut out already; housekeeping does the rest, once."""
    room = await factories.discussion(site, people[0], [zoe])
    await _litter(site, zoe, people[0], room)
    async with site.database.write() as session:
        await stored.blank(session, zoe.person_id, "Former participant", site.now())
        await stored.drop_hers(session, zoe.person_id)
    assert await erasing.finish_erasing(site) == 1
    assert await erasing.finish_erasing(site) == 0
    assert [one.id for one in (await discussions.overview(site, people[0], room)).participants] == [
        people[0].person_id
    ]
    assert MARKED not in await _whole_store(site)


async def _litter(site: Site, zoe: Identity, alice: Identity, room: str) -> None:
    """A draft with a file, a folder in a folder with something in it, lists of both, and something left before."""
    file = await factories.attachment(site, zoe, "notes.txt", b"notes")
    fields = DraftFields(subject=MARKED, body=MARKED, attachments=[file.id])
    await drafts.create(site, zoe, fields)
    outer = await folders.create(site, zoe, f"{MARKED} 1")
    inner = await folders.create(site, zoe, f"{MARKED} 2", outer.id)
    await move(site, zoe, room, inner.id)
    await lists.create(site, zoe, MARKED, [Address("person", alice.person_id)])
    await lists.create(site, alice, "Mine", [Address("person", zoe.person_id)])
    await participants.stop(site, zoe, await factories.discussion(site, alice, [zoe], "Left"))


async def _whole_store(site: Site) -> str:
    """Every row of every table but the index of search, which knows words of messages."""
    found = []
    async with site.database.read() as session:
        for table in Person.metadata.sorted_tables:
            if not table.name.startswith("search"):
                rows = await session.execute(select(table))
                found.append(json.dumps([list(row) for row in rows], default=str, ensure_ascii=False))
    return "\n".join(found)
