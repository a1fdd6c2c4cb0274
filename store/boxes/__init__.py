"""Pages of a person's boxes, newest activity first, however many discussions there are.

`places` knows which discussions are in which box and in what order, `sieve` what of them is wanted, `rows` what stands
in a row; a page is found by its places, and then only its rows are filled. How much is unread in all is counted in
`store.unread`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from store.boxes.places import Box, Place, late_places, places_in
from store.boxes.rows import BoxRow, rows_of
from store.boxes.sieve import EVERYTHING, Sieve, sifted

FIRST: Place = (datetime(9999, 12, 31, tzinfo=UTC), "~")
"""A place before every row."""
LOOKED_AT_ONCE = 1_000
MOST_LOOKED_AT = 5_000
"""Places of a box that are looked at for one page, where not every one is wanted and no index knows which."""


async def page(
    session: AsyncSession,
    box: Box,
    person_id: str,
    after: Place | None,
    limit: int,
    sieve: Sieve = EVERYTHING,
) -> tuple[list[BoxRow], Place | None]:
    """The first `limit` rows of a box after a place, and the place that leads to the next ones (None: the end).

    With a sieve there may be fewer rows although there are next ones: see `MOST_LOOKED_AT`.
    """
    places, more = await wanted_places(session, box, person_id, after or FIRST, limit, sieve)
    rows = await rows_of(session, person_id, [discussion for _, discussion in places])
    # Whoever left this moment is missing from the rows and no longer hers to see.
    return [rows[discussion] for _, discussion in places if discussion in rows], more


async def among(
    session: AsyncSession, box: Box, person_id: str, discussions: Sequence[str], sieve: Sieve = EVERYTHING
) -> list[BoxRow]:
    """The rows of those of these discussions that are in a box now, in its order."""
    found = await late_places(session, box, person_id, discussions)
    places = await sifted(session, sieve, person_id, sorted(found, reverse=True))
    rows = await rows_of(session, person_id, [discussion for _, discussion in places])
    return [rows[discussion] for _, discussion in places if discussion in rows]


async def wanted_places(
    session: AsyncSession, box: Box, person_id: str, after: Place, limit: int, sieve: Sieve = EVERYTHING
) -> tuple[list[Place], Place | None]:
    """Where the first `limit` wanted rows after a place stand, and the place that leads to the next ones."""
    if sieve == EVERYTHING:
        places = await places_in(session, box, person_id, after, limit + 1)
        return places[:limit], places[limit - 1] if len(places) > limit else None
    wanted: list[Place] = []
    for _ in range(MOST_LOOKED_AT // LOOKED_AT_ONCE):
        looked_at = await places_in(session, box, person_id, after, LOOKED_AT_ONCE)
        wanted += await sifted(session, sieve, person_id, looked_at)
        if len(wanted) > limit:
            return wanted[:limit], wanted[limit - 1]
        if len(looked_at) < LOOKED_AT_ONCE:
            return wanted, None
        after = looked_at[-1]
    return wanted, after
