"""What a browser that has never been here loads to show the first page to somebody signed in."""

import httpx
import pytest

from app import folders
from app.drafts import DraftFields, create
from tests import factories
from tests.journeys.line import Line
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")

LARGEST = 60_000
LARGEST_SCRIPTS = 25_000
"""Bytes (qualities.md, 1): all that comes over the line; the scripts among it, compressed."""


async def test_the_first_page_is_light(place: Place) -> None:
    """With every block of a full home, the shared worker, the stream and what HTTP adds."""
    alice, bob = await place.person("Alice"), await place.person("Bob")
    for number in range(15):
        for author, reader in ((bob, alice), (alice, bob)):
            await factories.discussion(
                place.site, author, [reader], "Some words " * 20, subject=f"Subject {number}"
            )
    await create(place.site, alice, DraftFields(subject="Not sent", body="yet"))
    await folders.create(place.site, alice, "Folder")
    async with Line(place.process.port) as line:
        visitor = await place.visit(alice, line=line)
        await visitor.tab("/")
        asked, brought = list(line.asked), line.brought
        await visitor.context.close()
    scripts = [path for path in asked if path.endswith(".js")]
    sizes = {path: await _compressed(place, path) for path in set(scripts)}
    assert len(scripts) == len(sizes), scripts
    assert sum(sizes.values()) <= LARGEST_SCRIPTS, sizes
    assert brought <= LARGEST, (brought, asked)


async def _compressed(place: Place, path: str) -> int:
    async with (
        httpx.AsyncClient(base_url=place.process.url) as client,
        client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer,
    ):
        return sum([len(chunk) async for chunk in answer.aiter_raw()])
