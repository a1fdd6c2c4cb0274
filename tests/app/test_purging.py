"""A discussion that everybody has left is purged after some days, with all that is known of it; nothing else is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.deleting import delete
from app.indexing import Indexer
from app.mailbox import unread
from app.mirroring import tally
from app.participants import add, stop
from app.purging import purge_abandoned
from app.site import Identity, Site
from store.columns import table_of
from store.tables import Entry, Mention, Message, Participation, Person, Purge, Recipient, SearchLine
from tests import factories
from tests.app.circles import Clock, reply
from tests.app.test_sending import one

HELD = (Message, Entry, Mention, Participation, Recipient, SearchLine, Purge)


@pytest.fixture
def clock() -> Clock:
    """The clock of `site`."""
    return Clock()


@pytest.fixture
def site(site: Site, clock: Clock) -> Site:
    """A site in which time goes on."""
    return replace(site, now=clock)


@pytest.fixture
def later(site: Site, clock: Clock) -> Site:
    """The same, when the grace of what is left by then is over."""
    return replace(site, now=lambda: clock() + timedelta(days=site.settings.purge_days))


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """Alice, Bob and Carol."""
    return await factories.people(site, "alice", "bob", "carol")


async def rows(site: Site) -> dict[str, int]:
    """How many rows the tables hold that a discussion is made of."""
    async with site.database.read() as session:
        found = {}
        for model in HELD:
            count = select(func.count()).select_from(table_of(model))
            found[table_of(model).name] = (await session.execute(count)).scalar_one()
        return found


async def left_by_all(site: Site, circle: list[Identity], replies: int = 3) -> str:
    """A discussion of these people that was indexed and that they have all left, each in a way of her own."""
    room = await factories.discussion(site, circle[0], circle[1:], subject="Xylophone")
    for _ in range(replies):
        await reply(site, circle[-1], room, "Zephyr words, @Alice")
    await stop(site, circle[0], room)
    for who in circle[1:]:
        await delete(site, who, room)
    await Indexer(site.database).catch_up()
    return room


async def test_what_everybody_has_left_is_purged(site: Site, later: Site, people: list[Identity]) -> None:
    """Log, participations, addressing and index are gone; what others are in is whole."""
    alice, bob, carol = people
    kept = await factories.discussion(site, alice, [bob, carol], subject="Xylophone")
    await stop(site, alice, kept)
    await Indexer(site.database).catch_up()
    before = await rows(site)
    await left_by_all(site, people)
    assert await purge_abandoned(site) == 0
    assert await purge_abandoned(later) == 1
    assert await rows(site) == before
    assert await purge_abandoned(later) == 0
    assert (await unread(site, bob)).count == 1


async def test_a_purge_goes_by_steps_and_on_after_a_crash(
    site: Site, later: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is finished by whoever comes next."""
    monkeypatch.setattr("app.purging.LINES_AT_ONCE", 2)
    await left_by_all(site, people, replies=5)
    steps = 0

    def crash(*args: object, **kwargs: object) -> bool:
        nonlocal steps
        steps += 1
        if steps == 4:
            raise ZeroDivisionError
        return step(*args, **kwargs)  # type: ignore[arg-type]

    from store.purging import purge_step as step

    monkeypatch.setattr("app.purging.purge_step", crash)
    with pytest.raises(ZeroDivisionError):
        await purge_abandoned(later)
    assert (await rows(site))["purge"] == 1
    assert await purge_abandoned(later) == 1
    assert set((await rows(site)).values()) == {0}


async def test_tallies_are_exact_after_a_purge(site: Site, later: Site, people: list[Identity]) -> None:
    """Who left with something unread that was tallied has no ghost in her badge."""
    alice, bob, _ = people
    room = await factories.discussion(site, alice, [bob])
    await tally(site.database, [bob.person_id], most=0)
    await delete(site, bob, room)
    await stop(site, alice, room)
    await Indexer(site.database).catch_up()
    assert await purge_abandoned(later) == 1
    assert (await unread(site, bob)).count == 0
    async with site.database.read() as session:
        tallies = await session.scalars(select(table_of(Person).c.tally))
        assert set(tallies) == {0}


async def test_who_is_added_again_in_time_keeps_it(site: Site, later: Site, people: list[Identity]) -> None:
    """A discussion in which somebody is stays for ever."""
    alice, bob, carol = people
    room = await factories.discussion(site, alice, [bob])
    await stop(site, alice, room)
    await add(site, bob, room, [one(carol)], share_history=True)
    await stop(site, bob, room)
    await Indexer(site.database).catch_up()
    assert await purge_abandoned(later) == 0
    assert (await rows(site))["entry"] == 4


@pytest.mark.parametrize("inside", [True, False], ids=["somebody in it", "everybody gone"])
async def test_the_database_lets_nothing_else_be_deleted(
    site: Site, people: list[Identity], inside: bool
) -> None:
    """Raw SQL deletes nothing without a purge, none is begun of what somebody is in, and none changes anything."""
    room = await left_by_all(site, people)
    if inside:
        room = await factories.discussion(site, people[0], people[1:])
    other = await factories.discussion(site, people[0], people[1:])
    ids = {"room": room, "other": other}
    for deletion in DELETIONS:
        assert await refused(site, ids, deletion)
    assert await refused(site, ids, BEGIN) is inside
    for deletion in DELETIONS[:2]:
        assert await refused(site, ids, BEGIN, deletion) is inside
    # What is purged does not change either, and a purge of one discussion opens no other.
    for statement in NEVER:
        assert await refused(site, ids, BEGIN, statement)


BEGIN = "INSERT INTO purge (message_id, begun_at) VALUES (:room, CURRENT_TIMESTAMP)"
DELETIONS = [
    "DELETE FROM entry WHERE message_id = :room",
    "DELETE FROM recipient WHERE message_id = :room",
    "DELETE FROM message WHERE id = :room",
]
NEVER = [
    "UPDATE purge SET message_id = :other WHERE message_id = :room",
    "UPDATE entry SET body = 'other' WHERE message_id = :room",
    "UPDATE message SET body = 'other' WHERE id = :room",
    "UPDATE recipient SET role = 'cc' WHERE message_id = :room",
    "DELETE FROM entry WHERE message_id = :other",
]


async def refused(site: Site, ids: dict[str, str], *statements: str) -> bool:
    """Whether the database refuses these statements, in one transaction that is rolled back in any case."""
    try:
        async with site.database.write() as session:
            for statement in statements:
                known = {name: one for name, one in ids.items() if f":{name}" in statement}
                await session.execute(text(statement), known)
            raise Undone
    except IntegrityError:
        return True
    except Undone:
        return False


class Undone(Exception):
    """Nothing was refused, and nothing is to stay."""
