"""A zip file that is sent while it is made: nothing of it is ever whole, in memory or on the disk."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime
from typing import Any, Self

PACKED_AS_IT_COMES = 1 << 14
"""Pieces below so many bytes are packed on the event loop: to hand them to a thread would take longer."""


class Zip:
    """Files go in one after the other; what comes out is to be sent at once."""

    def __init__(self, at: datetime) -> None:
        self._at = at.timetuple()[:6]
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever gave up in the middle wants no list of files; without this it would be written when memory is freed.
        self._zip.fp = None

    async def add(
        self, name: str, pieces: AsyncIterable[bytes], *, is_packed_already: bool = False
    ) -> AsyncIterator[bytes]:
        """A file with this name, made of `pieces`."""
        info = zipfile.ZipInfo(name, self._at)
        info.compress_type = zipfile.ZIP_STORED if is_packed_already else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        # How large it gets is known at its end only.
        with self._zip.open(info, "w", force_zip64=True) as file:
            async for piece in pieces:
                if len(piece) < PACKED_AS_IT_COMES:
                    file.write(piece)
                else:
                    await asyncio.to_thread(file.write, piece)
                if out := self._sink.take():
                    yield out
        yield self._sink.take()

    def end(self) -> bytes:
        """The list of all files, with which it ends."""
        self._zip.close()
        return self._sink.take()


class _Sink(io.RawIOBase):
    """Takes what is written, and gives it away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken
