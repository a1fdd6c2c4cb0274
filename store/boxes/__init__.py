"""Pages of a person's boxes, newest activity first, however many discussions there are.

`places` knows which discussions are in which box and in what order, `rows` what stands in a row of it; a page is
found by its places, and then only its rows are filled. How much is unread in all is counted in `store.unread`.
"""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from store.boxes.places import Box, Place, places_in
from store.boxes.rows import BoxRow, rows_of

FIRST: Place = (datetime(9999, 12, 31, tzinfo=UTC), "~")
"""A place before every row."""


async def page(
    session: AsyncSession, box: Box, person_id: str, after: Place | None, limit: int
) -> tuple[list[BoxRow], Place | None]:
    """The first `limit` rows of a box after a place, and the place that leads to the next ones (None: the end)."""
    places = await places_in(session, box, person_id, after or FIRST, limit + 1)
    shown, more = places[:limit], len(places) > limit
    rows = await rows_of(session, person_id, [discussion for _, discussion in shown])
    # Whoever left this moment is missing from the rows and no longer hers to see.
    return [rows[discussion] for _, discussion in shown if discussion in rows], shown[-1] if more else None
