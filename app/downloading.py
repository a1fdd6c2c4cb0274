"""A whole discussion as one of its participants sees it, to be kept or printed: some entries at a time."""

from collections.abc import AsyncIterator

from app import discussions
from app.discussions import MOST_ENTRIES, Overview
from app.errors import NotFound
from app.events import Line
from app.site import Identity, Site


async def whole(site: Site, who: Identity, overview: Overview) -> AsyncIterator[list[Line]]:
    """All entries up to the head that `overview` names, in order, never more than some hundred in memory.

    Who loses the discussion meanwhile gets no more of it: `NotFound` is raised.
    """
    after = overview.own.from_seq - 1
    while after < overview.head:
        found = await discussions.entries(site, who, overview.id, after=after, limit=MOST_ENTRIES)
        lines = [line for line in found.items if line.seq <= overview.head]
        if not lines:
            raise NotFound
        yield lines
        after = lines[-1].seq
