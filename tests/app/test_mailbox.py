"""Boxes and the badge: what belongs where, in which order, page by page, mirrored or not."""

import asyncio
from dataclasses import replace

import pytest

from app.discussions import mark_read, mark_unread
from app.errors import InvalidInput, NotFound
from app.mailbox import Row, box, unread
from app.mirroring import Mirror, tally
from app.participants import add, stop
from app.site import Identity, Site
from store.tallies import tally_step
from tests import factories
from tests.app.boxes import ids
from tests.app.circles import Clock, reply
from tests.app.test_sending import one


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


async def test_discussions_are_in_their_boxes(site: Site, people: list[Identity]) -> None:
    """What one wrote comes into the inbox with the first answer of somebody else."""
    alice, bob, *_ = people
    room = await factories.discussion(site, alice, [bob])
    assert [await ids(site, alice, name) for name in ("inbox", "progress", "sent")] == [[], [room], [room]]
    assert [await ids(site, bob, name) for name in ("inbox", "progress", "sent")] == [[room], [room], []]
    await reply(site, alice, room)
    assert await ids(site, alice, "inbox") == []
    await reply(site, bob, room)
    assert await ids(site, alice, "inbox") == [room]
    await stop(site, alice, room)
    assert [await ids(site, alice, name) for name in ("inbox", "progress", "sent")] == [[], [], []]
    with pytest.raises(InvalidInput):
        await box(site, alice, "folder")
    with pytest.raises(NotFound):
        await box(site, alice, "folder:1")


async def test_rows_say_who_what_and_how_much(site: Site, people: list[Identity]) -> None:
    """The last words in one line, the others' names, counts and marks."""
    alice, bob, carol, dave = people
    room = await factories.discussion(site, alice, [bob, carol], subject="Trip")
    await reply(site, carol, room, "Some **strong**\n\nwords")
    await add(site, alice, room, [one(dave)], share_history=False)
    [row] = (await box(site, bob, "inbox")).items
    assert (row.subject, row.kind, row.role, row.unread, row.head, row.participant_count) == (
        "Trip",
        "message",
        "to",
        2,
        3,
        4,
    )
    assert row.people[0] == row.author == alice.ref
    assert {person.name for person in row.people} == {"Alice", "Carol", "Dave"}
    assert (row.last.seq, row.last.author, row.last.text) == (2, carol.ref, "Some strong words")
    [hers] = (await box(site, dave, "inbox")).items
    assert (hers.last.seq, hers.last.text, hers.unread) == (3, "", 0)


async def test_newest_activity_comes_first_page_by_page(site: Site, people: list[Identity]) -> None:
    """A reply brings its discussion to the top; cursors lead through all rows once."""
    alice, bob, *_ = people
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(5)]
    await reply(site, bob, rooms[1])
    expected = [rooms[place] for place in (1, 4, 3, 2, 0)]
    assert await ids(site, bob, "inbox") == expected
    assert await ids(site, bob, "progress") == expected
    assert await ids(site, alice, "sent") == expected


async def test_foreign_cursors_and_limits_are_refused(site: Site, people: list[Identity]) -> None:
    """A cursor that was not given out, and pages of nothing or too much."""
    for wrong in ({"cursor": "nonsense"}, {"limit": 0}, {"limit": 101}):
        with pytest.raises(InvalidInput):
            await box(site, people[0], "inbox", **wrong)


async def test_badge_counts_discussions_with_something_unread(site: Site, people: list[Identity]) -> None:
    """Absolute, and down again when all is read."""
    alice, bob, *_ = people
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(3)]
    await reply(site, alice, rooms[0])
    assert (await unread(site, bob)).count == 3
    await mark_read(site, bob, rooms[0], 1)
    assert (await unread(site, bob)).count == 3
    await mark_read(site, bob, rooms[0], 2)
    assert (await unread(site, bob)).count == 2
    await reply(site, bob, rooms[1])
    assert (await unread(site, bob)).boxes == {"inbox": 1}
    assert (await unread(site, alice)).count == 1


async def test_badge_does_not_depend_on_when_it_is_tallied(site: Site, people: list[Identity]) -> None:
    """Tallied in steps, while more comes and goes, or by two at once: the number is the same."""
    alice, bob, carol, _ = people
    rooms = [await factories.discussion(site, alice, [bob, carol]) for _ in range(5)]
    async with site.database.write() as session:
        assert await tally_step(session, bob.person_id, most=2)
    assert (await unread(site, bob)).count == 5
    everybody = [who.person_id for who in people]
    await asyncio.gather(*(tally(site.database, everybody, most=0) for _ in range(2)))
    assert (await unread(site, bob)).count == 5
    await mark_read(site, bob, rooms[0], 1)
    await stop(site, bob, rooms[1])
    await mark_unread(site, bob, rooms[0], 1)
    await mark_read(site, bob, rooms[2], 1)
    assert (await unread(site, bob)).count == 3
    await tally(site.database, everybody, most=0)
    await reply(site, alice, rooms[2])
    assert [(await unread(site, who)).count for who in (bob, carol)] == [4, 5]


async def test_large_rooms_are_exact_before_and_after_their_mirror(site: Site) -> None:
    """Order, counts and badge of somebody in a room of many do not depend on when it is mirrored."""
    alice, bob, *others = await factories.people(site, *(f"p{number:02}" for number in range(60)))
    large = await factories.discussion(site, alice, [bob, *others])
    small = [await factories.discussion(site, alice, [bob]) for _ in range(4)]
    await mark_read(site, bob, large, 1)
    assert (await unread(site, bob)).count == 4
    await reply(site, others[0], large)
    await reply(site, alice, small[0])

    async def look() -> tuple[list[str], list[Row], int]:
        rows = (await box(site, bob, "inbox")).items
        return await ids(site, bob, "inbox"), rows, (await unread(site, bob)).count

    before = await look()
    assert before[0] == [small[0], large, small[3], small[2], small[1]]
    assert [row.unread for row in before[1]] == [2, 1, 1, 1, 1]
    assert before[2] == 5
    await Mirror(site.database).catch_up()
    assert await look() == before


async def test_mirror_works_in_steps(site: Site) -> None:
    """However many take part, each transaction is small, and all agree in the end."""
    names = await factories.people(site, *(f"p{number:02}" for number in range(60)))
    room = await factories.discussion(site, names[0], names[1:])
    await reply(site, names[5], room)
    await Mirror(site.database, step=7).catch_up()
    assert [(await unread(site, who)).count for who in names] == [1, *[1] * 4, 0, *[1] * 54]
