"""Attachment bytes: in a folder, or in an S3-like store. Knows nothing of the tables.

Bytes come in under `incoming/` and are moved, once they are whole and their digest is known, to where they are found by
it: `ab/<sha256>-<place>`, and a preview beside them. Nothing is ever held in memory as a whole. What a killed process
leaves under `incoming/`, and bytes that no table names, are found by `left_behind` and `stored`.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from store.columns import new_id
from store.contents import Stored
from store.database import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import ObjectStore

INCOMING = "incoming"
PREVIEW = ".webp"
PIECE = 256 * 1024
"""Bytes that are read from a folder, or written to it, at once, and that a reader is given."""
RANGE = 2 * 1024 * 1024
"""Bytes that are asked of an S3-like store at once: they are held twice while they come in."""
PART = 5 * 1024 * 1024
"""Bytes that are written to it at once: the least that it takes
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html)."""
PARTS_ON_THEIR_WAY = 2
ANSWERS_WITHIN = timedelta(seconds=20)
"""For one part; what is larger is read and written in parts."""


class Received(msgspec.Struct, frozen=True):
    """Bytes that have come in whole: under which name they wait, their digest and how many they are."""

    place: str
    digest: str
    size: int


class BlobStore:
    """The bytes under `folder`, or, where it is given, at `url` (`s3://bucket/prefix`)."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self._folder = None if url else folder.absolute()
        self._url = url
        self._read_at_once = PIECE if self._folder else RANGE
        self._written_at_once = PIECE if self._folder else PART

    async def receive(self, chunks: AsyncIterator[bytes]) -> Received:
        """Take in bytes as they come. What `chunks` raises is raised, and then nothing is left of them.

        Raises `StoreUnavailable`.
        """
        import obstore

        place, digest, size = new_id(), hashlib.sha256(), 0
        with _failures():
            self._make_folder()
            async with obstore.open_writer_async(
                self._store,
                f"{INCOMING}/{place}",
                buffer_size=self._written_at_once,
                max_concurrency=PARTS_ON_THEIR_WAY,
            ) as writer:
                async for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    await writer.write(chunk)
        return Received(place, digest.hexdigest(), size)

    async def settle(self, received: Received) -> Stored:
        """Move what was received to where it is found by its digest, durably. Raises `StoreUnavailable`."""
        import obstore

        stored = Stored(received.digest, received.place)
        with _failures():
            await obstore.rename_async(self._store, f"{INCOMING}/{received.place}", path_of(stored))
            await self._sync(path_of(stored))
        return stored

    async def put_preview(self, stored: Stored, image: bytes) -> None:
        """Keep the preview of an image. Raises `StoreUnavailable`."""
        import obstore

        with _failures():
            await obstore.put_async(self._store, path_of(stored) + PREVIEW, image, use_multipart=False)
            await self._sync(path_of(stored) + PREVIEW)

    async def read(
        self, stored: Stored, first: int, end: int, *, preview: bool = False
    ) -> AsyncIterator[bytes]:
        """The bytes from `first` up to, and not including, `end`, in pieces. Raises `StoreUnavailable`."""
        import obstore

        path = path_of(stored) + (PREVIEW if preview else "")
        for start in range(first, end, self._read_at_once):
            with _failures():
                got = await obstore.get_range_async(
                    self._store, path, start=start, end=min(end, start + self._read_at_once)
                )
            # Not all at once: whoever is written to holds each piece once more.
            for at in range(0, len(got), PIECE):
                yield bytes(memoryview(got)[at : at + PIECE])

    async def discard(self, received: Received) -> None:
        """Forget what was received."""
        await self._delete([f"{INCOMING}/{received.place}"])

    async def delete(self, several: Sequence[Stored]) -> None:
        """Delete these bytes and their previews; what is gone already is no error. Raises `StoreUnavailable`."""
        await self._delete([path for one in several for path in (path_of(one), path_of(one) + PREVIEW)])

    async def delete_left_behind(self, before: datetime) -> int:
        """Delete what came in before that moment and never became whole, or was never moved; how much there was.

        A transfer in parts that a killed process has begun on an S3-like store is the bucket's own to end: there is a
        lifecycle rule for it (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html).
        """
        if self._folder:
            return await asyncio.to_thread(_empty, self._folder / INCOMING, before)
        left = [path async for path, at in self._paths(INCOMING) if at < before]
        await self._delete(left)
        return len(left)

    async def stored(self, prefix: str, before: datetime) -> AsyncIterator[list[Stored]]:
        """Where there are bytes since before that moment, of digests that begin with these two hexadecimal digits."""
        found: dict[Stored, None] = {}
        async for path, at in self._paths(prefix):
            digest, _, place = path.rpartition("/")[2].removesuffix(PREVIEW).partition("-")
            if at < before:
                found[Stored(digest, place)] = None
            if len(found) == 1000:
                yield list(found)
                found.clear()
        if found:
            yield list(found)

    @cached_property
    def _store(self) -> "ObjectStore":
        # Here, as above: who never sees a file starts sooner without it.
        from obstore.store import LocalStore, S3Store

        if self._folder:
            return LocalStore(self._folder, mkdir=True)
        # Credentials, region and endpoint come from the AWS_… variables, which it reads by itself.
        return S3Store.from_url(
            self._url,
            client_options={
                # Only where the endpoint says so: S3's own is https.
                "allow_http": True,
                "timeout": ANSWERS_WITHIN,
                "connect_timeout": timedelta(seconds=3),
            },
            retry_config={"max_retries": 3, "retry_timeout": ANSWERS_WITHIN},
        )

    async def _paths(self, prefix: str) -> "AsyncIterator[tuple[str, datetime]]":
        import obstore

        with _failures():
            async for several in obstore.list(self._store, prefix=prefix):
                for one in several:
                    yield one["path"], one["last_modified"]

    async def _delete(self, paths: Sequence[str]) -> None:
        import obstore

        for path in paths:
            with _failures(), suppress(FileNotFoundError):
                await obstore.delete_async(self._store, path)

    def _make_folder(self) -> None:
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)

    async def _sync(self, path: str) -> None:
        if self._folder:
            await asyncio.to_thread(_sync, self._folder / path)


def path_of(stored: Stored) -> str:
    """Where these bytes are in the store."""
    return f"{stored.digest[:2]}/{stored.digest}-{stored.place}"


def _sync(path: Path) -> None:
    """Bytes, and that they are there, survive the crash of the machine."""
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _empty(folder: Path, before: datetime) -> int:
    """A walk of our own: what is half written is there under a name that the library keeps to itself."""
    if not folder.is_dir():
        return 0
    old = [path for path in folder.iterdir() if _modified(path) < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _modified(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.now(UTC)


@contextmanager
def _failures() -> "Iterator[None]":
    """What the library says when the bytes cannot be had, said as for the other store."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise StoreUnavailable from error
