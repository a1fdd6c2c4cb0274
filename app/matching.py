"""People and groups whom a writer may write to, by the first letters of their names, each with why."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.audiences import decisions
from app.rules.audience import Audience, Because, Target, may_write_to_group
from store.prepared import through
from store.recipients import After, FoundGroup, FoundPerson, groups_for, people_for

LOOKED_AT = 200
"""How many of all who match are judged before those are looked for whom the rules name.

Who may write to many finds enough of them here; the others may write to few enough to begin at these. Which of the two
holds for a writer is nothing that a database could tell from its statistics.
"""

Found = list[tuple[FoundPerson, Because]]


async def people_matching(
    session: AsyncSession,
    audience: Audience,
    words: Sequence[str],
    *,
    limit: int,
    after: After | None = None,
) -> Found:
    """The first of them, in the order of `store.recipients.people_for`."""
    if not (audience.is_open or audience.rules):
        return []
    looked_at = limit if audience.is_open else max(limit, LOOKED_AT)
    rows = await people_for(session, audience.writer_id, words, limit=looked_at, after=after)
    found = await _permitted(session, audience, rows)
    if len(found) < limit and len(rows) == looked_at and not audience.is_open:
        rows = await people_for(
            session, audience.writer_id, words, limit=limit, after=after, among_named=True
        )
        found = await _permitted(session, audience, rows)
    return found[:limit]


async def groups_matching(
    session: AsyncSession,
    audience: Audience,
    words: Sequence[str],
    *,
    limit: int,
    after: After | None = None,
) -> list[tuple[FoundGroup, Because]]:
    """The first of the groups that she may write to as a whole, in the same order."""
    opened_to = None if audience.is_open else audience.writer_id
    rows = await groups_for(session, words, limit=limit, after=after, opened_to=opened_to)
    return [
        (row, decision.because)
        for row in rows
        if (decision := may_write_to_group(audience, row.id)).allowed and decision.because
    ]


async def _permitted(session: AsyncSession, audience: Audience, rows: Sequence[FoundPerson]) -> Found:
    decided = await through(session, decisions, audience, [Target(row.id) for row in rows])
    return [
        (row, because) for row in rows if decided[row.id].allowed and (because := decided[row.id].because)
    ]
