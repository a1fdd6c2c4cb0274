"""The index follows the logs: once each, whoever does it, whenever somebody stops."""

import asyncio
from functools import partial

from sqlalchemy import func, select

from app.indexing import Indexer
from app.search import Wanted, search
from app.site import Identity, Site
from store.columns import table_of
from store.search.documents import Document, documents_of
from store.search.index import merge, put, waiting_logs
from store.search.places import NUMBERS, place_of
from store.tables import SearchLine
from tests import factories
from tests.app.circles import reply
from tests.waiting import wait_for

line = table_of(SearchLine)


async def test_two_at_once_index_every_line_once(site: Site) -> None:
    """Nodes side by side, while replies come in: every line is in the index, and in it once."""
    alice, bob = await factories.people(site, "alice", "bob")
    rooms = [await factories.discussion(site, alice, [bob], f"number {each}") for each in range(5)]

    async def write() -> None:
        for each in range(20):
            await reply(site, bob, rooms[each % 5], f"more {each}")

    indexers = [Indexer(site.database) for _ in range(3)]
    await asyncio.gather(write(), *(one.catch_up(share=1) for one in indexers))
    await indexers[0].catch_up(share=1)
    assert await _indexed(site) == (30, 30)  # each opening also has its subject by itself
    assert len((await search(site, bob, Wanted("more"), limit=50)).items) == 20


async def test_what_was_read_before_somebody_else_indexed_it_is_left(site: Site) -> None:
    """A node that was slow, or stood still between reading and writing, adds nothing twice."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], "word")
    spans = [(room, 1, 1)]
    read = await site.database.look(partial(documents_of, spans=spans))
    await Indexer(site.database).catch_up(share=1)
    late = [(document, document.tokens()) for document in read]
    assert await site.database.transact(partial(put, spans=spans, documents=late, known=())) == set()
    assert await _indexed(site) == (2, 2)


async def test_lines_of_one_moment_are_found_in_pages(site: Site) -> None:
    """Lines of one commit share their moment; a page may end in the middle of it."""
    alice, bob = await factories.people(site, "alice", "bob")
    at = site.now()
    still = Site(
        settings=site.settings,
        database=site.database,
        announce=site.announce,
        throttle=site.throttle,
        now=lambda: at,
    )
    room = await factories.discussion(still, alice, [bob], "word")
    for _ in range(40):
        await reply(still, bob, room, "word")
    await Indexer(site.database).catch_up(share=1)
    assert await _pages(site, alice) == list(range(41, 0, -1))


async def test_a_moment_may_hold_more_lines_than_places(site: Site) -> None:
    """What finds no place in its own microsecond any more takes one of the next."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], "word")
    at = site.now()
    for first in (1, 2):
        documents = [(Document(room, seq, at, (), ()), ["word"]) for seq in range(NUMBERS)]
        await site.database.transact(
            partial(put, spans=[(room, first, first)], documents=documents, known=())
        )
    async with site.database.read() as session:
        places = list(await session.scalars(select(line.c.place).order_by(line.c.place)))
    assert places == list(range(place_of(at), place_of(at) + 2 * NUMBERS))


async def test_a_running_indexer_takes_in_what_it_is_told_of(site: Site) -> None:
    """It begins with what an earlier one left, and goes on when it is nudged."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], "word")
    indexer = Indexer(site.database, gather=0)
    running = asyncio.create_task(indexer.run())
    try:
        await wait_for(partial(_all_indexed, site), "what was left is indexed", 20)
        await reply(site, bob, room, "word")
        indexer.nudge([room])
        await wait_for(partial(_all_indexed, site), "what came in is indexed", 20)
    finally:
        running.cancel()
    assert await site.database.transact(partial(merge, pages=16)) is False


async def _pages(site: Site, who: Identity) -> list[int | None]:
    found: list[int | None] = []
    cursor = None
    while True:
        page = await search(site, who, Wanted("word"), cursor=cursor, limit=7)
        found += [one.seq for one in page.items]
        cursor = page.next
        if cursor is None:
            return found


async def _all_indexed(site: Site) -> bool:
    return not await site.database.look(partial(waiting_logs, above="", most=1))


async def _indexed(site: Site) -> tuple[int, int]:
    """How many lines the index holds, and how many different ones."""
    async with site.database.read() as session:
        rows = (await session.execute(select(line.c.message_id, line.c.seq))).all()
        assert await session.scalar(select(func.count()).select_from(line)) == len(rows)
    return len(rows), len({tuple(row) for row in rows})
