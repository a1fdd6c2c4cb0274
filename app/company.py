"""With whom somebody writes most, and who of them and of the others is there now."""

from collections import defaultdict
from collections.abc import Sequence

from app.events import PersonRef
from app.mailbox import Row
from app.ruling import permitted
from app.site import Identity, Site
from store.company import others_in
from store.prepared import through

FADING = 0.97
"""What a discussion counts of the one before it: the latest count most."""
MOST_COUNTED = 30
"""Entries of a discussion that count; what was said beyond these does not make a friend."""


async def main_correspondents(site: Site, who: Identity, rows: Sequence[Row]) -> list[str]:
    """With whom most was said in these discussions, the latest of hers: the closest first.

    What is said among few counts more for each of them, and what was said lately more than what was before.
    """
    weights = {
        row.id: min(row.head, MOST_COUNTED) * FADING**place / (row.participant_count - 1)
        for place, row in enumerate(rows)
        if row.participant_count > 1
    }
    async with site.database.read() as session:
        found = await through(session, others_in, who.person_id, list(weights))
    close: defaultdict[str, float] = defaultdict(float)
    for discussion, person in found:
        close[person] += weights[discussion]
    return sorted(close, key=lambda person: -close[person])


async def writable(site: Site, who: Identity, ids: Sequence[str]) -> list[PersonRef]:
    """Those of these people to whom `who` may write, in the same order; not herself."""
    return [PersonRef(one.id, one.name) for one, _ in await permitted(site, who, ids)]
