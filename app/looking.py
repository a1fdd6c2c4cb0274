"""Looking through a box for somebody who waits for a page of it: stretch after stretch, for a bounded time."""

import asyncio

from app.mailbox import WHOLE, Row, Wanted, box
from app.paging import Page
from app.site import Identity, Site

LOOK_SECONDS = 0.25
"""How long one page looks on; the stretch that is being looked through then is still finished.

Not noticed as waiting (https://www.nngroup.com/articles/response-times-3-important-limits/ puts that at 0.1 to 1 s).
"""


async def look_through(
    site: Site,
    who: Identity,
    name: str,
    *,
    cursor: str | None = None,
    limit: int = 30,
    wanted: Wanted = WHOLE,
) -> Page[Row]:
    """A page of a box as `mailbox.box` gives it, looked for until it is full, the box ends, or time is up.

    Where `next` leads on although there are fewer rows than `limit`, nobody has looked further back yet.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + LOOK_SECONDS
    page = await box(site, who, name, cursor=cursor, limit=limit, wanted=wanted)
    rows = list(page.items)
    while page.next is not None and len(rows) < limit and clock() < until:
        page = await box(site, who, name, cursor=page.next, limit=limit - len(rows), wanted=wanted)
        rows += page.items
    return Page(rows, page.next)
