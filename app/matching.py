"""People and groups whom a writer may write to, by the first letters of their names, each with why."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.audiences import decisions
from app.rules.audience import Audience, Because, Target, may_write_to_group
from store.prepared import through
from store.recipients import After, Among, FoundGroup, FoundPerson, groups_for, people_for
from store.rules import reaches_few

LOOKED_AT = 100
"""How many of those who match are judged at a time. Who may write to many finds enough among the first ones."""

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
    found: Found = []
    looked_at = max(limit, LOOKED_AT)
    for among in await _ways(session, audience, is_by_place=bool(words) and after is None):
        rows = await people_for(session, audience.writer_id, words, limit=looked_at, after=after, among=among)
        found = await _permitted(session, audience, rows)
        if len(found) >= limit or (among == "all" and len(rows) < looked_at):
            break
    return found[:limit]


async def _ways(session: AsyncSession, audience: Audience, *, is_by_place: bool) -> list[Among]:
    """Where to look, one after the other until there are enough; the last of them misses nobody.

    Whether a writer reaches many or few is nothing that a database could tell from its statistics; it would choose one
    way for all of them.
    """
    if not (audience.is_open or audience.rules):
        return []
    if not audience.is_open and await through(session, reaches_few, audience.writer_id):
        return ["named"]
    ways: list[Among] = ["foremost", "all"] if is_by_place else ["all"]
    return ways if audience.is_open else [*ways, "named"]


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
