"""Previews of images, drawn by a process of their own (`app.redrawing`), few at a time and within bounds."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import cast

import msgspec
import structlog

from app import redrawing
from app.redrawing import MEASURES

log = structlog.get_logger(__name__)

MOST_BYTES = 30 * 1024 * 1024
"""Of an image that is drawn anew; a larger one is only a file."""
MOST_PREVIEW = 4 * 1024 * 1024
AT_ONCE = 2
"""Processes that draw for one node."""
WITHIN = 20.0
"""Seconds for one image, which is more than its processor time may be."""


class Preview(msgspec.Struct, frozen=True):
    """A preview (WebP) and its measures in pixels."""

    image: bytes
    width: int
    height: int


class Easel:
    """Draws the previews of one node."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)

    async def preview(self, image: AsyncIterator[bytes]) -> Preview | None:
        """The preview of an image; None when it is none, or cannot be drawn within the bounds."""
        async with self._places:
            try:
                async with asyncio.timeout(WITHIN):
                    drawn = await _draw(image)
            except TimeoutError:
                drawn = b""
        if len(drawn) <= MEASURES.size:
            log.info("image_not_drawn")
            return None
        width, height = MEASURES.unpack_from(drawn)
        return Preview(drawn[MEASURES.size :], width, height)


async def _draw(image: AsyncIterator[bytes]) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        redrawing.__file__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Nothing of ours, least of all keys, is in its environment.
        env={},
    )
    stdin, stdout = cast("asyncio.StreamWriter", process.stdin), cast("asyncio.StreamReader", process.stdout)
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            async for piece in image:
                stdin.write(piece)
                await stdin.drain()
            stdin.close()
        drawn = bytearray()
        while piece := await stdout.read(65_536):
            drawn += piece
            if len(drawn) > MOST_PREVIEW:
                return b""
        return bytes(drawn) if await process.wait() == 0 else b""
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
