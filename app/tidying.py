"""What becomes of files that nothing refers to, and of bytes that no row names. Run by housekeeping, safe to repeat.

Rows go first and bytes after the commit: a crash in between leaves bytes that no row names, as one in the middle of an
upload does. These are found by comparing what is stored with what is known, a part of it every hour.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import msgspec

from app.site import Site
from store.contents import known, purge

KEEP_LOOSE = timedelta(days=7)
"""How long somebody may take to send what she has brought."""
KEEP_UNNAMED = timedelta(days=1)
"""How old bytes are at least that no row names: longer than any upload stands still."""
AT_ONCE = 500
"""Attachments in one transaction."""
PARTS = 256
PARTS_AN_HOUR = 11
"""So many parts of the blob store are compared each hour that all of it is within a day."""


class Tidied(msgspec.Struct, frozen=True):
    """How much was deleted: contents, unfinished uploads, and bytes that no row named."""

    contents: int
    unfinished: int
    unnamed: int


async def tidy_files(site: Site, parts: Iterable[int] | None = None) -> Tidied:
    """Delete what is not needed, and compare `parts` of the blob store (0 to 255; by default those of this hour).

    Raises `StoreUnavailable`.
    """
    if parts is None:
        first = site.now().hour * PARTS_AN_HOUR
        parts = range(first, min(first + PARTS_AN_HOUR, PARTS))
    contents = await _purge(site)
    unfinished = await site.files.blobs.delete_left_behind(site.now() - KEEP_UNNAMED)
    unnamed = 0
    for part in parts:
        unnamed += await _compare(site, f"{part:02x}")
    return Tidied(contents, unfinished, unnamed)


async def _purge(site: Site) -> int:
    before, count = site.now() - KEEP_LOOSE, 0
    while True:
        looked_at, unused = await site.database.transact(lambda link: purge(link, before, AT_ONCE))
        await site.files.blobs.delete(unused)
        count += len(unused)
        if looked_at < AT_ONCE:
            return count


async def _compare(site: Site, prefix: str) -> int:
    count = 0
    async for stored in site.files.blobs.stored(prefix, site.now() - KEEP_UNNAMED):
        named = await site.database.look(partial(known, stored=stored))
        unnamed = [one for one in stored if one not in named]
        await site.files.blobs.delete(unnamed)
        count += len(unnamed)
    return count
