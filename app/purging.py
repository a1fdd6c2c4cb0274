"""Purging what nobody is in any more: a discussion that the last one has left some days ago, and its files with it."""

from datetime import timedelta
from functools import partial

from app.site import Site
from store.purging import abandoned, begin_purge, begun, purge_step

LINES_AT_ONCE = 200
"""Lines, or people, that are purged in one commit."""
ROOMS_AT_ONCE = 100


async def purge_abandoned(site: Site) -> int:
    """Purge what everybody had left before so many days (a setting); returns how many discussions that was.

    What an earlier run began and did not finish comes first. Files that nothing carries any more are purged by
    themselves later.
    """
    purged = 0
    for room in await site.database.look(begun):
        await _finish(site, room)
        purged += 1
    before = site.now() - timedelta(days=site.settings.purge_days)
    while found := await site.database.look(partial(abandoned, before=before, most=ROOMS_AT_ONCE)):
        for room in found:
            begin = partial(begin_purge, room=room, before=before, now=site.now())
            if await site.database.transact(begin):
                await _finish(site, room)
                purged += 1
    return purged


async def _finish(site: Site, room: str) -> None:
    more = True
    while more:
        step = partial(purge_step, room=room, now=site.now(), most=LINES_AT_ONCE)
        more = await site.database.transact(step)
