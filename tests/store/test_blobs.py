"""The blob store: what comes in is found by its digest, in a folder and in an S3-like store alike."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.blobs import PART, BlobStore, path_of
from store.columns import new_id
from store.contents import Stored
from store.database import StoreUnavailable
from tests.object_server import S3Server
from tests.waiting import wait_for

LATER = timedelta(days=1)


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStore:
    """A blob store with nothing in it: every test that asks for it runs on both kinds."""
    if request.param == "folder":
        return BlobStore(tmp_path / "files")
    server: S3Server = request.getfixturevalue("s3")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return BlobStore(tmp_path, server.create_bucket(new_id()))


async def test_what_comes_in_is_found_by_its_digest(blobs: BlobStore) -> None:
    """Several parts of it come in; what is read is the same, whole or in part."""
    content = os.urandom(2 * PART + 12_345)
    received = await blobs.receive(pieces(content))
    assert (received.digest, received.size) == (hashlib.sha256(content).hexdigest(), len(content))
    stored = await blobs.settle(received)
    assert await read(blobs, stored, 0, len(content)) == content
    assert await read(blobs, stored, 300_000, 900_001) == content[300_000:900_001]


async def test_an_empty_file(blobs: BlobStore) -> None:
    """Nothing is a content too."""
    stored = await blobs.settle(await blobs.receive(pieces(b"")))
    assert await read(blobs, stored, 0, 0) == b""


async def test_what_breaks_off_leaves_nothing(blobs: BlobStore) -> None:
    """The error comes out as it is, and there is nothing to be tidied up."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * (PART + 1)
        raise ValueError("gone")

    with pytest.raises(ValueError, match="gone"):
        await blobs.receive(broken())
    assert await blobs.delete_left_behind(datetime.now(UTC) + LATER) == 0


async def test_what_breaks_off_is_ended_on_the_other_side(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An S3-like store is told that no further parts come."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    bucket = new_id()
    blobs = BlobStore(tmp_path, s3.create_bucket(bucket))

    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * (3 * PART)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours, as it was
        await blobs.receive(broken())
    await wait_for(lambda: "<Upload>" not in s3.unfinished(bucket), "the transfer is ended")


async def test_what_was_never_moved_is_found(blobs: BlobStore) -> None:
    """Only what is old: somebody may be about to move the rest."""
    await blobs.receive(pieces(b"waiting"))
    assert await blobs.delete_left_behind(datetime.now(UTC) - LATER) == 0
    assert await blobs.delete_left_behind(datetime.now(UTC) + LATER) == 1
    assert await blobs.delete_left_behind(datetime.now(UTC) + LATER) == 0


async def test_what_is_there_can_be_listed_and_deleted(blobs: BlobStore) -> None:
    """By the beginning of the digest, with its preview as one; deleting twice is no error."""
    stored = await blobs.settle(await blobs.receive(pieces(b"a picture")))
    await blobs.put_preview(stored, b"a smaller one")
    assert b"".join([one async for one in blobs.read(stored, 0, 13, preview=True)]) == b"a smaller one"
    assert await listed(blobs, stored.digest[:2], LATER) == [stored]
    assert await listed(blobs, stored.digest[:2], -LATER) == []
    await blobs.delete([stored])
    await blobs.delete([stored])
    assert await listed(blobs, stored.digest[:2], LATER) == []


async def test_the_same_content_at_two_places(blobs: BlobStore) -> None:
    """A content that comes again while the first is being purged is not touched by that."""
    first = await blobs.settle(await blobs.receive(pieces(b"the same")))
    second = await blobs.settle(await blobs.receive(pieces(b"the same")))
    await blobs.delete([first])
    assert await read(blobs, second, 0, 8) == b"the same"


async def test_what_is_half_written_in_a_folder_is_found(tmp_path: Path) -> None:
    """The library keeps it under a name that it does not list."""
    blobs = BlobStore(tmp_path)
    goes_on = asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        yield b"x" * PART
        await goes_on.wait()

    receiving = asyncio.create_task(blobs.receive(halting()))
    await wait_for(lambda: any((tmp_path / "incoming").glob("*#*")), "some of it is written")
    copy = next((tmp_path / "incoming").iterdir())
    (tmp_path / "incoming" / f"{new_id()}#1").write_bytes(copy.read_bytes())
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    assert await blobs.delete_left_behind(datetime.now(UTC) + LATER) == 1
    assert not list((tmp_path / "incoming").iterdir())


async def test_a_store_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is refused as when the database is away, within a bounded time."""
    away = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_REGION": "us-east-1"}
    for name, value in {**away, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await BlobStore(tmp_path, "s3://nowhere").receive(pieces(b"x"))
    assert time.monotonic() - began < 60


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


async def read(blobs: BlobStore, stored: Stored, first: int, end: int) -> bytes:
    return b"".join([one async for one in blobs.read(stored, first, end)])


async def listed(blobs: BlobStore, prefix: str, ago: timedelta) -> list[Stored]:
    return [one async for some in blobs.stored(prefix, datetime.now(UTC) + ago) for one in some]


def test_paths_are_made_of_digests() -> None:
    """Whoever looks into the store can check what is there against its name."""
    assert path_of(Stored("ab12", "place")) == "ab/ab12-place"
