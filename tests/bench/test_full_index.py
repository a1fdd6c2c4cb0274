"""The index that the bench writes at once finds what the one that the server makes finds."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from app.indexing import Indexer
from app.search import Found, Wanted, search
from app.site import Identity, Site
from bench.full_index import Rooms, Vocabulary, fill_index
from tests import factories

FRIENDS = ["ann", "ben", "cem"]


async def test_both_indexes_find_the_same(site: Site) -> None:
    """Words, beginnings, phrases and senders, in the same order."""
    reader, *_ = await factories.people(site, "reader", "other", *FRIENDS)
    vocabulary = Vocabulary(seed=1)
    parts = [Rooms("reader", 12, 5), Rooms("other", 5, 4)]
    with ThreadPoolExecutor(1) as apart:
        apart.submit(fill_index, site.settings.database_url, parts, FRIENDS, vocabulary).result()
    common, second = vocabulary.words[:2]
    wanted = [
        Wanted(q)
        for q in (common, common[:3], f'"{common} {second}"', f"{common} {second}", "dossierreader1")
    ]
    wanted.append(Wanted(common, sender="ann"))
    before = [await found(site, reader, one) for one in wanted]
    await _forget_everything(site)
    await Indexer(site.database).catch_up(share=1)
    assert [await found(site, reader, one) for one in wanted] == before
    assert all(before[:2])


async def found(site: Site, who: Identity, wanted: Wanted) -> list[Found]:
    """All that she finds."""
    return (await search(site, who, wanted, limit=50)).items


async def _forget_everything(site: Site) -> None:
    async with site.database.write() as session:
        await session.execute(text("UPDATE message SET indexed_seq = 0"))
        await session.execute(text("DELETE FROM search_line"))
        await session.execute(text("DELETE FROM search_word"))
        if site.database.is_sqlite:
            await session.execute(text("INSERT INTO search_words (search_words) VALUES ('delete-all')"))
