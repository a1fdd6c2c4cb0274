"""Groups as writers meet them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from store import people


class GroupOption(msgspec.Struct, frozen=True):
    """A group that was found: `place` says how early the searched word stands, `size` counts its members."""

    place: int
    id: str
    name: str
    size: int


async def find_group_options(session: AsyncSession, words: Sequence[str], *, limit: int) -> list[GroupOption]:
    """Groups with words beginning with `words`, with their sizes."""
    rows = await people.find_groups(session, words, limit=limit)
    sizes = await people.group_sizes(session, [row.id for row in rows])
    return [GroupOption(row.place, row.id, row.name, sizes.get(row.id, 0)) for row in rows]
