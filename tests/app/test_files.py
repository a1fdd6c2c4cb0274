"""Files as they come in, and what is left of them when something goes wrong."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import attachments
from app.drafts import DraftFields, change, create, discard
from app.errors import FilesFull, NotFound, RateLimited
from app.events import Attached
from app.files import AT_ONCE_OF_ONE
from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from app.tidying import KEEP_LOOSE, KEEP_UNNAMED, PARTS, Tidied, tidy_files
from store.database import Database, StoreUnavailable
from tests import factories
from tests.app.leaving import LeavingDatabase

SOON = timedelta(minutes=1)


async def test_what_nothing_carries_goes_after_a_week(site: Site) -> None:
    """What a draft carries stays; once that is discarded, it goes a week later, and its bytes with it."""
    alice = await factories.person(site, "alice")
    loose = await factories.attachment(site, alice, "loose", b"loose")
    kept = await factories.attachment(site, alice, "kept", b"kept")
    draft = await create(site, alice, DraftFields(attachments=[kept.id]))
    assert (await tidied(site, timedelta(days=6))).contents == 0
    assert (await tidied(site, KEEP_LOOSE + SOON)).contents == 1
    with pytest.raises(NotFound):
        await attachments.find(site, alice, loose.id)
    await attachments.find(site, alice, kept.id)
    await discard(site, alice, draft.id)
    assert (await tidied(site, KEEP_LOOSE + SOON)).contents == 1
    assert stored(site) == []


async def test_the_same_content_stays_for_who_still_has_it(site: Site) -> None:
    """Purging one person's file touches no bytes that another's is made of."""
    alice, bob = await factories.people(site, "alice", "bob")
    await factories.attachment(site, alice)
    other = await factories.attachment(site, bob)
    await create(site, bob, DraftFields(attachments=[other.id]))
    await tidied(site, KEEP_LOOSE + SOON)
    assert len(stored(site)) == 1
    await attachments.find(site, bob, other.id)


async def test_a_picture_goes_with_its_preview(site: Site) -> None:
    """Both are found by the name of the content."""
    alice = await factories.person(site, "alice")
    await factories.attachment(site, alice, "a.png", factories.picture())
    assert len(stored(site)) == 2
    await tidied(site, KEEP_LOOSE + SOON)
    assert stored(site) == []


async def test_bytes_without_a_row_are_found(site: Site) -> None:
    """A process that dies between its bytes and its row, or between deleting the one and the other, leaves them."""
    alice = await factories.person(site, "alice")
    await factories.attachment(site, alice)
    await site.files.blobs.settle(await site.files.blobs.receive(chunks(b"nobody's")))
    await site.files.blobs.receive(chunks(b"never moved"))
    assert await tidied(site, KEEP_UNNAMED - SOON) == Tidied(0, 0, 0)
    assert await tidied(site, KEEP_UNNAMED + SOON) == Tidied(0, 1, 1)
    assert len(stored(site)) == 1


async def test_an_hour_compares_a_part_and_a_day_all(site: Site) -> None:
    """However large the store is, little of it is looked at at a time."""
    for number in range(40):
        await site.files.blobs.settle(await site.files.blobs.receive(chunks(str(number).encode())))
    found = []
    for hour in range(24):
        at = datetime.now(UTC).replace(hour=0) + timedelta(days=3, hours=hour)
        found.append((await tidy_files(replace_now(site, at))).unnamed)
    assert sum(found) == 40
    assert max(found) < 40


async def test_a_store_that_goes_away_keeps_no_bytes(site: Site, leaving: LeavingDatabase) -> None:
    """The rows cannot be written: the bytes go again, and the error says that nothing is kept."""
    alice = await factories.person(site, "alice")
    leaving.answers = 0
    away = replace(site, database=leaving)
    with pytest.raises(StoreUnavailable):
        await away.files.take(alice.person_id, "a", chunks(b"x"))
    assert stored(site) == []


async def test_a_person_brings_few_at_once(site: Site) -> None:
    """Others are not kept from it, and it is her turn again when one is done."""
    alice, bob = await factories.people(site, "alice", "bob")
    goes_on = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield b"x"
        await goes_on.wait()

    several = [
        asyncio.create_task(attachments.bring(site, alice, "a", waiting())) for _ in range(AT_ONCE_OF_ONE)
    ]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await factories.attachment(site, alice)
    await factories.attachment(site, bob)
    goes_on.set()
    await asyncio.gather(*several)
    await factories.attachment(site, alice)


async def test_all_of_a_persons_files_have_a_limit(settings: Settings, database: Database) -> None:
    """Two at once cannot pass it together; what she brings again counts again; others have their own."""
    site = Site(
        settings.model_copy(update={"person_mib": 1}), database, lambda _: None, Throttle(enabled=False)
    )
    alice, bob = await factories.people(site, "alice", "bob")
    half = os.urandom(512 * 1024 + 1)
    brought = await asyncio.gather(
        *(factories.attachment(site, alice, "half", half) for _ in range(2)), return_exceptions=True
    )
    assert {type(one) for one in brought} == {FilesFull, Attached}
    await factories.attachment(site, bob, "half", half)
    assert len(stored(site)) == 1


async def test_an_older_save_changes_no_files(site: Site) -> None:
    """The files of a draft are under the same lock as its words."""
    alice = await factories.person(site, "alice")
    one, two = [await factories.attachment(site, alice, name) for name in ("one", "two")]
    draft = await create(site, alice, DraftFields(attachments=[one.id]))
    changed = await change(site, alice, draft.id, DraftFields(attachments=[two.id, one.id]), version=1)
    assert [file.name for file in changed.attachments] == ["two", "one"]
    kept = await change(site, alice, draft.id, DraftFields(body="Words"), version=2)
    assert kept.attachments == changed.attachments


async def tidied(site: Site, later: timedelta) -> Tidied:
    """What housekeeping finds when so much time has passed."""
    return await tidy_files(replace_now(site, datetime.now(UTC) + later), range(PARTS))


def replace_now(site: Site, at: datetime) -> Site:
    return replace(site, now=lambda: at)


def stored(site: Site) -> list[Path]:
    return [path for path in site.settings.data.rglob("*") if path.is_file()]


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content
